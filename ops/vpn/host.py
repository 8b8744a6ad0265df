"""The server of a `vpn` block: runs its SSM document, and reads what the document prints."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.access.vpn.settings import instance_name, users_document
from modules.environment_files import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.target import Clients

#: [GetCommandInvocation, Status]
#: (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html).
_RUNNING = ("Pending", "InProgress", "Delayed", "Cancelling")
POLL_SECONDS = 2
#: How often the state is read; the command itself has 120 seconds to reach the host.
_POLLS = 90
_DELIVERY_SECONDS = 120


@dataclass(frozen=True)
class Host:
    """The instance, and how to run commands on it."""

    instance_id: str
    document: str
    ssm: Any
    sleep: Callable[[float], None] = time.sleep

    def run(self, action: str, user: str = "", request: str = "") -> str:
        """Run an action of the document, and return its output. Raises OpsError with what the host prints."""
        parameters: Mapping[str, list[str]] = {"Action": [action], "UserName": [user], "Request": [request]}
        sent = self.ssm.send_command(
            InstanceIds=[self.instance_id],
            DocumentName=self.document,
            Parameters=parameters,
            TimeoutSeconds=_DELIVERY_SECONDS,
            Comment=f"vpn {action} {user}".strip(),
        )
        done = self._finished(sent["Command"]["CommandId"])
        if done["Status"] != "Success":
            raise OpsError(_failure(done), ExitCode.REFUSED)
        return str(done["StandardOutputContent"])

    def _finished(self, command_id: str) -> Mapping[str, Any]:
        for _ in range(_POLLS):
            try:
                found: Mapping[str, Any] = self.ssm.get_command_invocation(
                    CommandId=command_id, InstanceId=self.instance_id
                )
            except ClientError as error:
                # The invocation exists a moment after the command.
                if error.response["Error"]["Code"] != "InvocationDoesNotExist":
                    raise
                found = {"Status": "Pending"}
            if found["Status"] not in _RUNNING:
                return found
            self.sleep(POLL_SECONDS)
        raise OpsError(
            f"the command {command_id} has not ended; run `aws ssm get-command-invocation --command-id {command_id} "
            f"--instance-id {self.instance_id}` later",
            ExitCode.UNAVAILABLE,
        )


def host_of(file: EnvironmentFile, clients: Clients) -> Host:
    """Return the environment's VPN server. Raises OpsError if there is none, or it does not run."""
    names = file.settings.names
    if file.settings.vpn is None:
        raise OpsError(f"{file.document.file} has no `vpn` block; add one and apply it", ExitCode.REFUSED)
    pages = (
        clients("ec2")
        .get_paginator("describe_instances")
        .paginate(
            Filters=[
                {"Name": "tag:Name", "Values": [instance_name(names)]},
                {"Name": "instance-state-name", "Values": ["running"]},
            ]
        )
    )
    found = [each["InstanceId"] for page in pages for group in page["Reservations"] for each in group["Instances"]]
    if not found:
        raise OpsError(
            f"no instance {instance_name(names)} is running in {names.account_id}; apply {names.environment}, "
            "or start the instance",
            ExitCode.REFUSED,
        )
    return Host(found[0], users_document(names), clients("ssm"))


def _failure(done: Mapping[str, Any]) -> str:
    """Return why an action failed: what the host printed last, or what Systems Manager says."""
    printed = [line for line in str(done.get("StandardErrorContent", "")).splitlines() if line.strip()]
    # The agent adds a line about the exit code.
    said = [line for line in printed if not line.startswith("failed to run commands")]
    if said:
        return f"the server refused: {said[-1]}"
    return f"the command ended with {done.get('StatusDetails') or done['Status']}; is the server's SSM agent online?"
