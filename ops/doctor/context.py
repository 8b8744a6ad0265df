"""The context of the checks: an environment, its account, and its stack."""

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
    """An environment and a session in its account."""

    file: EnvironmentFile
    target: Target
    session: boto3.Session

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.file.settings.name

    def client(self, service: str) -> Any:
        """Return a client in the environment's Region."""
        # The type stubs accept only literal service names.
        session: Any = self.session
        return session.client(service, region_name=self.file.settings.region)

    def command(self, arguments: str) -> str:
        """Return the full command line of a command for this environment."""
        local = " --local" if self.target.local_aws else ""
        return f"`.venv/bin/python -m ops {arguments} --env {self.name}{local}`"


@dataclass(frozen=True)
class Stack:
    """The environment's synthesized stack, and the addresses in its state; none before the first apply."""

    synthesized: Mapping[str, Any]
    applied: frozenset[str]

    def is_new(self, kind: str) -> int:
        """Return how many resources of the type the next apply would create."""
        wanted = {address for address in addresses(dict(self.synthesized)) if address.split(".")[0] == kind}
        return len(wanted - self.applied)

    def remote(self, context: Context) -> RemoteState:
        """Return the state objects in the state bucket."""
        options = context.target.options(context.name, context.name)
        return RemoteState(context.session, Backend.in_stack(self.synthesized), options)
