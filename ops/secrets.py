"""`python -m ops secret`: sets the values of the secrets that an environment file declares.

A value goes from standard input, or from a prompt without echo, directly to Secrets Manager. It is never an argument
(process lists and the shell history show arguments), and neither output nor error messages contain it.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from botocore.exceptions import BotoCoreError, ClientError

from modules.data.secret.settings import secret_name
from modules.environment_files import EnvironmentFile
from ops.audit import AuditLog
from ops.errors import ExitCode, OpsError
from ops.target import Target

#: The maximum size of a secret's value in bytes ("AWS Secrets Manager quotas").
VALUE_LIMIT = 65536


@dataclass(frozen=True)
class SecretState:
    """A secret that the environment file declares, and its state in Secrets Manager."""

    label: str
    name: str
    state: str
    """`no value yet`, `not applied yet`, or when its value was last changed."""


def read_value(prompt: Callable[[], str], stream: TextIO | None = None) -> str:
    """Return the value from a pipe, or from the prompt on a terminal. Raises OpsError if it is empty or too long.

    One trailing newline is not part of the value: `echo`, editors, and `pass` all write one.
    """
    stream = stream or sys.stdin
    value = prompt() if stream.isatty() else stream.read()
    value = value.removesuffix("\n").removesuffix("\r")
    if not value.strip():
        raise OpsError("the value is empty; nothing was changed. Pipe it in or type it at the prompt", ExitCode.REFUSED)
    if len(value.encode()) > VALUE_LIMIT:
        raise OpsError(f"the value is longer than {VALUE_LIMIT} bytes, the limit of a secret", ExitCode.REFUSED)
    return value


def require_declared(file: EnvironmentFile, label: str) -> None:
    """Raise OpsError if the environment file does not declare this secret."""
    declared = file.settings.secret
    if label not in declared:
        known = f"it declares {', '.join(sorted(declared))}" if declared else "it declares none"
        raise OpsError(
            f'{file.document.file} declares no secret "{label}", {known}; add `secret "{label}" {{ }}` and apply it',
            ExitCode.REFUSED,
        )


def put(target: Target, file: EnvironmentFile, label: str, value: str) -> str:
    """Set the secret's current value, and return the secret's name. Raises OpsError."""
    name = _name(file, label)
    client = _client(target, file)
    try:
        client.put_secret_value(SecretId=name, SecretString=value)
    except ClientError as error:
        # `from None`: a traceback would show the request, which contains the value.
        raise OpsError(_message(error, name, file), ExitCode.REFUSED) from None
    except BotoCoreError as error:
        raise OpsError(f"the value of {name} was not set: {type(error).__name__}", ExitCode.REFUSED) from None
    AuditLog(target, file).record("secret", secret=label)
    return name


def states(target: Target, file: EnvironmentFile) -> list[SecretState]:
    """Return the environment's secrets and whether each has a value. Values are not read."""
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
        raise OpsError(_message(error, _name(file, label), file), ExitCode.REFUSED) from None
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
    return secret_name(settings.names, label)


def _message(error: ClientError, name: str, file: EnvironmentFile) -> str:
    """Return an error of Secrets Manager as a message with what to do next."""
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        return f"{name} does not exist in {file.settings.account_id}; apply {file.settings.name} first"
    if code == "InvalidRequestException":
        return f"{name} does not accept a value now. It may be scheduled for deletion; see `python -m ops secret list`"
    return f"Secrets Manager refused {name}: {code}; check whether these credentials have permission"
