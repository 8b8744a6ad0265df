"""`python -m ops recover`: takes into the state what an apply that was killed has created in AWS."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from modules.settings import EnvironmentFile
from ops.backend import Backend
from ops.bootstrap import Account
from ops.local import connected
from ops.recovery.import_ids import CREATED_AGAIN
from ops.recovery.imports import Imports
from ops.recovery.lookup import UnknownValueError, Values, import_ids
from ops.steps import step
from ops.synth import synthesize
from ops.target import Target
from ops.terraform import Terraform

_TAGS = ("product", "environment")


@dataclass
class Recovery:
    """What was taken in, what a person has to look at, and the plan of what is left to change."""

    taken: dict[str, str] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    plan: str = ""

    def told(self) -> Iterator[str]:
        """Return it for a person."""
        yield from (f"taken in: {address}  {identifier}" for address, identifier in sorted(self.taken.items()))
        yield from (f"not taken in: {each}" for each in self.unclear)
        if not self.taken and not self.unclear:
            yield "nothing to recover: all that the plan creates is absent from AWS"
        yield self.plan or "The plan is empty: AWS and the state are as the environment file says."


def recover(target: Target, file: EnvironmentFile, *, account: bool) -> Recovery:
    """Import the orphans of the environment, or of its account's bootstrap stack, and plan. Raises OpsError."""
    synthesize(target.workspace, target.output, target.init_environment, file.settings.name)
    if account:
        with _account(target, file) as terraform:
            return recovered(target, terraform)
    return recovered(target, connected(target, file))


def recovered(target: Target, terraform: Terraform) -> Recovery:
    """Import the orphans of the stack that Terraform is connected to, and plan. Raises OpsError."""
    return _Recovering(target, terraform).run()


@contextmanager
def _account(target: Target, file: EnvironmentFile) -> Iterator[Terraform]:
    """Connect the bootstrap stack to its state: as long as its bucket holds none, to the one on this machine."""
    account = Account(target, file.settings.account_id, file.settings.name)
    account.refuse_deleted()
    with account.state_on_this_machine() if account.uses_state_on_this_machine() else nullcontext():
        account.terraform.init()
        yield account.terraform


class _Recovering:
    """The rounds: what is taken in tells the ids of what depends on it."""

    def __init__(self, target: Target, terraform: Terraform) -> None:
        self._target, self._terraform = target, terraform
        self._stack = json.loads((terraform.folder / "cdk.tf.json").read_text())
        self._account = Backend.of(terraform.folder).account_id
        self._clients: dict[tuple[str, str], Any] = {}
        self._tried: set[tuple[str, str]] = set()
        self._unclear: dict[str, str] = {}

    def run(self) -> Recovery:
        recovery = Recovery()
        while True:
            self._unclear = {}
            changed = self._terraform.plan()
            plan = json.loads(self._terraform.show_plan_json()) if changed else {}
            candidates = self._candidates(plan) if changed else {}
            settled = bool(candidates.keys() & _gone(plan))
            if settled:
                # Terraform imports nothing at an address at which the state still holds what AWS has no more.
                self._terraform.settle()
            imports = self._imports(candidates)
            taken = imports.take_in() if candidates else {}
            recovery.taken |= taken
            recovery.unclear += imports.unclear
            # Either makes the plan stale.
            if not taken and not settled:
                break
        recovery.unclear += self._unclear.values()
        recovery.plan = self._terraform.show_plan() if changed else ""
        return recovery

    def _imports(self, candidates: dict[str, str]) -> Imports:
        copy = self._target.workspace.build / "recover" / f"{self._terraform.stack}-imports"
        tags = self._stack["provider"]["aws"][0]["default_tags"][0]["tags"]
        return Imports(self._terraform, copy, candidates, {key: tags[key] for key in _TAGS})

    def _candidates(self, plan: dict[str, Any]) -> dict[str, str]:
        """Return the ids of what the plan creates and AWS may have, by address; each only once."""
        held = {
            (each["type"], each["values"].get("id"))
            for each in plan.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", [])
        }
        found = {}
        with step("derive import ids") as doing:
            for each in plan["resource_changes"]:
                if each["change"]["actions"] == ["create"] and each["type"] not in CREATED_AGAIN:
                    doing.progress(each["address"])
                    ids = [id_ for id_ in self._ids(each) if (each["type"], id_) not in held]
                    if len(ids) == 1 and (each["address"], ids[0]) not in self._tried:
                        found[each["address"]] = ids[0]
                    if len(ids) > 1:
                        self._unclear[each["address"]] = self._several(each["address"], ids)
            doing.result = str(len(found))
        self._tried |= set(found.items())
        return found

    def _ids(self, resource: dict[str, Any]) -> list[str]:
        region = self._region(resource)
        values: Values = {**resource["change"]["after"], "account": self._account, "region": region}
        try:
            return import_ids(resource["type"], values, self._client_in(region))
        except UnknownValueError:
            return []
        except ClientError as error:
            self._unclear[resource["address"]] = f"{resource['address']} could not be looked up: {error}"
            return []

    def _region(self, resource: dict[str, Any]) -> str:
        block = self._stack["resource"][resource["type"]][resource["name"]]
        alias = block.get("provider", "aws").partition(".")[2]
        return next(str(each["region"]) for each in self._stack["provider"]["aws"] if each.get("alias", "") == alias)

    def _client_in(self, region: str) -> Callable[[str], Any]:
        def client(service: str) -> Any:
            key = (service, region)
            if key not in self._clients:
                # The stubs know a client by its literal name only.
                session: Any = self._target.session(self._account)
                self._clients[key] = session.client(service, region_name=region)
            return self._clients[key]

        return client

    def _several(self, address: str, ids: list[str]) -> str:
        return (
            f"{address} may be any of {', '.join(ids)}. Look which one is this stack's, and import it: "
            f"{self._terraform.next_command} import {address} ID"
        )


def _gone(plan: dict[str, Any]) -> set[str]:
    """Return the addresses of what the state still holds, and AWS has no more."""
    return {each["address"] for each in plan.get("resource_drift", []) if each["change"]["actions"] == ["delete"]}
