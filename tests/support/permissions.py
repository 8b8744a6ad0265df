"""What the policies of a role in a synthesized stack allow.

For least privilege: a role is asked for what it needs, and for a few things that it must not have. Resources are
compared as they are synthesized, so that `${aws_sqs_queue.x.arn}` is the queue and nothing else is.
"""

import json
from collections.abc import Iterable
from typing import Any

from iam.evaluation import Statement, is_allowed
from tests.support.template import Template


def allows(statements: Iterable[Statement], action: str, resource: str = "*", **context: str) -> bool:
    """Return whether the action on the resource is allowed: by some statement, and denied by none.

    `context` are condition keys, their colons written as two underscores: `kms__ViaService="..."`.
    """
    keys = {name.replace("__", ":").lower(): value for name, value in context.items()}
    return is_allowed(statements, action, resource, keys)


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
