"""The `grafana` block: problems, and the synthesized workspace."""

import json
from pathlib import Path

import boto3
import pytest

from modules.observability.grafana.settings import GRAFANA_REGIONS
from tests.support.environments import DEV, only_problem
from tests.support.stacks import stack_of

WORKSPACE = "aws_grafana_workspace.grafana_workspace"
GROUP = "906764a1c2-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
SAML = """\
  saml {
    idp_metadata_url   = "https://login.agora.example/metadata.xml"
    admin_role_values  = ["admin"]
    editor_role_values = ["backend"]
  }
"""


def grafana(*lines: str, more: str = "") -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f"dashboard {{}}\ngrafana {{\n{body}{more}}}\n"


SSO = ('authentication_providers = ["AWS_SSO"]', f'admin_groups = ["{GROUP}"]')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (grafana(), 'grafana.authentication_providers is missing; write `authentication_providers = ["AWS_SSO"]`'),
        (
            grafana('authentication_providers = ["AWS_SSO"]'),
            "grafana.admin_groups [] is empty: nobody could administer the workspace; write the ID of a group",
        ),
        (grafana('authentication_providers = ["SAML"]'), "includes SAML, and there is no `saml` block; write a `saml`"),
        (grafana(*SSO, more=SAML), "grafana.saml has no effect: authentication_providers does not include SAML"),
        (
            grafana('authentication_providers = ["SAML"]', f'viewer_groups = ["{GROUP}"]', more=SAML),
            "has no effect: only users of IAM Identity Center (AWS_SSO) have groups",
        ),
        (
            grafana(*SSO, f'viewer_groups = ["{GROUP}"]'),
            "also contains a group of admin_groups, and a group has one role; remove it from one of them",
        ),
        (
            grafana(SSO[0], 'admin_groups = ["backend"]'),
            "grafana.admin_groups.0 backend is not the ID of a group in IAM",
        ),
        (grafana(*SSO, 'grafana_version = "8.4"'), "grafana.grafana_version 8.4"),
        (grafana(*SSO).removeprefix("dashboard {}\n"), "grafana requires a `dashboard` block, whose graphs are copied"),
    ],
)
def test_invalid_block_is_a_problem(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"dev": DEV + text})


def test_region_without_the_service_is_a_problem(tmp_path: Path) -> None:
    elsewhere = DEV.replace("ap-northeast-2", "ap-northeast-3") + grafana(*SSO)
    assert "grafana is not available in ap-northeast-3; it is in us-east-1" in only_problem(
        tmp_path, {"dev": elsewhere}
    )


def test_regions_are_those_of_the_sdk() -> None:
    assert sorted(boto3.Session().get_available_regions("grafana")) == sorted(GRAFANA_REGIONS)


def test_workspace_reads_with_a_role_of_this_account(tmp_path: Path) -> None:
    template = stack_of(tmp_path, DEV + grafana(*SSO))
    workspace = template.resource(WORKSPACE)
    assert workspace["role_arn"] == "${aws_iam_role.grafana_read.arn}"
    assert (workspace["permission_type"], workspace["account_access_type"]) == ("CUSTOMER_MANAGED", "CURRENT_ACCOUNT")
    (trust,) = json.loads(template.resource("aws_iam_role.grafana_read")["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "grafana.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    attached = template.resources("aws_iam_role_policy_attachment").values()
    assert sorted(each["policy_arn"].rpartition("/")[2] for each in attached) == [
        "AWSXrayReadOnlyAccess",
        "AmazonGrafanaCloudWatchAccess",
    ]


def test_groups_have_their_roles(tmp_path: Path) -> None:
    admin = stack_of(tmp_path, DEV + grafana(*SSO)).resource("aws_grafana_role_association.grafana_admin")
    assert (admin["role"], admin["group_ids"]) == ("ADMIN", [GROUP])
