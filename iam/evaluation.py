"""Policy evaluation: which statements apply to a request, and whether policies together allow it.

[IAM User Guide, Policy evaluation logic]
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).

A request is an action, a resource and its context: condition keys in lowercase. The caller is part of the context, by
the keys that AWS itself sends: `aws:principalservicename` for a service of AWS, `aws:principalarn` and
`aws:principalaccount` for a role or user, `aws:federatedprovider` for an identity provider's token.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from iam.conditions import Context, condition_holds
from iam.patterns import matches

Statement = Mapping[str, Any]
#: A policy document: JSON text, or what it parses to.
Document = str | bytes | Mapping[str, Any]


def listed(value: Any) -> list[str]:
    """Return an element's value, which may be one or a list, as texts; JSON's true is IAM's "true"."""
    values = value if isinstance(value, list | tuple) else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in values]


def statements(document: Document) -> list[Statement]:
    """Return the statements of a policy document, which may be one or a list."""
    parsed = json.loads(document) if isinstance(document, str | bytes) else document
    found = parsed["Statement"]
    return list(found) if isinstance(found, list) else [found]


def effects(document: Document, action: str, resource: str, context: Context) -> set[str]:
    """Return the effects, "Allow" and "Deny", of the statements that apply to the request."""
    return _effects(statements(document), action, resource, context)


def is_allowed(found: Iterable[Statement], action: str, resource: str, context: Context) -> bool:
    """Return whether one of the statements allows the request and none denies it."""
    return _effects(found, action, resource, context) == {"Allow"}


def applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    """Return whether the statement is about this request.

    An identity policy has no Principal element, a trust policy no Resource element; both then match.

    Raises NotImplementedError for a condition operator that is not evaluated here.
    """
    return (
        _covers(statement, "Action", action, ignore_case=True)
        and _covers(statement, "Resource", resource, ignore_case=False)
        and _names_caller(statement, context)
        and all(
            condition_holds(operator, key, listed(expected), context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, expected in keys.items()
        )
    )


def _effects(found: Iterable[Statement], action: str, resource: str, context: Context) -> set[str]:
    return {statement["Effect"] for statement in found if applies(statement, action, resource, context)}


def _covers(statement: Statement, element: str, value: str, *, ignore_case: bool) -> bool:
    """Return whether an element, or its Not form, covers the value."""
    negated = f"Not{element}"
    if negated in statement:
        return not any(matches(pattern, value, ignore_case=ignore_case) for pattern in listed(statement[negated]))
    if element not in statement and element == "Resource":
        return True
    return any(matches(pattern, value, ignore_case=ignore_case) for pattern in listed(statement[element]))


def _names_caller(statement: Statement, context: Context) -> bool:
    if "NotPrincipal" in statement:
        return not _is_among(statement["NotPrincipal"], context)
    return "Principal" not in statement or _is_among(statement["Principal"], context)


def _is_among(principal: Any, context: Context) -> bool:
    """Return whether a Principal element names the caller; "*" names everyone, including AWS services."""
    if principal == "*":
        return True
    service, provider = context.get("aws:principalservicename"), context.get("aws:federatedprovider")
    if service is not None:
        return service in listed(principal.get("Service", []))
    if provider is not None:
        return provider in listed(principal.get("Federated", []))
    account = context.get("aws:principalaccount")
    # An account ID or root ARN means all of the account's roles and users, whose own policies must also allow it.
    callers = {account, f"arn:aws:iam::{account}:root", context.get("aws:principalarn")} - {None}
    named = listed(principal.get("AWS", []))
    return "*" in named or not callers.isdisjoint(named)
