"""Evaluation of a request of which not everything is known: nothing is denied that AWS might allow.

A condition whose key is not known is taken as met in an Allow statement, and as not met in a Deny statement. If the
resource is not known, an Allow statement for any resource allows, and only a Deny statement for all resources denies.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from iam.conditions import Context
from iam.evaluation import Statement, is_allowed, listed


def may_be_allowed(
    found: Iterable[Statement], action: str, resource: str | None, context: Context, known: Collection[str]
) -> bool:
    """Return whether the statements can allow the request, and none certainly denies it.

    `known` are the condition keys, in lowercase, that the context would have if the request had them.
    """
    return is_allowed(_certain(found, resource, known), action, resource or "*", context)


def _certain(found: Iterable[Statement], resource: str | None, known: Collection[str]) -> Iterator[Statement]:
    """Yield the statements without what is not known."""
    for statement in found:
        conditions = statement.get("Condition", {})
        certain = _known_conditions(conditions, known)
        certain_resource = resource is not None or listed(statement.get("Resource", [])) == ["*"]
        if statement["Effect"] == "Deny":
            if certain == conditions and certain_resource:
                yield statement
            continue
        kept = {key: value for key, value in statement.items() if certain_resource or key not in _RESOURCES}
        yield {**kept, "Condition": certain}


_RESOURCES = ("Resource", "NotResource")


def _known_conditions(conditions: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    kept = {
        operator: {key: values for key, values in keys.items() if key.lower() in known}
        for operator, keys in conditions.items()
        if "Date" not in operator
    }
    return {operator: keys for operator, keys in kept.items() if keys}
