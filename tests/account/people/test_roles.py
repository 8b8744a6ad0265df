"""What the roles of people may do: their own policies, AWS's managed policies, and their boundary together."""

import json
from typing import Any

import pytest

from iam.evaluation import Statement, applies, is_allowed, statements
from tests.aws_facts.managed_policies import managed_policy
from tests.support.permissions import statements_of
from tests.support.template import Template

ACCOUNT = "333333333333"
IAM = f"arn:aws:iam::{ACCOUNT}"
SERVICE = f"arn:aws:ecs:ap-northeast-2:{ACCOUNT}:service/agora-prod-main/api"
PROD = {"aws:resourcetag/environment": "prod"}
CENTER_ROLE = f"{IAM}:role/aws-reserved/sso.amazonaws.com/ap-northeast-2/AWSReservedSSO_CommunityTeam_0123456789abcdef"


def _identity(account: Template, right: str) -> list[Statement]:
    address = f"people_{right}"
    attached = account.resource(f"aws_iam_role_policy_attachment.{address}")["policy_arn"]
    own = statements_of(account, address) if address in account.resources("aws_iam_role_policy") else []
    return [*statements(managed_policy(attached)), *own]


def _allowed(account: Template, right: str, action: str, resource: str, context: dict[str, Any]) -> bool:
    role = account.resource(f"aws_iam_role.people_{right}")
    policies = [_identity(account, right)]
    if "permissions_boundary" in role:
        policies.append(statements(account.resource("aws_iam_policy.people_prod_boundary")["policy"]))
    return all(is_allowed(each, action, resource, context) for each in policies)


def _trusts(account: Template, name: str, principal: dict[str, str], context: dict[str, Any]) -> bool:
    (statement,) = statements(account.resource(f"aws_iam_role.people_{name}")["assume_role_policy"].replace("$$", "$"))
    return applies(statement, "sts:AssumeRole", "", {**principal, **context})


def _session(user: str, role: str = CENTER_ROLE) -> dict[str, str]:
    return {
        "aws:principalarn": role,
        "aws:principalaccount": ACCOUNT,
        "aws:userid": f"AROAEXAMPLE:{user}",
        "aws:requestedregion": "ap-northeast-2",
    }


@pytest.mark.parametrize(
    ("action", "rights"),
    [
        ("ecs:DescribeServices", ["read", "operate", "administer"]),
        ("logs:GetLogEvents", ["operate", "administer"]),
        ("ecs:UpdateService", ["operate", "administer"]),
        ("sqs:StartMessageMoveTask", ["operate", "administer"]),
        ("cloudfront:CreateInvalidation", ["operate", "administer"]),
        ("ecs:ExecuteCommand", ["operate", "administer"]),
        ("s3:GetObject", ["administer"]),
        ("secretsmanager:GetSecretValue", ["administer"]),
        ("dynamodb:Scan", ["administer"]),
        ("ecs:DeleteService", ["administer"]),
        ("rds:DeleteDBCluster", ["administer"]),
        ("iam:CreateUser", []),
        ("iam:CreateAccessKey", []),
        ("cloudtrail:StopLogging", []),
        ("guardduty:DeleteDetector", []),
        ("s3:PutAccountPublicAccessBlock", []),
    ],
)
def test_rights_allow_what_their_names_say(account: Template, action: str, rights: list[str]) -> None:
    found = [r for r in ("read", "operate", "administer") if _allowed(account, f"prod_{r}", action, "*", PROD)]
    assert found == rights


