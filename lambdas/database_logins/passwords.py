"""Passwords in Secrets Manager: the administrator's, and those of users."""

import json
import secrets
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
#: Bytes of randomness; the password has a third more characters, of which none needs an escape in a URL.
_BYTES = 30
#: Seconds between attempts. The apply that creates a secret also allows the function to read it, and invokes the
#: function at once: [Troubleshoot IAM, Changes that I make are not always immediately visible]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html).
WAITS = (1, 2, 4, 8, 15)


class Login(NamedTuple):
    """A user with its password."""

    user: str
    password: str


def read(client: "SecretsManagerClient", secret: str, version: str | None = None) -> Login:
    """Return the current login of a secret, or that of a version. Raises ClientError, or ValueError."""
    which: Any = {"VersionId": version, "VersionStage": PENDING} if version else {"VersionStage": CURRENT}
    try:
        content = json.loads(_value(client, SecretId=secret, **which)["SecretString"])
        return Login(content["username"], content["password"])
    except (KeyError, TypeError, json.JSONDecodeError):
        # Without the content, which the traceback of json would show.
        raise ValueError(f"{secret} has no username and password in JSON") from None


def current_or_first(client: "SecretsManagerClient", secret: str, user: str) -> Login:
    """Return the current login of a user, and store its first password if there is none. Raises ClientError."""
    try:
        return read(client, secret)
    except client.exceptions.ResourceNotFoundException:
        # Also if the secret does not exist; the request below then fails.
        first = Login(user, generated())
        client.put_secret_value(SecretId=secret, SecretString=_json(first))
        return first


def store_pending(client: "SecretsManagerClient", secret: str, version: str) -> None:
    """Store the next password as this version, unless an earlier attempt has. Raises ClientError."""
    try:
        read(client, secret, version)
    except client.exceptions.ResourceNotFoundException:
        following = Login(read(client, secret).user, generated())
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=version, SecretString=_json(following), VersionStages=[PENDING]
        )


def make_current(client: "SecretsManagerClient", secret: str, version: str) -> None:
    """Make the version the current one. Raises ClientError."""
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    (current,) = [each for each, stages in versions.items() if CURRENT in stages]
    if current != version:
        client.update_secret_version_stage(
            SecretId=secret, VersionStage=CURRENT, MoveToVersionId=version, RemoveFromVersionId=current
        )


def generated() -> str:
    """Return a new password."""
    return secrets.token_urlsafe(_BYTES)


def _value(client: "SecretsManagerClient", **which: Any) -> Any:
    for wait in WAITS:
        try:
            return client.get_secret_value(**which)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
        time.sleep(wait)
    return client.get_secret_value(**which)


def _json(login: Login) -> str:
    return json.dumps({"username": login.user, "password": login.password})
