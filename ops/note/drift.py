"""Drift that a plan repairs: what somebody changed outside Terraform, and the apply would set back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ops.guard.plan import Plan, ResourceChange


@dataclass(frozen=True)
class Repaired:
    """A resource that was changed outside Terraform, and what the plan sets back."""

    address: str
    attributes: tuple[str, ...]
    """Empty if the resource was deleted, and is created again."""


def repaired(plan: Plan) -> list[Repaired]:
    """Return the drift that the plan repairs.

    Terraform also lists what AWS set by itself, and changes of attributes that the configuration ignores; the apply
    leaves both as they are ("JSON Output Format", https://developer.hashicorp.com/terraform/internals/json-format).
    """
    planned = {each.address: each for each in plan.changes}
    return [found for drift in plan.resource_drift for found in _repaired(drift, planned.get(drift.address))]


def _repaired(drift: ResourceChange, planned: ResourceChange | None) -> Iterator[Repaired]:
    if planned is None:
        return
    if drift.change.is_loss and "create" in planned.change.actions:
        yield Repaired(drift.address, ())
    elif planned.change.actions == ("update",):
        before, drifted, after = (
            each or {} for each in (drift.change.before, planned.change.before, planned.change.after)
        )
        names = sorted(name for name in after if _is_set_back(before.get(name), drifted.get(name), after.get(name)))
        if names:
            yield Repaired(drift.address, tuple(names))


def _is_set_back(before: Any, drifted: Any, after: Any) -> bool:
    return bool(before != drifted and after == before)
