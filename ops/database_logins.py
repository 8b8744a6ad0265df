"""`python -m ops database logins`: creates the users of databases again.

An apply does so whenever the wanted users change. This is for what an apply does not see: somebody changed a user, or
the owner of a table, by hand.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.compute.keys.database_users import database_users
from modules.data.database.keys.users import event
from modules.environment_files import EnvironmentFile
from modules.events.keys.login_functions import login_function_name
from ops.errors import ExitCode, OpsError


@dataclass(frozen=True)
class Result:
    """What the function of a database did, or why it failed."""

    database: str
    users: Mapping[str, str]
    """The wanted users, each with what it may do."""
    changes: Mapping[str, Sequence[str]]
    """What the function reports: users that were `created` or `locked`, and tables that are `not_granted`."""
    error: str | None = None

    def lines(self) -> list[str]:
        """Return the result as text."""
        if self.error:
            return [f"{self.database}: failed: {self.error}"]
        shown = [f"{what.replace('_', ' ')} {', '.join(which)}" for what, which in self.changes.items() if which]
        users = ", ".join(f"{user} ({right})" for user, right in self.users.items()) or "none"
        return [f"{self.database}: {'; '.join(shown) or 'no changes'}", f"  users: {users}"]


def create_users(client: Any, file: EnvironmentFile, database: str | None = None) -> list[Result]:
    """Invoke the function of each database with users of its own, or of one database. Raises OpsError."""
    wanted = database_users(file.settings)
    if database is not None and database not in wanted:
        known = f"; those with users are {', '.join(sorted(wanted))}" if wanted else ""
        raise OpsError(f'{file.document.file} has no database "{database}" with users{known}', ExitCode.REFUSED)
    chosen = wanted if database is None else {database: wanted[database]}
    return [_invoke(client, file, label, users) for label, users in sorted(chosen.items())]


def _invoke(client: Any, file: EnvironmentFile, label: str, users: Mapping[str, Any]) -> Result:
    settings = file.settings
    names = settings.names
    name = login_function_name(names, label)
    payload = json.dumps(event(names, label, settings.database[label], users))
    try:
        answer = client.invoke(FunctionName=name, Payload=payload)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            message = f"the function {name} does not exist yet; run `make deploy ENV={names.environment}`"
            raise OpsError(message, ExitCode.REFUSED) from None
        raise OpsError(f"{name} cannot be invoked: {error}", ExitCode.UNAVAILABLE) from None
    value = json.loads(answer["Payload"].read() or "null")
    if "FunctionError" in answer:
        log_group = names.log_group(f"function/database-{label}-logins")
        message = f"{value.get('errorMessage')}; its log group is {log_group}"
        return Result(label, users, {}, message)
    return Result(label, users, value or {})
