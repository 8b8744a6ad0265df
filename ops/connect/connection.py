"""One connection: a task, a session through it, a login, and the end of all three."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modules.environment_files import EnvironmentFile
from ops.connect.destinations import Access, Destination
from ops.connect.logins import TOKEN_SECONDS, private_folder
from ops.connect.session import Session, plugin_program, session
from ops.connect.task import task
from ops.errors import ExitCode, OpsError
from ops.interrupts import Interrupted
from ops.target import Clients

#: A login is written again this long before its token expires.
_RENEW_SECONDS = TOKEN_SECONDS - 300
_TICK_SECONDS = 1.0


@dataclass(frozen=True)
class Open:
    """An open connection."""

    destination: Destination
    port: int
    access: Access

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.access.user,
            "command": self.access.command,
            "to": f"{self.destination.host}:{self.destination.port}",
        }


def connect(
    file: EnvironmentFile,
    to: Destination,
    clients: Clients,
    *,
    local_port: int | None,
    opened: Callable[[Open], None],
    show: Callable[[str], None],
) -> None:
    """Open a connection, call `opened`, and keep it until Ctrl-C, which is its normal end.

    Raises OpsError if it cannot be opened, or ends by itself.
    """
    program = plugin_program()
    settings = file.settings
    user = caller(clients)
    with (
        private_folder() as folder,
        task(clients, settings, user) as target,
        session(
            clients("ssm"),
            target,
            host=to.host,
            port=to.port,
            local_port=local_port,
            region=settings.region,
            program=program,
        ) as found,
    ):
        access = to.access(found.port, folder)
        opened(Open(to, found.port, access))
        try:
            _keep(found, access, show)
        except Interrupted as error:
            if error.code != ExitCode.INTERRUPTED:
                raise


def caller(clients: Clients) -> str:
    """Return the name of the caller's user or session, the end of its ARN."""
    return str(clients("sts").get_caller_identity()["Arn"]).rpartition("/")[2]


def _keep(found: Session, access: Access, show: Callable[[str], None]) -> None:
    renewed = time.monotonic()
    while found.wait(_TICK_SECONDS, show):
        if time.monotonic() - renewed > _RENEW_SECONDS:
            renewed = time.monotonic()
            access.renew()
    message = (
        "the session has ended: it was idle, the task reached its last hour, or the network was interrupted; "
        f"connect again. The plugin's last words: {found.output}"
    )
    raise OpsError(message, ExitCode.UNAVAILABLE)
