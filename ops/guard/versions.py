"""Versions that AWS no longer creates."""

import datetime
from collections.abc import Iterator
from typing import cast, get_args

from modules.foundation.calendar import Calendar, Kind, committed
from modules.foundation.versions import remedy, state
from ops.guard.finding import Finding
from ops.guard.plan import Change, Plan

#: By resource type: the attribute with the version, and the attribute with the engine or the kind in the calendar.
_VERSIONS = {
    "aws_db_instance": ("engine_version", "engine"),
    "aws_eks_cluster": ("version", "kubernetes"),
    "aws_lambda_function": ("runtime", "lambda"),
    "aws_rds_cluster": ("engine_version", "engine"),
}


def ended_versions(plan: Plan, today: datetime.date, calendar: Calendar | None = None) -> Iterator[Finding]:
    """Yield each resource that the plan would create or replace with a version that AWS no longer creates."""
    calendar = calendar or committed()
    for resource in plan.changes:
        attribute, of = _VERSIONS.get(resource.type, ("", ""))
        change = resource.change
        if not attribute or "create" not in change.actions:
            continue
        kind, version = _kind(change, of), str(change.becomes(attribute) or "")
        row = calendar.find(kind, version) if kind else None
        if row and not row.can_be_created(today):
            sentence = f"{resource.address} would be created with {attribute} {version}, which {state(row, today)}"
            yield Finding(resource.address, "version", f"{sentence}; {remedy(calendar, row, today)}.")


def _kind(change: Change, of: str) -> Kind | None:
    """Return the kind in the calendar; None for engines that are not in it."""
    name = change.becomes(of) if of == "engine" else of
    return cast("Kind", name) if name in get_args(Kind) else None
