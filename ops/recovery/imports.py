"""Imports objects into a state with import blocks, in a copy of the stack in which nothing else can change.

All blocks are planned and applied together, so that each object costs one request instead of one run of Terraform. In
the copy, the objects ignore all changes of their configuration, so that a plan that targets only them only imports. If
the plan would do more, such as create a dependency, the objects are imported one by one instead.
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ops.errors import OpsError
from ops.explain import Diagnostic
from ops.steps import step
from ops.terraform import PLAN_FILE, Terraform

_STACK = "cdk.tf.json"
#: In the error messages of Terraform and of the provider's importers.
_ABSENT = re.compile(r"non-existent|not ?found|no \w+ found|no ?such|does not exist|couldn't find", re.I)
_IDLE = (["no-op"], ["read"])


@dataclass
class Imports:
    """The import of objects that may exist in AWS."""

    terraform: Terraform
    copy: Path
    """The folder of the copy, whose contents are replaced."""
    ids: dict[str, str]
    tags: Mapping[str, str]
    """The tags of every object of the stack."""
    unclear: list[str] = field(default_factory=list)
    """The objects that exist but are not imported, and why."""
    _as_configured: set[str] = field(default_factory=set)
    """Objects that keep their configuration in the copy.

    Ignoring the configuration replaces it with the values that were read, some of which the provider does not accept as
    configuration: `secondary_private_ip_address_count` of a public NAT gateway.
    """

    def run(self) -> dict[str, str]:
        """Import the objects that exist and belong to this stack, and return their ids by address. Raises OpsError."""
        changes = self._planned()
        foreign = self._foreign(changes)
        if foreign:
            self.unclear += [self._has_other_tags(address, tags) for address, tags in foreign.items()]
            changes = self._planned()
        if self.ids and all(each["change"]["actions"] in _IDLE for each in changes):
            self._in_copy.apply()
        else:
            self._one_by_one()
        return self.ids

    @property
    def _in_copy(self) -> Terraform:
        return replace(self.terraform, folder=self.copy)

    def _planned(self) -> list[dict[str, Any]]:
        """Plan the imports until all remaining objects exist, and return the changes of that plan."""
        with step(f"look for {len(self.ids)} objects that may exist") as doing:
            while self.ids:
                errors = self._errors_of(self.ids)
                if not errors:
                    break
                found = {self._address(error): error for error in errors}
                found.pop(None, None)
                for address, error in (found or self._alone()).items():
                    self._leave_out(str(address), error)
            doing.result = f"{len(self.ids)} exist"
        return json.loads(self._in_copy.show_plan_json()).get("resource_changes", []) if self.ids else []

    def _errors_of(self, ids: Mapping[str, str]) -> list[Diagnostic]:
        self._write_copy(ids)
        return self._in_copy.plan_imports(sorted(ids))

    def _address(self, error: Diagnostic) -> str | None:
        """Return the address of the object that an error is about; None if it contains no address."""
        addresses = re.findall(r"[a-z0-9_]+\.[a-z0-9_]+", f"{error.get('address', '')} {_text(error)}")
        return next((address for address in addresses if address in self.ids), None)

    def _alone(self) -> dict[str | None, Diagnostic]:
        """Return an error of each object that cannot be imported by itself. Raises OpsError if all of them can."""
        errors = {address: self._errors_of({address: self.ids[address]}) for address in sorted(self.ids)}
        found: dict[str | None, Diagnostic] = {address: each[0] for address, each in errors.items() if each}
        if not found:
            raise OpsError("terraform plan failed:\n" + "\n".join(map(_text, self._errors_of(self.ids))))
        return found

    def _leave_out(self, address: str, error: Diagnostic) -> None:
        """Leave out an absent object. One that cannot be read is first tried again with its configuration."""
        is_absent = _ABSENT.search(_text(error))
        if not is_absent and address not in self._as_configured:
            self._as_configured.add(address)
            return
        identifier = self.ids.pop(address)
        if not is_absent:
            self.unclear.append(f"{address} ({identifier}) could not be read: {_text(error)}")

    def _foreign(self, changes: list[dict[str, Any]]) -> dict[str, Mapping[str, str]]:
        """Return the tags of objects of others. An object without tags may be an incomplete one of this stack."""
        tags = {each["address"]: (each["change"].get("before") or {}).get("tags_all") or {} for each in changes}
        return {
            address: tags[address]
            for address in self.ids
            if tags[address] and not self.tags.items() <= tags[address].items()
        }

    def _has_other_tags(self, address: str, tags: Mapping[str, str]) -> str:
        found = ", ".join(f"{key} = {tags.get(key)}" for key in self.tags)
        return (
            f"{address} ({self.ids.pop(address)}) exists, but its tags are not those of this stack: {found}. "
            "It is not changed; rename one of the two."
        )

    def _one_by_one(self) -> None:
        for address, identifier in sorted(self.ids.items()):
            self.terraform.import_object(address, identifier)

    def _write_copy(self, ids: Mapping[str, str]) -> None:
        """Write a copy of the stack with import blocks, the same files, and the same connection to the state."""
        shutil.rmtree(self.copy, ignore_errors=True)
        self.copy.mkdir(parents=True)
        for path in self.terraform.folder.iterdir():
            if path.name not in (_STACK, PLAN_FILE):
                (self.copy / path.name).symlink_to(path)
        stack = json.loads((self.terraform.folder / _STACK).read_text())
        stack["import"] = [{"to": address, "id": identifier} for address, identifier in ids.items()]
        for address in ids.keys() - self._as_configured:
            kind, _, name = address.partition(".")
            block = stack["resource"][kind][name]
            block["lifecycle"] = {**block.get("lifecycle", {}), "ignore_changes": "all"}
        (self.copy / _STACK).write_text(json.dumps(stack))


def _text(error: Diagnostic) -> str:
    return f"{error['summary']}\n{error.get('detail', '')}".rstrip()
