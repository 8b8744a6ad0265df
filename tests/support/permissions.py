"""Evaluation of a role's policies in a synthesized stack.

For tests of least privilege: a role must allow what it needs, and must not allow a few other requests. Resources are
compared as synthesized, so only `${aws_sqs_queue.x.arn}` is the queue.
"""

import json
from collections.abc import Iterable
from typing import Any

from iam.evaluation import Statement, is_allowed
from tests.support.template import Template


def allows(statements: Iterable[Statement], action: str, resource: str = "*", **context: str) -> bool:
    """Return whether a statement allows the action on the resource and none denies it.

    `context` are condition keys, with two underscores instead of the colon: `kms__ViaService="..."`.
    """
    keys = {name.replace("__", ":").lower(): value for name, value in context.items()}
    return is_allowed(statements, action, resource, keys)


def statements_of(template: Template, role: str) -> list[dict[str, Any]]:
    """Return the statements of a role's inline policies, by the name in the role's address."""
    policies = template.resources("aws_iam_role_policy").values()
    references = {f"${{aws_iam_role.{role}.{attribute}}}" for attribute in ("name", "id")}
    return [
        statement
        for policy in policies
        if policy["role"] in references
        for statement in json.loads(policy["policy"])["Statement"]
    ]
