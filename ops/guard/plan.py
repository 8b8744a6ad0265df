"""A Terraform plan in JSON, as far as the guard reads it.

https://developer.hashicorp.com/terraform/internals/json-format: `terraform show -json FILE`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, ValidationError

from ops.errors import ExitCode, OpsError

#: The format's major version that this was written for; Terraform promises that minor ones only add.
FORMAT_MAJOR = "1."
_HOW = "write one with `terraform show -json plan.tfplan > plan.json`"
#: Attributes by which other resources name one.
_NAMES = ("id", "arn", "name", "bucket", "url", "key_id", "zone_id", "cluster_name", "function_name", "secret_id")


def is_unknown(unknown: Any) -> bool:
    """Return whether `after_unknown` says of a value, or of an item of a list, that only the apply will tell.

    Of a list of which all is known it says [false, false].
    """
    return unknown is True or (isinstance(unknown, list) and True in unknown)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Change(_Part):
    """What happens to one resource."""

    actions: tuple[str, ...]
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: dict[str, Any] | bool = False
    before_sensitive: dict[str, Any] | bool = False
    after_sensitive: dict[str, Any] | bool = False
    replace_paths: tuple[tuple[str | int, ...], ...] = ()

    @property
    def is_loss(self) -> bool:
        """Whether what is there now will be deleted."""
        return "delete" in self.actions

    @property
    def is_forgotten(self) -> bool:
        """Whether what is there now stays in AWS, and Terraform no longer knows it (a `removed` block)."""
        return "forget" in self.actions

    @property
    def is_gone(self) -> bool:
        """Whether Terraform will no longer have what is there now, deleted or forgotten."""
        return self.is_loss or self.is_forgotten

    @property
    def is_replacement(self) -> bool:
        """Whether something new comes in the place of what goes."""
        return self.is_gone and "create" in self.actions

    @property
    def leaves_gap(self) -> bool:
        """Whether what is there now will be gone before anything new has come (`create_before_destroy`)."""
        return self.is_gone and self.actions not in (("create", "delete"), ("create", "forget"))

    def was(self, attribute: str) -> Any:
        """Return the attribute as it is now."""
        return (self.before or {}).get(attribute)

    def becomes(self, attribute: str) -> Any:
        """Return the attribute as it will be; None too where only the apply will tell."""
        return (self.after or {}).get(attribute)

    def is_unknown(self, attribute: str) -> bool:
        """Whether only the apply will tell what the attribute is."""
        unknown = self.after_unknown.get(attribute) if isinstance(self.after_unknown, dict) else None
        return is_unknown(unknown)


class ResourceChange(_Part):
    """A resource and what happens to it."""

    address: str
    mode: str
    type: str
    change: Change


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
    """What the plan would do."""

    format_version: str
    resource_changes: tuple[ResourceChange, ...] = Field(default=())
    errored: bool = False
    applyable: bool | None = None
    """None in what is no plan."""
    planned_values: _Module = Field(default=_Module(), validation_alias=AliasPath("planned_values", "root_module"))
    prior_state: _State = _State()
    """The state after it was compared with AWS; what no block is left for stands in `before` as it was earlier."""

    @property
    def is_whole(self) -> bool:
        """Whether it tells what it changes; Terraform leaves that out where there are no resources at all."""
        resources = (*self.planned_values.resources, *self.prior_state.values.root_module.resources)
        return "resource_changes" in self.model_fields_set or (self.applyable is not None and not resources)

    @property
    def changes(self) -> list[ResourceChange]:
        """The resources that something happens to, data sources left out."""
        idle = (("no-op",), ("read",))
        return [each for each in self.resource_changes if each.mode == "managed" and each.change.actions not in idle]

    def now(self, resource: ResourceChange) -> dict[str, Any]:
        """Return the attributes that the resource has in AWS."""
        known = (
            each.values for each in self.prior_state.values.root_module.resources if each.address == resource.address
        )
        return next(known, None) or resource.change.before or {}

    def known(self, address: str, attribute: str) -> str | None:
        """Return an attribute that is known as text now and stays; None where it is not."""
        for each in self.resource_changes:
            if each.address == address and not each.change.is_gone:
                found = each.change.becomes(attribute) or each.change.was(attribute)
                return found if isinstance(found, str) else None
        return None

    def goes_along(self, resource: ResourceChange, parent: "Parent") -> bool:
        """Return whether what a resource belongs to goes for good by the same plan."""
        name = parent.name_in(resource.change.before)
        gone = (each for each in self.changes if each.change.is_gone and not each.change.is_replacement)
        return name is not None and any(parent.is_called(each, each.change.before, name) for each in gone)

    def is_released(self, resource: ResourceChange, parent: "Parent") -> bool:
        """Return whether what a resource belongs to may be destroyed with all that it holds from now on."""
        name = parent.name_in(resource.change.after)
        return name is not None and any(
            parent.is_called(each, each.change.before, name)
            and each.change.becomes("force_destroy")
            and not each.change.was("force_destroy")
            for each in self.changes
        )

    def is_beside(self, resource: ResourceChange, parent: "Parent") -> bool:
        """Return whether what a resource belongs to is there already: it is named, and no part of what is created."""
        name = parent.name_in(resource.change.after)
        created = (each for each in self.changes if "create" in each.change.actions)
        return name is not None and not any(parent.is_called(each, each.change.after, name) for each in created)


@dataclass(frozen=True)
class Parent:
    """What resources of a type belong to, and how they name it."""

    attribute: str
    """The attribute that names it."""
    types: tuple[str, ...] = ()
    """What it may be; without types, anything."""
    prefix: str = ""
    """What stands before its name."""

    def name_in(self, attributes: dict[str, Any] | None) -> str | None:
        """Return the parent's name; None where it is not known."""
        found = (attributes or {}).get(self.attribute)
        return found.removeprefix(self.prefix) if isinstance(found, str) and found.startswith(self.prefix) else None

    def is_called(self, resource: ResourceChange, attributes: dict[str, Any] | None, name: str) -> bool:
        """Return whether a resource may be the parent of this name; one that tells no name may be."""
        if self.types and resource.type not in self.types:
            return False
        names = [each for each in map((attributes or {}).get, _NAMES) if each is not None]
        return name in names or (bool(self.types) and not names)


def read_plan(path: Path) -> Plan:
    """Return the plan of a file. Raises OpsError when it is none, or one of a planning that failed."""
    try:
        return parse_plan(path.read_text(), str(path))
    except OSError as error:
        raise OpsError(f"{path} cannot be read: {error.strerror}; {_HOW}", ExitCode.REFUSED) from None
    except UnicodeDecodeError:
        raise OpsError(f"{path} is not a Terraform plan in JSON; {_HOW}", ExitCode.REFUSED) from None


def parse_plan(text: str, name: str) -> Plan:
    """Return the plan of a text; errors call it by the name. Raises OpsError as `read_plan`."""
    try:
        plan = Plan.model_validate_json(text)
    except ValidationError:
        raise OpsError(f"{name} is not a Terraform plan in JSON; {_HOW}", ExitCode.REFUSED) from None
    if not plan.is_whole:
        rule = "is not a Terraform plan: it has no resource_changes, as a state in JSON has none"
        raise OpsError(f"{name} {rule}; {_HOW}", ExitCode.REFUSED)
    if not plan.format_version.startswith(FORMAT_MAJOR):
        raise OpsError(f"{name} has format {plan.format_version}, which the guard cannot read", ExitCode.REFUSED)
    if plan.errored:
        raise OpsError(f"{name} is of a planning that failed and tells only a part; plan again", ExitCode.REFUSED)
    return plan
