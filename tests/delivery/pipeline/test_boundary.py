"""The permissions boundary: it includes everything that the environments' roles do, and no change of an identity."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from iam.comparison import Element, Grant, beyond, grants
from iam.evaluation import Statement, is_allowed, statements
from iam.patterns import includes, intersect
from modules.delivery.pipeline.boundary import boundary_statements
from modules.foundation.names import Names
from ops.workspace import stack_folder
from tests.aws_facts.managed_policies import managed_policy
from tests.aws_facts.stack import Stack
from tests.support.template import Template

#: Environments with a pipeline, the fixture of their folder, and their account.
PIPELINES = {
    "dev": ("reference", "111111111111"),
    "staging": ("reference", "222222222222"),
    "prod": ("reference", "333333333333"),
    "corporate": ("further", "444444444444"),
    "mobile": ("further", "888888888888"),
}
ACCOUNT = Names("agora", "account", "333333333333", "ap-northeast-2")
PROD = Names("agora", "prod", "333333333333", "ap-northeast-2", has_boundary=True)
STATES = "arn:aws:s3:::agora-account-state-333333333333-ap-northeast-2"


def overlaps(denied: Element, granted: Element) -> bool:
    """Return whether something that the second element covers is covered by the first."""
    if denied.negated:
        return not all(any(includes(one, each) for one in denied.patterns) for each in granted.patterns)
    if granted.negated:
        return not all(any(includes(one, each) for one in granted.patterns) for each in denied.patterns)
    return any(intersect(one, each) for one in denied.patterns for each in granted.patterns)


def outside(found: list[Statement], boundary: list[Statement]) -> list[Grant]:
    """Return what these statements allow and the boundary does not, or denies in part."""
    wanted = grants(found, "Allow")
    denied = [
        each
        for each in wanted
        for no in grants(boundary, "Deny")
        if each.resource.patterns != ("*",)
        if overlaps(no.action, each.action) and overlaps(no.resource, each.resource)
    ]
    return [*beyond(wanted, grants(boundary, "Allow")), *denied]


def unusable(found: list[Statement], boundary: list[Statement]) -> list[Grant]:
    """Return what these statements of AWS allow, which name no resource of ours, and the boundary allows nowhere."""
    allowed = grants(boundary, "Allow")
    return [
        each
        for each in grants(found, "Allow")
        if not any(wide.action.includes(each.action) and overlaps(wide.resource, each.resource) for wide in allowed)
    ]


def findings(stack: Stack, boundary: list[Statement]) -> Iterator[str]:
    for role in stack.of_type("aws_iam_role"):
        arn = role.attribute("arn")
        own = [each for document in stack.role_policies(arn) for each in document.statements]
        managed = [each for policy in stack.managed_policies(arn) for each in statements(managed_policy(policy))]
        for each in [*outside(own, boundary), *unusable(managed, boundary)]:
            yield f"{role.address}: {each.action.patterns} on {each.resource.patterns}"


@pytest.mark.parametrize("name", PIPELINES)
def test_boundary_includes_what_the_roles_of_the_environment_do(name: str, request: pytest.FixtureRequest) -> None:
    fixture, account_id = PIPELINES[name]
    folder: Path = request.getfixturevalue(fixture)
    policy = Template(stack_folder(folder, f"account-{account_id}")).resource(
        f"aws_iam_policy.delivery_{name}_boundary"
    )
    stack = Stack(Template(stack_folder(folder, name)))
    assert sorted(findings(stack, statements(policy["policy"]))) == []
    boundaries = {role.find("permissions_boundary") for role in stack.of_type("aws_iam_role")}
    assert boundaries == {f"arn:aws:iam::{account_id}:policy/{policy['name']}"}


def test_roles_of_an_environment_without_a_pipeline_have_no_boundary(events: Template) -> None:
    roles = events.resources("aws_iam_role").values()
    assert roles
    assert not any("permissions_boundary" in role for role in roles)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateUser", "arn:aws:iam::333333333333:user/mina"),
        ("iam:PutRolePolicy", "arn:aws:iam::333333333333:role/agora-prod-service-api-task"),
        ("iam:CreatePolicyVersion", PROD.boundary_arn),
        ("iam:PassRole", "arn:aws:iam::333333333333:role/agora-account-prod-apply"),
        ("organizations:LeaveOrganization", "*"),
        ("account:PutAlternateContact", "*"),
        ("sts:AssumeRole", "arn:aws:iam::333333333333:role/agora-account-prod-apply"),
        ("s3:PutObject", f"{STATES}/agora/prod/terraform.tfstate"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:other/x-AbCdEf"),
    ],
)
def test_boundary_allows_no_identities_no_states_and_no_other_secrets(action: str, resource: str) -> None:
    assert not is_allowed(boundary_statements(PROD, ACCOUNT, STATES), action, resource, {})


def test_a_grant_outside_the_boundary_is_found() -> None:
    boundary = boundary_statements(PROD, ACCOUNT, STATES)
    for action, resource in (
        ("iam:CreateUser", "*"),
        ("s3:GetObject", f"{STATES}/x"),
        ("s3:GetObject", "arn:aws:s3:::*"),
    ):
        statement = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
        assert outside([statement], boundary), action
