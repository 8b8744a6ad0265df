"""Synthesized `build` blocks: project, network, role, access to the cluster, and what starts a build."""

import json
from typing import Any

import pytest

from ops.workspace import stack_folder
from tests.conftest import Synthesize
from tests.support.environments import DEV, write
from tests.support.template import Template

REGION, ACCOUNT = "ap-northeast-2", "888888888888"
PROJECT = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/mobile-mobile-build-rollout"


@pytest.fixture
def project(mobile: Template) -> dict[str, Any]:
    return mobile.resource("aws_codebuild_project.build_rollout")


def variables(project: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in project["environment"]["environment_variable"]}


def test_project_runs_in_the_app_subnets_without_privileges(project: dict[str, Any]) -> None:
    assert project["vpc_config"] == {
        "vpc_id": "${aws_vpc.network_vpc.id}",
        "subnets": ["${aws_subnet.network_app_a.id}", "${aws_subnet.network_app_c.id}"],
        "security_group_ids": ["${aws_security_group.build_rollout.id}"],
    }
    assert project["environment"]["privileged_mode"] is False
    assert project["environment"]["image"] == "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    assert project["environment"]["type"] == "LINUX_CONTAINER"


def test_project_writes_into_the_log_group_with_retention(mobile: Template, project: dict[str, Any]) -> None:
    group = mobile.resource("aws_cloudwatch_log_group.foundation_build_rollout_log_group")
    assert project["logs_config"]["cloudwatch_logs"]["group_name"] == group["name"]
    assert group["retention_in_days"] == 90


def test_build_reaches_the_api_server_past_the_proxy(mobile: Template, project: dict[str, Any]) -> None:
    out = mobile.resource("aws_vpc_security_group_egress_rule.build_rollout_to_cluster_blue")
    into = mobile.resource("aws_vpc_security_group_ingress_rule.eks_blue_api_from_build_rollout")
    assert (out["from_port"], into["from_port"]) == (443, 443)
    assert out["referenced_security_group_id"] == "${aws_security_group.eks_blue_api.id}"
    assert into["referenced_security_group_id"] == "${aws_security_group.build_rollout.id}"
    found = variables(project)
    assert found["HTTPS_PROXY"] == "http://proxy.corp.example:3128"
    assert found["NO_PROXY"].endswith(f",.{REGION}.eks.amazonaws.com")


def test_nothing_reaches_the_build(mobile: Template) -> None:
    rules = mobile.resources("aws_vpc_security_group_ingress_rule").values()
    groups = {"${aws_security_group.build_rollout.id}", "${aws_security_group.build_image.id}"}
    assert not [each for each in rules if each["security_group_id"] in groups]


def test_role_may_edit_one_namespace(mobile: Template) -> None:
    association = mobile.resource("aws_eks_access_policy_association.build_rollout")
    assert association["policy_arn"].endswith("/AmazonEKSEditPolicy")
    assert association["access_scope"] == {"type": "namespace", "namespaces": ["payments"]}
    entry = mobile.resource("aws_eks_access_entry.build_rollout")
    assert entry["principal_arn"] == "${aws_iam_role.build_rollout.arn}"
    assert "kubernetes_groups" not in entry


def test_role_lends_interfaces_to_codebuild_only_and_in_its_subnets_only(mobile: Template) -> None:
    statements = {each["Sid"]: each for each in mobile.policy("aws_iam_role_policy.build_rollout")}
    lend = statements["LendInterface"]
    assert lend["Condition"]["StringEquals"] == {"ec2:AuthorizedService": "codebuild.amazonaws.com"}
    assert len(lend["Condition"]["ArnEquals"]["ec2:Subnet"]) == 2
    assert statements["FindCluster"]["Resource"] == [f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/mobile-mobile-blue"]
    assert set(statements) == {
        "WriteLogs", "FindNetwork", "CreateInterface", "DeleteInterface", "LendInterface", "FindCluster",
    }  # fmt: skip


def test_role_is_assumed_for_its_own_project_only(mobile: Template) -> None:
    role = mobile.resource("aws_iam_role.build_rollout")
    (statement,) = json.loads(role["assume_role_policy"])["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": PROJECT},
    }


def test_push_of_a_version_starts_a_build_with_its_tag(mobile: Template) -> None:
    pattern = json.loads(mobile.resource("aws_cloudwatch_event_rule.build_rollout_pushed")["event_pattern"])
    assert pattern["detail"] == {
        "action-type": ["PUSH"],
        "result": ["SUCCESS"],
        "repository-name": ["mobile/receipts"],
        "image-tag": [{"wildcard": "*.*.*"}],
    }
    target = mobile.resource("aws_cloudwatch_event_target.build_rollout_pushed")
    assert target["arn"] == PROJECT
    template = target["input_transformer"]["input_template"].replace("<tag>", '"1.4.2"')
    assert json.loads(template) == {
        "environmentVariablesOverride": [{"name": "IMAGE_TAG", "type": "PLAINTEXT", "value": "1.4.2"}]
    }


