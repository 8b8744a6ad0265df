"""A Terraform plan in JSON, with the fields that the guard and the note read.

https://developer.hashicorp.com/terraform/internals/json-format: `terraform show -json FILE`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, ValidationError

from ops.errors import ExitCode, OpsError

#: The supported major version of the format. Minor versions are backward compatible.
FORMAT_MAJOR = "1."
_HOW = "pipe one in: `terraform show -json plan.tfplan | .venv/bin/python -m ops guard -`"
#: Attributes with which other resources refer to a resource.
_NAMES = ("id", "arn", "name", "bucket", "url", "key_id", "zone_id", "cluster_name", "function_name", "secret_id")


def is_unknown(unknown: Any) -> bool:
    """Return whether `after_unknown` marks a value, or an item of a list, as known only after the apply.

    For a list whose items are all known, it is [false, false].
    """
    return unknown is True or (isinstance(unknown, list) and True in unknown)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Change(_Part):
    """The change of one resource."""

    actions: tuple[str, ...]
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: dict[str, Any] | bool = False
    before_sensitive: dict[str, Any] | bool = False
    after_sensitive: dict[str, Any] | bool = False
    replace_paths: tuple[tuple[str | int, ...], ...] = ()

    @property
    def is_loss(self) -> bool:
        """Whether the existing resource is deleted."""
        return "delete" in self.actions

    @property
    def is_forgotten(self) -> bool:
        """Whether the existing resource stays in AWS but leaves the state (a `removed` block)."""
        return "forget" in self.actions

    @property
    def is_gone(self) -> bool:
        """Whether the existing resource is deleted or forgotten."""
        return self.is_loss or self.is_forgotten

    @property
    def is_replacement(self) -> bool:
        """Whether a new resource replaces the existing one."""
        return self.is_gone and "create" in self.actions

    @property
    def leaves_gap(self) -> bool:
        """Whether the existing resource is deleted before a new one exists (no `create_before_destroy`)."""
        return self.is_gone and self.actions not in (("create", "delete"), ("create", "forget"))

    @property
    def action(self) -> str:
        """What happens to the resource: create, update, replace, delete, or forget."""
        return "replace" if self.is_replacement else self.actions[0]

    def was(self, attribute: str) -> Any:
        """Return the attribute before the change."""
        return (self.before or {}).get(attribute)

    def becomes(self, attribute: str) -> Any:
        """Return the attribute after the change; also None if it is known only after the apply."""
        return (self.after or {}).get(attribute)

    def is_unknown(self, attribute: str) -> bool:
        """Whether the attribute is known only after the apply."""
        unknown = self.after_unknown.get(attribute) if isinstance(self.after_unknown, dict) else None
        return is_unknown(unknown)


class ResourceChange(_Part):
    """A resource and its change."""

    address: str
    mode: str
    type: str
    change: Change
    previous_address: str | None = None
    """The address before a `moved` block moved the resource."""


class _Resource(_Part):
    address: str
    values: dict[str, Any] | None = None


class _Module(_Part):
    resources: tuple[_Resource, ...] = Field(default=())


class _Values(_Part):
    root_module: _Module = _Module()


class _State(_Part):
    values: _Values = _Values()


class Plan(_Part):
    """A plan."""

    format_version: str
    resource_changes: tuple[ResourceChange, ...] = Field(default=())
    resource_drift: tuple[ResourceChange, ...] = Field(default=())
    """What was changed outside Terraform since the last apply; also values that AWS set by itself."""
    errored: bool = False
    applyable: bool | None = None
    """None in a file that is not a plan."""
    planned_values: _Module = Field(default=_Module(), validation_alias=AliasPath("planned_values", "root_module"))
    prior_state: _State = _State()
    """The refreshed state. For resources without configuration, `before` has the values from before the refresh."""

    @property
    def is_whole(self) -> bool:
        """Whether it lists its changes, which Terraform omits only if there are no resources at all."""
        resources = (*self.planned_values.resources, *self.prior_state.values.root_module.resources)
        return "resource_changes" in self.model_fields_set or (self.applyable is not None and not resources)

    @property
    def addresses(self) -> frozenset[str]:
        """The resources that exist after the plan."""
        return frozenset(each.address for each in self.planned_values.resources)

    @property
    def changes(self) -> list[ResourceChange]:
        """The resources that change, without data sources."""
        idle = (("no-op",), ("read",))
        return [each for each in self.resource_changes if each.mode == "managed" and each.change.actions not in idle]

    def now(self, resource: ResourceChange) -> dict[str, Any]:
        """Return the resource's current attributes in AWS."""
        known = (
            each.values for each in self.prior_state.values.root_module.resources if each.address == resource.address
        )
        return next(known, None) or resource.change.before or {}

    def known(self, address: str, attribute: str) -> str | None:
        """Return a resource's attribute if it is known text; None if it is not, or if the resource is removed."""
        for each in self.resource_changes:
            if each.address == address and not each.change.is_gone:
                found = each.change.becomes(attribute) or each.change.was(attribute)
                return found if isinstance(found, str) else None
        return None

    def is_removed_with(self, resource: ResourceChange, parent: "Parent") -> bool:
        """Return whether the same plan removes the parent of the resource."""
        name = parent.name_in(resource.change.before)
        gone = (each for each in self.changes if each.change.is_gone and not each.change.is_replacement)
        return name is not None and any(parent.is_called(each, each.change.before, name) for each in gone)

    def is_released(self, resource: ResourceChange, parent: "Parent") -> bool:
        """Return whether the plan turns on `force_destroy` for the parent of the resource."""
        name = parent.name_in(resource.change.after)
        return name is not None and any(
            parent.is_called(each, each.change.before, name)
            and each.change.becomes("force_destroy")
            and not each.change.was("force_destroy")
            for each in self.changes
        )

    def is_beside(self, resource: ResourceChange, parent: "Parent") -> bool:
        """Return whether the parent of the resource already exists: it is named, and the plan does not create it."""
        name = parent.name_in(resource.change.after)
        created = (each for each in self.changes if "create" in each.change.actions)
        return name is not None and not any(parent.is_called(each, each.change.after, name) for each in created)


