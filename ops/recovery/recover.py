"""`python -m ops recover`: imports into the state the resources that a killed apply created in AWS."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from modules.environment_files import EnvironmentFile
from ops.backend import Backend
from ops.bootstrap import Account
from ops.connection import connected
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
    """The imported resources, the unclear ones that a person has to check, and the plan of the remaining changes."""

    imported: dict[str, str] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    plan: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the result as lines of text."""
        yield from (f"imported: {address}  {identifier}" for address, identifier in sorted(self.imported.items()))
        yield from (f"not imported: {each}" for each in self.unclear)
        if not self.imported and not self.unclear:
            yield "nothing to recover: nothing that the plan creates exists in AWS"
        yield self.plan or "No changes: AWS and the state match the environment file."


def recover(target: Target, file: EnvironmentFile, *, account: bool) -> Recovery:
    """Import the orphaned resources of the environment's or its account's stack, and plan. Raises OpsError."""
    synthesize(target, file.settings)
    if account:
        with _account(target, file) as terraform:
            return recovered(target, terraform)
    return recovered(target, connected(target, file))


def recovered(target: Target, terraform: Terraform) -> Recovery:
    """Import the orphaned resources of the stack that Terraform is connected to, and plan. Raises OpsError."""
    return _Recovering(target, terraform).run()


@contextmanager
def _account(target: Target, file: EnvironmentFile) -> Iterator[Terraform]:
    """Connect the bootstrap stack to its state, which is on this machine until the bucket has it."""
    account = Account(target, file.settings.account_id, file.settings.name)
    account.refuse_deleted()
    with account.state_on_this_machine() if account.uses_state_on_this_machine() else nullcontext():
        account.terraform.init()
        yield account.terraform


class _Recovering:
    """The rounds of a recovery: each import reveals the ids of the resources that depend on it."""

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
            importable = self._importable(plan) if changed else {}
            is_refreshed = bool(importable.keys() & _deleted(plan))
            if is_refreshed:
                # Terraform cannot import to an address that is still in the state, even if AWS deleted the resource.
                self._terraform.refresh_state()
            imports = self._imports(importable)
            imported = imports.run() if importable else {}
            recovery.imported |= imported
            recovery.unclear += imports.unclear
            # Either one makes the plan outdated.
            if not imported and not is_refreshed:
                break
        recovery.unclear += self._unclear.values()
        recovery.plan = self._terraform.show_plan() if changed else ""
        return recovery

    def _imports(self, importable: dict[str, str]) -> Imports:
        copy = self._target.workspace.build / "recover" / f"{self._terraform.stack}-imports"
        tags = self._stack["provider"]["aws"][0]["default_tags"][0]["tags"]
        return Imports(self._terraform, copy, importable, {key: tags[key] for key in _TAGS})

    def _importable(self, plan: dict[str, Any]) -> dict[str, str]:
        """Return the ids of resources that the plan creates and that may exist in AWS, by address; each only once."""
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
                # The type stubs accept only literal service names.
                session: Any = self._target.session(self._account)
                self._clients[key] = session.client(service, region_name=region)
            return self._clients[key]

        return client

    def _several(self, address: str, ids: list[str]) -> str:
        return (
            f"{address} matches several resources: {', '.join(ids)}. Find out which belongs to this stack, "
            f"and import it: {self._terraform.next_command} import {address} ID"
        )


def _deleted(plan: dict[str, Any]) -> set[str]:
    """Return the addresses in the state whose resources no longer exist in AWS."""
    return {each["address"] for each in plan.get("resource_drift", []) if each["change"]["actions"] == ["delete"]}
