"""Roles that release functions: what they allow, and what stays Terraform's."""

from pathlib import Path

import pytest

from tests.support.environments import DEV, only_problem, problems_of
from tests.support.permissions import allows, statements_of
from tests.support.template import Template

ARN = "arn:aws:lambda:us-east-1:555555555555:function:mobile-events-orders"
GROUP = "arn:aws:logs:us-east-1:555555555555:log-group:/mobile/events/audit"
TOPIC = "arn:aws:sns:us-east-1:555555555555:mobile-events-alarms"
PIPELINE = 'pipeline {\n  gitlab {\n    project = "community/groundwork"\n  }\n}\n'
FUNCTION = """\
function "orders" {
  owned_by = "pipeline"
  handler  = "app.handler"

  deployed_by {
    gitlab = "community/orders"
  }
}
"""

RELEASE = [
    ("lambda:GetAlias", ARN),
    ("lambda:GetFunctionConfiguration", ARN),
    ("lambda:GetFunctionConfiguration", f"{ARN}:$LATEST"),
    ("lambda:ListVersionsByFunction", ARN),
    ("lambda:UpdateFunctionCode", ARN),
    ("lambda:PublishVersion", ARN),
    ("lambda:UpdateAlias", ARN),
    ("lambda:InvokeFunction", f"{ARN}:7"),
    ("lambda:DeleteFunction", f"{ARN}:3"),
    ("lambda:GetProvisionedConcurrencyConfig", f"{ARN}:live"),
    ("cloudwatch:GetMetricData", "*"),
    ("logs:CreateLogStream", f"{GROUP}:log-stream:release_function"),
    ("logs:PutLogEvents", f"{GROUP}:log-stream:release_function"),
    ("sns:Publish", f"{TOPIC}-critical"),
    ("sns:Publish", f"{TOPIC}-info"),
]
NOT_RELEASE = [
    ("lambda:DeleteFunction", ARN),
    ("lambda:DeleteAlias", f"{ARN}:live"),
    ("lambda:GetFunction", ARN),
    ("lambda:UpdateFunctionCode", ARN.replace("orders", "worker")),
    ("lambda:UpdateFunctionCode", f"{ARN}-other"),
    ("lambda:UpdateFunctionConfiguration", ARN),
    ("lambda:AddPermission", ARN),
    ("lambda:CreateFunctionUrlConfig", ARN),
    ("lambda:PutFunctionConcurrency", ARN),
    ("lambda:PutProvisionedConcurrencyConfig", f"{ARN}:live"),
    ("iam:PassRole", "arn:aws:iam::555555555555:role/mobile-events-function-orders"),
    ("logs:PutLogEvents", f"{GROUP}:log-stream:deploy"),
    ("sns:Publish", f"{TOPIC}-warning"),
]


def test_role_allows_what_a_release_needs_and_nothing_else(events: Template) -> None:
    statements = statements_of(events, "function_orders_release")
    assert [each for each in RELEASE if not allows(statements, *each)] == []
    assert [each for each in NOT_RELEASE if allows(statements, *each)] == []
    granted = {action for statement in statements for action in statement["Action"]}
    assert granted == {action for action, _ in RELEASE} | {"kms:Decrypt", "kms:GenerateDataKey"}
    role = "arn:aws:iam::555555555555:role/mobile-events-function-orders-release"
    assert events.json["output"]["function_roles"]["value"] == {"orders": role}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (FUNCTION,
         "dev.hcl:15: function.orders.deployed_by.gitlab community/orders requires a `pipeline` block, with which "
         "`make bootstrap` lets AWS trust the server's tokens; add `pipeline { gitlab { ... } }`, or remove it"),
        (PIPELINE + FUNCTION + 'function "orders-release" {\n  code = "maintenance"\n}\n',
         "dev.hcl:23: function.orders-release creates the role of function.orders.deployed_by a second time: both are "
         "named function-orders-release; give one of the functions another name"),
    ],
)  # fmt: skip
def test_invalid_setting_is_a_problem(text: str, problem: str, tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": DEV + text}) == problem


def test_function_of_a_project_is_valid(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": DEV + PIPELINE + FUNCTION}) == []
