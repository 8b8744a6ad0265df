"""Permissions of the pipeline's roles: AWS managed policies, from Moto, and our own policies."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from iam.evaluation import Statement, statements
from iam.partial import may_be_allowed
from local_aws.enforcement import FREE
from local_aws.iam_resources import resource_of
from local_aws.requests import RecordedRequest
from tests.aws_facts.iam_actions import action_of, reads
from tests.support.permissions import statements_of
from tests.support.template import Template


def role_statements(account: Template, name: str) -> list[Statement]:
    """Return the statements of a role in an account's stack, by the name in the role's address."""
    attached = [
        str(each["policy_arn"])
        for each in account.resources("aws_iam_role_policy_attachment").values()
        if each["role"] == f"${{aws_iam_role.{name}.name}}"
    ]
    managed = [statement for arn in attached for statement in _managed_statements(account, arn)]
    return [*managed, *statements_of(account, name)]


def _managed_statements(account: Template, arn: str) -> list[Statement]:
    """Return the statements of a policy of the account's stack, by its reference, or of AWS, by its ARN."""
    if arn.startswith("${"):
        return statements(account.resource(arn.removeprefix("${").removesuffix(".arn}"))["policy"])
    return statements(_managed()[arn.rpartition("/")[2]]["Document"])


def refused(found: Iterable[Statement], requests: Iterable[RecordedRequest]) -> list[str]:
    """Return the actions of these requests, with their resources, that the statements do not allow."""
    policy = list(found)
    required = {(action_of(each), resource_of(each)) for each in requests}
    return sorted(
        f"{action} on {resource}"
        for action, resource in required
        if action not in FREE and not may_be_allowed(policy, action, resource, {}, ())
    )


def plan_requests(requests: Iterable[RecordedRequest], bucket: str, state_key: str) -> Iterator[RecordedRequest]:
    """Yield the requests that a plan makes too: reads, and those for the lock of the state."""
    lock = {"Bucket": bucket, "Key": f"{state_key}.tflock"}
    for each in requests:
        if reads(action_of(each)) or lock.items() <= each.parameters.items():
            yield each


@cache
def _managed() -> Mapping[str, Any]:
    """Return the AWS managed policies by name."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found