@dataclass(frozen=True)
class Parent:
    """The parent of resources of a type, and how they refer to it."""

    attribute: str
    """The attribute that refers to the parent."""
    types: tuple[str, ...] = ()
    """The possible types of the parent; empty for any type."""
    prefix: str = ""
    """The prefix before the parent's name."""

    def name_in(self, attributes: dict[str, Any] | None) -> str | None:
        """Return the parent's name; None if it is not known."""
        found = (attributes or {}).get(self.attribute)
        return found.removeprefix(self.prefix) if isinstance(found, str) and found.startswith(self.prefix) else None

    def is_called(self, resource: ResourceChange, attributes: dict[str, Any] | None, name: str) -> bool:
        """Return whether a resource may be the parent with this name; also if its type fits and no name is known."""
        if self.types and resource.type not in self.types:
            return False
        names = [each for each in map((attributes or {}).get, _NAMES) if each is not None]
        return name in names or (bool(self.types) and not names)


def read_plan(path: Path) -> Plan:
    """Return the plan in a file, or on standard input for the file `-`, so that its values are in no file.

    Raises OpsError if it is not a plan, or if planning failed.
    """
    try:
        if path == Path("-"):
            return parse_plan(sys.stdin.read(), "the plan")
        return parse_plan(path.read_text(), str(path))
    except OSError as error:
        raise OpsError(f"{path} cannot be read: {error.strerror}; {_HOW}", ExitCode.REFUSED) from None
    except UnicodeDecodeError:
        raise OpsError(f"{path} is not a Terraform plan in JSON; {_HOW}", ExitCode.REFUSED) from None


def parse_plan(text: str, name: str) -> Plan:
    """Return the plan in a text, which errors refer to by this name. Raises OpsError like `read_plan`."""
    try:
        plan = Plan.model_validate_json(text)
    except ValidationError:
        raise OpsError(f"{name} is not a Terraform plan in JSON; {_HOW}", ExitCode.REFUSED) from None
    if not plan.is_whole:
        rule = "is not a Terraform plan: it has no resource_changes. It may be a state in JSON"
        raise OpsError(f"{name} {rule}; {_HOW}", ExitCode.REFUSED)
    if not plan.format_version.startswith(FORMAT_MAJOR):
        raise OpsError(f"{name} has format {plan.format_version}, which the guard cannot read", ExitCode.REFUSED)
    if plan.errored:
        raise OpsError(f"{name} is incomplete because planning failed; plan again", ExitCode.REFUSED)
    return plan