@pytest.mark.parametrize("tags", [{}, {"aws:resourcetag/environment": "account"}])
def test_operate_is_limited_to_the_environment(account: Template, tags: dict[str, str]) -> None:
    for action in ("ecs:UpdateService", "ecs:ExecuteCommand", "logs:GetLogEvents", "sqs:ReceiveMessage"):
        assert not _allowed(account, "prod_operate", action, "*", tags)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:PutRolePolicy", f"{IAM}:role/agora-account-prod-apply", {}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/agora-account-people-prod-administer", {}),
        ("sts:AssumeRole", f"{IAM}:role/agora-account-people-break-glass", {}),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/agora-account-people-prod", {}),
        ("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/agora-prod-api", {}),
        ("iam:CreateRole", f"{IAM}:role/agora-prod-mine", {}),
        (
            "iam:CreateRole",
            f"{IAM}:role/agora-prod-mine",
            {"iam:permissionsboundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/OrganizationAccountAccessRole", {}),
        ("iam:PassRole", f"{IAM}:role/of-somebody-else", {}),
        ("events:DisableRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/agora-account-event-break-glass", {}),
        ("sns:DeleteTopic", f"arn:aws:sns:us-east-1:{ACCOUNT}:agora-account-alarms-critical", {}),
        ("s3:DeleteObject", f"arn:aws:s3:::agora-account-logs-{ACCOUNT}-ap-northeast-2/AWSLogs/a.gz", {}),
        ("logs:DeleteLogGroup", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/agora/account/trail", {}),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::agora-account-state-{ACCOUNT}-ap-northeast-2", {}),
        (
            "kms:ScheduleKeyDeletion",
            f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
            {"aws:resourcetag/environment": "account"},
        ),
    ],
)
def test_administer_cannot_give_itself_more(
    account: Template, action: str, resource: str, context: dict[str, str]
) -> None:
    assert not _allowed(account, "prod_administer", action, resource, context)


@pytest.mark.parametrize("policy", ["agora-account-people-prod", "agora-account-prod-boundary"])
def test_administer_creates_roles_with_a_boundary(account: Template, policy: str) -> None:
    boundary = {"iam:permissionsboundary": f"{IAM}:policy/{policy}"}
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"):
        assert _allowed(account, "prod_administer", action, f"{IAM}:role/agora-prod-api", boundary)
    assert _allowed(account, "prod_administer", "iam:PassRole", f"{IAM}:role/agora-prod-api", {})
    assert _allowed(account, "prod_administer", "iam:GetRole", f"{IAM}:role/agora-account-prod-apply", {})


def test_break_glass_can_do_everything_except_stop_the_trail(account: Template) -> None:
    assert _allowed(account, "break_glass", "iam:PutRolePolicy", f"{IAM}:role/agora-account-prod-apply", {})
    assert not _allowed(account, "break_glass", "cloudtrail:StopLogging", "*", {})
    assert account.resource("aws_iam_role.people_break_glass")["max_session_duration"] == 3600


def test_user_of_the_permission_set_assumes_only_the_roles_of_the_table(account: Template) -> None:
    names = ("prod_read", "prod_operate", "prod_administer", "break_glass")
    assert {
        user: [name for name in names if _trusts(account, name, _session(f"{user}@agora.example"), {})]
        for user in ("jisoo", "minho", "sora", "nobody")
    } == {
        "jisoo": list(names),
        "minho": ["prod_read", "prod_operate", "break_glass"],
        "sora": ["prod_read"],
        "nobody": [],
    }


@pytest.mark.parametrize(
    "role",
    [
        f"{IAM}:role/agora-prod-api",
        f"{IAM}:role/aws-reserved/sso.amazonaws.com/ap-northeast-2/AWSReservedSSO_Other_0123456789abcdef",
        CENTER_ROLE.replace(ACCOUNT, "111111111111"),
        f"{IAM}:user/jisoo@agora.example",
    ],
)
def test_other_principals_with_the_users_name_are_not_trusted(account: Template, role: str) -> None:
    assert not _trusts(account, "prod_read", _session("jisoo@agora.example", role), {})


def test_break_glass_is_assumed_only_where_its_use_raises_an_alarm(account: Template) -> None:
    session = _session("jisoo@agora.example")
    assert _trusts(account, "break_glass", session, {"aws:requestedregion": "us-east-1"})
    assert not _trusts(account, "break_glass", session, {"aws:requestedregion": "eu-west-1"})


USER = {"aws:principalarn": "arn:aws:iam::999900009999:user/haneul", "aws:principalaccount": "999900009999"}
WITH_MFA = {"aws:multifactorauthpresent": "true", "aws:multifactorauthage": "600", "sts:rolesessionname": "haneul"}


