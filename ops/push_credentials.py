"""`python -m ops push-credentials`: makes the platform applications of `push` blocks, or gives them new credentials.

Terraform would keep the credentials in its plans and its state. They go from Secrets Manager to SNS instead, and are
neither printed nor repeated by a message. Whoever rotates a key puts it into the secret and runs this again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from modules.data.secret.settings import secret_name
from modules.environment_files import EnvironmentFile
from modules.events.push.settings import ApnsSettings, FcmSettings, application_arn
from modules.foundation.names import Names
from ops.errors import ExitCode, OpsError
from ops.target import Target


@dataclass(frozen=True)
class Application:
    """A platform application, and what was done to it."""

    push: str
    platform: str
    arn: str
    done: str
    """`made` or `updated`."""


def put(target: Target, file: EnvironmentFile, label: str | None) -> Iterator[Application]:
    """Make or update the applications of one `push` block, or of all, and yield each that is done. Raises OpsError."""
    settings = file.settings
    blocks = settings.push
    if not blocks or (label and label not in blocks):
        known = f"it names {', '.join(sorted(blocks))}" if blocks else "it names none"
        wanted = f'no push "{label}"' if label else "no push block"
        remedy = 'write `push "mobile" { apns { ... } fcm { ... } }`'
        raise OpsError(f"{file.document.file} names {wanted}, {known}; {remedy}", ExitCode.REFUSED)
    session = target.session(settings.account_id)
    secrets, sns = (session.client(name, region_name=settings.region) for name in ("secretsmanager", "sns"))
    names = Names(settings.product, settings.name, settings.account_id, settings.region)
    for name in sorted(blocks) if label is None else [label]:
        # All values are read and looked at before the first application is touched.
        attributes = [(each, _attributes(secrets, names, each)) for each in blocks[name].platforms]
        for platform, values in attributes:
            arn = application_arn(names, name, platform)
            yield Application(name, platform.platform, arn, _put(sns, arn, values))


def _attributes(secrets: Any, names: Names, platform: ApnsSettings | FcmSettings) -> dict[str, str]:
    """Return the attributes of "SetPlatformApplicationAttributes". Raises OpsError when the value is something else."""
    value = _value(secrets, names, platform.secret)
    if isinstance(platform, FcmSettings):
        if not _is_service_account(value):
            raise OpsError(
                f"the value of secret {platform.secret} is not the key of a service account; "
                f"put in the JSON file that Google makes: {_put_in(names, platform.secret, 'service-account.json')}",
                ExitCode.REFUSED,
            )
        return {"PlatformCredential": value}
    if not (value.startswith("-----BEGIN PRIVATE KEY-----") and value.endswith("-----END PRIVATE KEY-----")):
        raise OpsError(
            f"the value of secret {platform.secret} is not a signing key; put in the file that Apple makes: "
            f"{_put_in(names, platform.secret, f'AuthKey_{platform.key_id}.p8')}",
            ExitCode.REFUSED,
        )
    return {
        "PlatformPrincipal": platform.key_id,
        "PlatformCredential": value,
        "ApplePlatformTeamID": platform.team_id,
        "ApplePlatformBundleID": platform.bundle_id,
    }


def _value(secrets: Any, names: Names, label: str) -> str:
    name = secret_name(names, label)
    try:
        return str(secrets.get_secret_value(SecretId=name)["SecretString"]).strip()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            raise OpsError(
                f"{name} has no value yet; apply {names.environment}, then {_put_in(names, label, 'FILE')}",
                ExitCode.REFUSED,
            ) from None
        raise OpsError(f"Secrets Manager refused {name}: {code}; may these credentials read it?") from None


def _is_service_account(value: str) -> bool:
    try:
        account: Any = json.loads(value)
    except ValueError:
        return False
    keys = ("project_id", "private_key", "client_email")
    return isinstance(account, Mapping) and account.get("type") == "service_account" and all(map(account.get, keys))


def _put(sns: Any, arn: str, attributes: Mapping[str, str]) -> str:
    platform, name = arn.split("/")[1:]

    def exists() -> bool:
        try:
            sns.get_platform_application_attributes(PlatformApplicationArn=arn)
        except sns.exceptions.NotFoundException:
            return False
        return True

    if _asked(arn, exists):
        _asked(arn, lambda: sns.set_platform_application_attributes(PlatformApplicationArn=arn, Attributes=attributes))
        return "updated"
    _asked(arn, lambda: sns.create_platform_application(Name=name, Platform=platform, Attributes=attributes))
    return "made"


def _asked(arn: str, request: Callable[[], Any]) -> Any:
    """Return what SNS answers. Raises OpsError with SNS's code alone: its text may repeat the credentials."""
    try:
        return request()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise OpsError(f"SNS refused {arn}: {code}; is the key revoked, or of another app?") from None
    except BotoCoreError as error:
        raise OpsError(f"{arn} was not reached: {type(error).__name__}") from None


def _put_in(names: Names, label: str, path: str) -> str:
    return f"`.venv/bin/python -m ops secret set {label} --env {names.environment} < {path}`"