def test_rule_may_start_its_build_and_nothing_else(mobile: Template) -> None:
    (statement,) = mobile.policy("aws_iam_role_policy.build_rollout_pushed")
    assert statement["Action"] == ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
    assert statement["Resource"] == [PROJECT]


def test_application_starts_its_build_as_it_is(mobile: Template) -> None:
    statements = {each["Sid"]: each for each in mobile.policy("aws_iam_role_policy.build_image_start")}
    start = statements["StartBuild"]
    assert start["Resource"] == [PROJECT.replace("rollout", "image")]
    assert set(start["Condition"]["Null"].values()) == {"true"}
    assert {"codebuild:source.buildspec", "codebuild:serviceRole"} <= set(start["Condition"]["Null"])
    assert start["Condition"]["ForAllValues:StringEquals"] == {
        "codebuild:environment.environmentVariables.name": "IMAGE_TAG"
    }
    role = mobile.resource("aws_iam_role.build_image_start")
    assert "repo:mobile/receipts:environment:mobile" in role["assume_role_policy"]


def test_build_of_images_is_privileged_and_may_push_to_its_repository(mobile: Template) -> None:
    project = mobile.resource("aws_codebuild_project.build_image")
    assert project["environment"]["privileged_mode"] is True
    assert project["environment"]["type"] == "ARM_CONTAINER"
    assert project["environment"]["image"] == "aws/codebuild/amazonlinux-aarch64-standard:3.0"
    assert project["concurrent_build_limit"] == 1
    statements = {each["Sid"]: each for each in mobile.policy("aws_iam_role_policy.build_image")}
    assert statements["PushImages"]["Resource"] == [f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/mobile/receipts"]
    commands = json.loads(project["source"]["buildspec"])["phases"]["build"]["commands"]
    assert commands[1] == "docker build --tag $REPOSITORY:$IMAGE_TAG ."


def test_failed_builds_of_the_environment_notify_the_topic_of_warnings(mobile: Template) -> None:
    rule = mobile.resource("aws_cloudwatch_event_rule.alarm_event_build_failed")
    assert json.loads(rule["event_pattern"])["detail"] == {
        "build-status": ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
        "project-name": [{"prefix": "mobile-mobile-build-"}],
    }
    target = mobile.resource("aws_cloudwatch_event_target.alarm_event_build_failed")
    assert target["arn"] == "${aws_sns_topic.topic_alarms_warning.arn}"


PROXY = """\
build "job" {
  image    = "tools:1.0.0"
  commands = ["migrate"]
}
repository "tools" {}
"""
NETWORK = """["a", "c"]
  nat                 = "none"
  interface_endpoints = ["ecr.api", "ecr.dkr"]
  proxy {
    url   = "http://proxy.corp.example:3128"
    cidrs = ["10.130.8.0/24"]
  }"""


@pytest.fixture(scope="module")
def behind_proxy(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Template:
    text = DEV.replace('["a", "c"]', NETWORK) + PROXY
    return Template(stack_folder(synthesize(write(tmp_path_factory.mktemp("proxy"), {"dev": text})), "dev"))


def test_log_goes_through_the_proxy_without_an_endpoint(behind_proxy: Template) -> None:
    project = behind_proxy.resource("aws_codebuild_project.build_job")
    assert json.loads(project["source"]["buildspec"])["proxy"]["logs"] == "yes"
    assert variables(project)["HTTPS_PROXY"] == "http://proxy.corp.example:3128"


def test_own_image_is_pulled_with_the_role(behind_proxy: Template) -> None:
    environment = behind_proxy.resource("aws_codebuild_project.build_job")["environment"]
    assert environment["image"] == "111111111111.dkr.ecr.ap-northeast-2.amazonaws.com/agora/tools:1.0.0"
    assert environment["image_pull_credentials_type"] == "SERVICE_ROLE"
    statements = {each["Sid"]: each for each in behind_proxy.policy("aws_iam_role_policy.build_job")}
    assert statements["PullImages"]["Resource"] == ["arn:aws:ecr:ap-northeast-2:111111111111:repository/agora/tools"]


def test_build_that_is_started_by_hand_has_no_rule(behind_proxy: Template) -> None:
    assert not behind_proxy.resources("aws_cloudwatch_event_rule")
