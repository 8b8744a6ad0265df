"""`python -m ops secret`: puts values into the secrets that an environment file names.

A value goes from standard input, or from a prompt that shows nothing, straight to Secrets Manager. It is no argument
(the list of processes shows those, and the shell keeps them), it is not printed, and no message repeats it.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from botocore.exceptions import BotoCoreError, ClientError

from modules.data.settings.secret import secret_name
from modules.foundation.names import Names
from modules.settings import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.target import Target

#: "AWS Secrets Manager quotas": bytes of a secret's value.
VALUE_LIMIT = 65536


@dataclass(frozen=True)
class SecretState:
    """A secret that the environment file names, and what Secrets Manager says of it."""

    label: str
    name: str
    state: str
    """`no value yet`, `not applied yet`, or when its value was put in."""


def read_value(prompt: Callable[[], str], stream: TextIO | None = None) -> str:
    """Return the value from a pipe, or from the prompt when a person sits there. Raises OpsError when it is unusable.

    One line end behind it is not part of the value: `echo`, editors and `pass` all write one.
    """
    stream = stream or sys.stdin
    value = prompt() if stream.isatty() else stream.read()
    value = value.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise OpsError("the value is empty, nothing was put in; pipe it in or type it at the prompt", ExitCode.REFUSED)
    if len(value.encode()) > VALUE_LIMIT:
        raise OpsError(f"the value is longer than the {VALUE_LIMIT} bytes of a secret", ExitCode.REFUSED)
    return value


def require_declared(file: EnvironmentFile, label: str) -> None:
    """Raise OpsError when the environment file names no such secret."""
    declared = file.settings.secret
    if label not in declared:
        known = f"it names {', '.join(sorted(declared))}" if declared else "it names none"
        raise OpsError(
            f'{file.document.file} names no secret "{label}", {known}; write `secret "{label}" {{ }}` and apply it',
            ExitCode.REFUSED,
        )


def put(target: Target, file: EnvironmentFile, label: str, value: str) -> str:
    """Put the value in as the secret's current one, and return the name of the secret. Raises OpsError."""
    name = _name(file, label)
    client = _client(target, file)
    try:
        client.put_secret_value(SecretId=name, SecretString=value)
    except ClientError as error:
        # `from None`: a traceback would hold the request, and with it the value.
        raise OpsError(_told(error, name, file), ExitCode.REFUSED) from None
    except BotoCoreError as error:
        raise OpsError(f"{name} was not put in: {type(error).__name__}", ExitCode.REFUSED) from None
    return name


def states(target: Target, file: EnvironmentFile) -> list[SecretState]:
    """Return the environment's secrets and whether each has a value, which is not read."""
    client = _client(target, file)
    return [
        SecretState(label, _name(file, label), _state(client, file, label)) for label in sorted(file.settings.secret)
    ]


def _state(client: Any, file: EnvironmentFile, label: str) -> str:
    try:
        found = client.describe_secret(SecretId=_name(file, label))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return "not applied yet"
        raise OpsError(_told(error, _name(file, label), file), ExitCode.REFUSED) from None
    if found.get("DeletedDate"):
        return "being deleted"
    stages = found.get("VersionIdsToStages") or {}
    if not any("AWSCURRENT" in each for each in stages.values()):
        return "no value yet"
    changed = found.get("LastChangedDate")
    return f"has a value, last changed {changed:%Y-%m-%d %H:%M} UTC" if changed else "has a value"


def _client(target: Target, file: EnvironmentFile) -> Any:
    settings = file.settings
    return target.session(settings.account_id).client("secretsmanager", region_name=settings.region)


def _name(file: EnvironmentFile, label: str) -> str:
    settings = file.settings
    return secret_name(Names(settings.product, settings.name, settings.account_id, settings.region), label)


def _told(error: ClientError, name: str, file: EnvironmentFile) -> str:
    """Say what Secrets Manager answered, and what to run next."""
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        return f"{name} does not exist in {file.settings.account_id}; apply {file.settings.name} first"
    if code == "InvalidRequestException":
        return f"{name} takes no value now, it may be scheduled for deletion; see `python -m ops secret list`"
    return f"Secrets Manager refused {name}: {code}; do these credentials have the right to it?"
