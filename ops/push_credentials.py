"""`python -m ops push-credentials`: creates the platform applications of `push` blocks, or updates their credentials.

Terraform would keep the credentials in its plans and its state. This command copies them from Secrets Manager to SNS
instead, and neither output nor error messages contain them. To rotate a key, set the secret's value and run it again.
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
from ops.audit import AuditLog
from ops.errors import ExitCode, OpsError
from ops.target import Target


@dataclass(frozen=True)
class Application:
    """A platform application, and whether it was created or updated."""

    push: str
    platform: str
    arn: str
    done: str
    """`created` or `updated`."""


def put(target: Target, file: EnvironmentFile, label: str | None) -> Iterator[Application]:
    """Create or update the applications of one `push` block, or of all, and yield each one. Raises OpsError."""
    settings = file.settings
    blocks = settings.push
    if not blocks or (label and label not in blocks):
        known = f"it declares {', '.join(sorted(blocks))}" if blocks else "it declares none"
        wanted = f'no push "{label}"' if label else "no push block"
        remedy = 'add `push "mobile" { apns { ... } fcm { ... } }`'
        raise OpsError(f"{file.document.file} declares {wanted}, {known}; {remedy}", ExitCode.REFUSED)
    session = target.session(settings.account_id)
    secrets, sns = (session.client(name, region_name=settings.region) for name in ("secretsmanager", "sns"))
    names, audit = settings.names, AuditLog(target, file)
    for name in sorted(blocks) if label is None else [label]:
        # All values are read and checked before the first application is changed.
        attributes = [(each, _attributes(secrets, names, each)) for each in blocks[name].platforms]
        for platform, values in attributes:
            arn = application_arn(names, name, platform)
            done = _put(sns, arn, values)
            audit.record("push_credentials", application=arn, result=done)
            yield Application(name, platform.platform, arn, done)


def _attributes(secrets: Any, names: Names, platform: ApnsSettings | FcmSettings) -> dict[str, str]:
    """Return the attributes of "SetPlatformApplicationAttributes". Raises OpsError if the value is not a key."""
    value = _value(secrets, names, platform.secret)
    if isinstance(platform, FcmSettings):
        if not _is_service_account(value):
            raise OpsError(
                f"the value of secret {platform.secret} is not the key of a service account; "
                f"set it to the JSON file from Google: {_set_command(names, platform.secret, 'service-account.json')}",
                ExitCode.REFUSED,
            )
        return {"PlatformCredential": value}
    if not (value.startswith("-----BEGIN PRIVATE KEY-----") and value.endswith("-----END PRIVATE KEY-----")):
        raise OpsError(
            f"the value of secret {platform.secret} is not a signing key; set it to the file from Apple: "
            f"{_set_command(names, platform.secret, f'AuthKey_{platform.key_id}.p8')}",
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
                f"{name} has no value yet; apply {names.environment}, then {_set_command(names, label, 'FILE')}",
                ExitCode.REFUSED,
            ) from None
        raise OpsError(f"Secrets Manager refused {name}: {code}; check whether these credentials may read it") from None


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
    return "created"


def _asked(arn: str, request: Callable[[], Any]) -> Any:
    """Return the response of SNS. Raises OpsError with only the error code: the text may contain credentials."""
    try:
        return request()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise OpsError(
            f"SNS refused {arn}: {code}; check whether the key is revoked or belongs to another app"
        ) from None
    except BotoCoreError as error:
        raise OpsError(f"SNS could not be reached for {arn}: {type(error).__name__}") from None


def _set_command(names: Names, label: str, path: str) -> str:
    return f"`.venv/bin/python -m ops secret set {label} --env {names.environment} < {path}`"
