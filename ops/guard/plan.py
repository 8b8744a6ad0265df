"""A Terraform plan in JSON, as far as the guard reads it.

https://developer.hashicorp.com/terraform/internals/json-format: `terraform show -json FILE`.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ops.errors import ExitCode, OpsError

#: The format's major version that this was written for; Terraform promises that minor ones only add.
FORMAT_MAJOR = "1."


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Change(_Part):
    """What happens to one resource."""

    actions: tuple[str, ...]
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    after_unknown: dict[str, Any] | bool = False
    replace_paths: tuple[tuple[str | int, ...], ...] = ()

    @property
    def is_loss(self) -> bool:
        """Whether what is there now will be gone; `forget` leaves it in AWS."""
        return "delete" in self.actions

    @property
    def is_replacement(self) -> bool:
        """Whether something new comes in the place of what goes."""
        return self.is_loss and "create" in self.actions

    @property
    def leaves_gap(self) -> bool:
        """Whether what is there now will be gone before anything new has come (`create_before_destroy`)."""
        return self.is_loss and self.actions != ("create", "delete")

    def was(self, attribute: str) -> Any:
        """Return the attribute as it is now."""
        return (self.before or {}).get(attribute)

    def becomes(self, attribute: str) -> Any:
        """Return the attribute as it will be; None too where only the apply will tell."""
        return (self.after or {}).get(attribute)

    def is_unknown(self, attribute: str) -> bool:
        """Whether only the apply will tell what the attribute is."""
        return isinstance(self.after_unknown, dict) and bool(self.after_unknown.get(attribute))


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
    prior_state: _State = _State()
    """The state after it was compared with AWS; what no block is left for stands in `before` as it was earlier."""

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


def read_plan(path: Path) -> Plan:
    """Return the plan of a file. Raises OpsError when it is none, or one of a planning that failed."""
    how = "write one with `terraform show -json plan.tfplan > plan.json`"
    try:
        plan = Plan.model_validate_json(path.read_text())
    except OSError as error:
        raise OpsError(f"{path} cannot be read: {error.strerror}; {how}", ExitCode.REFUSED) from None
    except (ValidationError, UnicodeDecodeError):
        raise OpsError(f"{path} is not a Terraform plan in JSON; {how}", ExitCode.REFUSED) from None
    if not plan.format_version.startswith(FORMAT_MAJOR):
        raise OpsError(f"{path} has format {plan.format_version}, which the guard cannot read", ExitCode.REFUSED)
    if plan.errored:
        raise OpsError(f"{path} is of a planning that failed and tells only a part; plan again", ExitCode.REFUSED)
    return plan
