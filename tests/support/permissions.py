"""What a policy's statements allow, by the rules of "Policy evaluation logic" as far as our policies go.

For least privilege: a role is asked for what it needs, and for a few things that it must not have. Resources are
compared as they are synthesized, so that `${aws_sqs_queue.x.arn}` is the queue and nothing else is. What is not
known here (set operators, dates, policy variables) raises an error: a guess would pass a wrong policy.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tests.support.template import Template

Statement = Mapping[str, Any]
Context = Mapping[str, str]


def allows(statements: Iterable[Statement], action: str, resource: str = "*", **context: str) -> bool:
    """Return whether the action on the resource is allowed: by some statement, and denied by none.

    `context` are condition keys, their colons written as two underscores: `kms__ViaService="..."`.
    """
    keys = {name.replace("__", ":").lower(): value for name, value in context.items()}
    applying = [each["Effect"] for each in statements if applies(each, action, resource, keys)]
    return "Allow" in applying and "Deny" not in applying


def applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    """Return whether the statement is about this action on this resource in this context."""
    return (
        _is_among(statement, "Action", action, ignore_case=True)
        and _is_among(statement, "Resource", resource, ignore_case=False)
        and all(
            _holds(operator, key, _list(expected), context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, expected in keys.items()
        )
    )


def statements_of(template: Template, role: str) -> list[dict[str, Any]]:
    """Return the statements of the policies that are written into a role, given by its address's name."""
    policies = template.resources("aws_iam_role_policy").values()
    references = {f"${{aws_iam_role.{role}.{attribute}}}" for attribute in ("name", "id")}
    return [
        statement
        for policy in policies
        if policy["role"] in references
        for statement in json.loads(policy["policy"])["Statement"]
    ]


def _is_among(statement: Statement, element: str, value: str, *, ignore_case: bool) -> bool:
    flags = re.IGNORECASE if ignore_case else 0
    if f"Not{element}" in statement:
        return not any(_like(pattern, value, flags) for pattern in _list(statement[f"Not{element}"]))
    return any(_like(pattern, value, flags) for pattern in _list(statement[element]))


def _list(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _like(pattern: str, value: str, flags: int = 0) -> bool:
    """Compare with * and ? as wildcards. The value's own * is a letter, as that of a Terraform expression is."""
    translated = "".join({"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch(translated, value, flags | re.DOTALL) is not None


def _equal(expected: str, value: str) -> bool:
    return expected == value


def _equal_bool(expected: str, value: str) -> bool:
    return expected.lower() == value.lower()


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _equal,
    "StringLike": _like,
    # "IAM JSON policy elements: Condition operators": ArnEquals and ArnLike behave identically.
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": _equal_bool,
}
_NEGATED = {"StringNotEquals": "StringEquals", "StringNotLike": "StringLike", "ArnNotLike": "ArnLike"}


def _holds(operator: str, key: str, expected: Sequence[str], context: Context) -> bool:
    """Return whether the condition holds; a key that is not there fails it, or fulfils a negated one."""
    operator, if_exists = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    value = context.get(key.lower())
    if operator in _NEGATED:
        return value is None or not any(_OPERATORS[_NEGATED[operator]](each, value) for each in expected)
    if operator not in _OPERATORS:
        raise NotImplementedError(f"condition operator {operator}")
    if value is None:
        return if_exists
    return any(_OPERATORS[operator](each, value) for each in expected)
