"""What the checks look at: an environment, where it is, and what is there of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from modules.environment_files import EnvironmentFile
from ops.addresses import addresses
from ops.backend import Backend, RemoteState
from ops.target import Target


@dataclass(frozen=True)
class Context:
    """An environment whose account answers."""

    file: EnvironmentFile
    target: Target
    session: boto3.Session

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.file.settings.name

    def client(self, service: str) -> Any:
        """Return a client in the environment's region."""
        # The stubs know a client by its literal name only.
        session: Any = self.session
        return session.client(service, region_name=self.file.settings.region)

    def command(self, arguments: str) -> str:
        """Return how a command of ours is run on this environment."""
        local = " --local" if self.target.local_aws else ""
        return f"`.venv/bin/python -m ops {arguments} --env {self.name}{local}`"


@dataclass(frozen=True)
class Stack:
    """The environment's synthesized stack, and the addresses that its state has; none before the first apply."""

    synthesized: Mapping[str, Any]
    applied: frozenset[str]

    def is_new(self, kind: str) -> int:
        """Return how many resources of the type the next apply would make."""
        wanted = {address for address in addresses(dict(self.synthesized)) if address.split(".")[0] == kind}
        return len(wanted - self.applied)

    def remote(self, context: Context) -> RemoteState:
        """Return what lies in the state bucket."""
        options = context.target.options(context.name, context.name)
        return RemoteState(context.session, Backend.in_stack(self.synthesized), options)
