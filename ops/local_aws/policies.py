"""When a statement of a resource policy applies to a request, by the rules of the IAM user guide.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

An operator that is not known here (dates, binary, those on sets of values) raises: a guess would make a
policy look better than it is.
"""

import fnmatch
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_Test = Callable[[str, str], bool]


def _like(actual: str, pattern: str) -> bool:
    # fnmatch knows brackets, IAM does not.
    return re.fullmatch(fnmatch.translate(pattern.replace("[", "[[]")), actual) is not None


def _in_range(actual: str, cidr: str) -> bool:
    return ipaddress.ip_address(actual) in ipaddress.ip_network(cidr, strict=False)


_TESTS: dict[str, _Test] = {
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "NumericEquals": lambda actual, wanted: float(actual) == float(wanted),
    "NumericLessThan": lambda actual, wanted: float(actual) < float(wanted),
    "NumericLessThanEquals": lambda actual, wanted: float(actual) <= float(wanted),
    "NumericGreaterThan": lambda actual, wanted: float(actual) > float(wanted),
    "NumericGreaterThanEquals": lambda actual, wanted: float(actual) >= float(wanted),
    "IpAddress": _in_range,
}

# Each is true when its opposite is false for every value, also when the request has no such key.
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
}


def effects(policy: str | bytes, action: str, resource: str, context: Mapping[str, str]) -> set[str]:
    """Return the effects, "Allow" and "Deny", of the statements of `policy` that apply to a request."""
    statements = json.loads(policy)["Statement"]
    return {
        statement["Effect"]
        for statement in (statements if isinstance(statements, list) else [statements])
        if applies(statement, action, resource, context)
    }


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Say whether `statement` applies; `context` holds the request's condition keys in small letters."""
    return (
        _element_applies(statement, "Action", lambda pattern: _like(action.lower(), pattern.lower()))
        and _element_applies(statement, "Resource", lambda pattern: _like(resource, pattern))
        and _principal_applies(statement, context)
        and all(
            condition_holds(operator, key, _texts(wanted), context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def condition_holds(operator: str, key: str, wanted: list[str], context: Mapping[str, str]) -> bool:
    """Say whether one line of a Condition holds for the request.

    Raises:
        NotImplementedError: the operator is not emulated.
    """
    actual = context.get(key.lower())
    if operator == "Null":
        return str(actual is None).lower() in [value.lower() for value in wanted]
    plain = operator.removesuffix("IfExists")
    negated = plain in _NEGATIONS
    test = _TESTS.get(_NEGATIONS.get(plain, plain))
    if test is None:
        raise NotImplementedError(f"the embedded AWS does not evaluate the condition operator {operator}")
    if actual is None:
        return negated or plain != operator
    return any(test(actual, value) for value in wanted) != negated


def _element_applies(statement: Mapping[str, Any], name: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{name}" in statement:
        return not any(matches(pattern) for pattern in _texts(statement[f"Not{name}"]))
    return any(matches(pattern) for pattern in _texts(statement[name]))


def _principal_applies(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    if "NotPrincipal" in statement:
        return not _is_among(statement["NotPrincipal"], context)
    return _is_among(statement["Principal"], context)


def _is_among(principal: Any, context: Mapping[str, str]) -> bool:
    """Say whether the caller is among `principal`: an account, a role, or a service of AWS."""
    if principal == "*":
        return True
    service = context.get("aws:principalservicename")
    if service is not None and service in _texts(principal.get("Service", [])):
        return True
    named = _texts(principal.get("AWS", []))
    account = context.get("aws:principalaccount")
    callers = {account, f"arn:aws:iam::{account}:root", context.get("aws:principalarn")}
    return "*" in named or (account is not None and not callers.isdisjoint(named))


def _texts(value: Any) -> list[str]:
    """Return a policy's value, which may be one or a list, as texts (JSON's true is IAM's "true")."""
    values = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in values]