@pytest.mark.parametrize(
    ("change", "is_trusted"),
    [
        ({}, True),
        ({"aws:multifactorauthpresent": "false"}, False),
        ({"aws:multifactorauthpresent": None, "aws:multifactorauthage": None}, False),
        ({"aws:multifactorauthage": "3601"}, False),
        ({"sts:rolesessionname": "somebody"}, False),
        ({"aws:principalarn": "arn:aws:iam::999900009999:user/other"}, False),
    ],
)
def test_user_of_the_identity_account_needs_recent_mfa_and_the_own_name(
    corporate_account: Template, change: dict[str, str | None], is_trusted: bool
) -> None:
    context = {key: value for key, value in {**USER, **WITH_MFA, **change}.items() if value is not None}
    role = corporate_account.resource("aws_iam_role.people_corporate_administer")
    # The evaluator has no policy variables; the user's name is what AWS inserts.
    (statement,) = statements(role["assume_role_policy"].replace("$${aws:username}", "haneul"))
    assert applies(statement, "sts:AssumeRole", "", context) is is_trusted


def test_users_have_no_credentials_and_nothing_without_mfa(mobile_account: Template) -> None:
    assert set(mobile_account.resources("aws_iam_user")) == {"people_daniel", "people_haneul", "people_yuna"}
    assert not mobile_account.resources("aws_iam_access_key")
    assert not mobile_account.resources("aws_iam_user_login_profile")
    group = statements(mobile_account.resource("aws_iam_group_policy.people_group")["policy"])
    role = "arn:aws:iam::888888888888:role/mobile-account-people-mobile-read"
    assert is_allowed(group, "sts:AssumeRole", role, {"aws:multifactorauthpresent": "true"})
    assert not is_allowed(group, "sts:AssumeRole", role, {"aws:multifactorauthpresent": "false"})
    assert is_allowed(group, "iam:EnableMFADevice", "arn:aws:iam::888888888888:mfa/phone", {})
    assert not is_allowed(group, "iam:CreateAccessKey", "*", {"aws:multifactorauthpresent": "true"})


def test_roles_are_printed_with_their_arns(account: Template) -> None:
    output = account.json["output"]["people_roles"]["value"]
    assert output["prod_operate"] == f"{IAM}:role/agora-account-people-prod-operate"
    assert set(output) == {"prod_read", "prod_operate", "prod_administer", "break_glass"}


def test_boundary_of_one_environment_denies_the_others() -> None:
    from modules.account.people.keys.boundary import boundary_statements
    from modules.foundation.names import Names

    found = boundary_statements(Names("agora", "account", ACCOUNT, "us-east-1"), "dev", ["staging"])
    assert is_allowed(found, "ecs:UpdateService", SERVICE, {"aws:resourcetag/environment": "dev"})
    assert not is_allowed(found, "ecs:UpdateService", SERVICE, {"aws:resourcetag/environment": "staging"})
    assert len(json.dumps(found)) < 6144


def test_use_of_break_glass_raises_an_alarm_in_each_region_where_it_can_be_assumed(account: Template) -> None:
    role = account.resource("aws_iam_role.people_break_glass")
    (statement,) = statements(role["assume_role_policy"])
    regions = statement["Condition"]["StringEquals"]["aws:RequestedRegion"]
    rules = {
        rule.get("provider", "aws").removeprefix("aws.").replace("aws", "ap-northeast-2"): rule
        for name, rule in account.resources("aws_cloudwatch_event_rule").items()
        if name.startswith("notify_event_break_glass_used")
    }
    assert set(rules) == set(regions) == {"ap-northeast-2", "us-east-1"}
    for rule in rules.values():
        # AssumeRole only reads, for CloudTrail.
        assert rule["state"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
        pattern = json.loads(rule["event_pattern"])["detail"]["requestParameters"]
        assert pattern == {"roleArn": [f"{IAM}:role/{role['name']}"]}


def test_account_without_break_glass_has_no_rule_for_it(mobile_staging: Template) -> None:
    assert not [
        each for each in mobile_staging.resources("aws_cloudwatch_event_rule") if each.startswith("notify_event_break")
    ]
