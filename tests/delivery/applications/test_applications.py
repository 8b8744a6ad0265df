"""Roles of the applications' own pipelines: who may assume them, and what they allow."""

import json
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import Session

from ops.workspace import stack_folder
from tests.conftest import Synthesize
from tests.ops.release.aws import Aws
from tests.support.environments import DEV, only_problem, problems_of, write
from tests.support.permissions import allows, statements_of
from tests.support.template import Template
from tests.support.trust import may_assume

REGION, ACCOUNT = "ap-northeast-2", "333333333333"
PIPELINE = 'pipeline {\n  gitlab {\n    project = "community/groundwork"\n  }\n}\n'
PROJECT = "project_path:community/agora-api:ref_type"
FAMILY = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/agora-prod-api"
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/agora-prod-main/agora-prod-api"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/agora-prod-service-api"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/agora/api"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/agora-prod-main"
IN_CLUSTER = {"ecs__cluster": CLUSTER}
TASKS = CLUSTER.replace(":cluster/", ":task/")
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/agora/prod"
TOPICS = f"arn:aws:sns:{REGION}:{ACCOUNT}:agora-prod-alarms"
KEY, VIA_SNS = (
    "${aws_kms_key.foundation_messages_key.arn}",
    {"kms__ViaService": f"sns.{REGION}.amazonaws.com", "kms__ResourceAliases": "alias/agora/prod/messages"},
)
PASSED = {"iam__PassedToService": "ecs-tasks.amazonaws.com"}
REGISTERED = {"ecs__CreateAction": "RegisterTaskDefinition"}

Request = tuple[str, str, dict[str, str]]

DEPLOY: list[Request] = [
    ("ecs:DescribeTaskDefinition", "*", {}),
    ("ecs:RegisterTaskDefinition", f"{FAMILY}:*", {}),
    ("ecs:TagResource", f"{FAMILY}:8", REGISTERED),
    ("iam:PassRole", f"{ROLE}-execution", PASSED),
    ("iam:PassRole", f"{ROLE}-task", PASSED),
    ("ecs:UpdateService", SERVICE, {"ecs__task-definition": f"{FAMILY}:8"}),
    ("ecs:UpdateService", SERVICE, {}),
    ("ecs:DescribeServices", SERVICE, {}),
    ("ecs:ListTasks", "*", IN_CLUSTER),
    ("ecs:DescribeTasks", f"{TASKS}/0123", {}),
    ("ecr:BatchGetImage", REPOSITORY, {}),
    ("ecr:DescribeImageScanFindings", REPOSITORY, {}),
    ("ecr:GetDownloadUrlForLayer", REPOSITORY, {}),
    ("elasticloadbalancing:DescribeTargetHealth", "*", {}),
    ("logs:GetLogEvents", f"{LOGS}/service/api:log-stream:task/api/0123", {}),
    ("logs:GetLogEvents", f"{LOGS}/audit:log-stream:release", {}),
    ("logs:CreateLogStream", f"{LOGS}/audit:log-stream:release", {}),
    ("logs:PutLogEvents", f"{LOGS}/audit:log-stream:release", {}),
    ("sns:Publish", f"{TOPICS}-info", {}),
    ("sns:Publish", f"{TOPICS}-critical", {}),
    ("kms:Decrypt", KEY, VIA_SNS),
    ("kms:GenerateDataKey", KEY, VIA_SNS),
]
NOT_DEPLOY: list[Request] = [
    ("ecs:RegisterTaskDefinition", f"{FAMILY}-other:*", {}),
    ("ecs:RegisterTaskDefinition", FAMILY.replace("api", "search") + ":*", {}),
    ("ecs:TagResource", f"{FAMILY}:8", {}),
    ("ecs:DeregisterTaskDefinition", f"{FAMILY}:7", {}),
    ("iam:PassRole", f"{ROLE}-task", {}),
    ("iam:PassRole", f"{ROLE}-task", {"iam__PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", f"{ROLE}-deploy", PASSED),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/administrator", PASSED),
    ("ecs:UpdateService", SERVICE, {"ecs__task-definition": FAMILY.replace("api", "search") + ":8"}),
    ("ecs:UpdateService", SERVICE.replace("prod-api", "prod-search"), {}),
    ("ecs:DeleteService", SERVICE, {}),
    ("ecs:RunTask", f"{FAMILY}:8", {}),
    ("ecs:ExecuteCommand", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/agora-prod-main/1", {}),
    ("ecr:PutImage", REPOSITORY, {}),
    ("ecr:BatchGetImage", REPOSITORY.replace("agora/api", "agora/search"), {}),
    ("ecs:ListTasks", "*", {"ecs__cluster": CLUSTER.replace("main", "other")}),
    ("ecs:DescribeTasks", f"{TASKS.replace('main', 'other')}/0123", {}),
    ("ecs:StopTask", f"{TASKS}/0123", {}),
    ("logs:GetLogEvents", f"{LOGS}/audit:log-stream:secret", {}),
    ("logs:PutLogEvents", f"{LOGS}/audit:log-stream:deploy", {}),
    ("logs:GetLogEvents", f"{LOGS}/service/search:log-stream:task/search/0123", {}),
    ("kms:Decrypt", KEY, {}),
]
PUSH: list[Request] = [
    ("ecr:GetAuthorizationToken", "*", {}),
    ("ecr:BatchCheckLayerAvailability", REPOSITORY, {}),
    ("ecr:BatchGetImage", REPOSITORY, {}),
    ("ecr:ListImages", REPOSITORY, {}),
    ("ecr:InitiateLayerUpload", REPOSITORY, {}),
    ("ecr:UploadLayerPart", REPOSITORY, {}),
    ("ecr:CompleteLayerUpload", REPOSITORY, {}),
    ("ecr:PutImage", REPOSITORY, {}),
]
NOT_PUSH: list[Request] = [
    ("ecr:PutImage", f"{REPOSITORY}-other", {}),
    ("ecr:BatchDeleteImage", REPOSITORY, {}),
    ("ecr:PutImageTagMutability", REPOSITORY, {}),
    ("ecr:SetRepositoryPolicy", REPOSITORY, {}),
    ("ecs:UpdateService", SERVICE, {}),
]
ROLES = {"service_api_deploy": (DEPLOY, NOT_DEPLOY), "repository_api_push": (PUSH, NOT_PUSH)}


@pytest.mark.parametrize("role", ROLES)
def test_role_of_a_pipeline_allows_only_what_its_job_needs(prod: Template, role: str) -> None:
    statements = statements_of(prod, role)
    needed, denied = ROLES[role]
    assert [each for each in needed if not allows(statements, each[0], each[1], **each[2])] == []
    assert [each for each in denied if allows(statements, each[0], each[1], **each[2])] == []
    granted = {action for statement in statements for action in statement["Action"]}
    assert granted == {action for action, _, _ in needed}


def test_role_runs_tasks_only_of_its_service_with_a_migration_in_its_cluster(
    synthesize: Synthesize, tmp_path: Path
) -> None:
    text = (
        DEV
        + 'ecs "main" {}\nrepository "api" {}\n'
        + PIPELINE
        + SERVICE_BLOCK.replace(
            "deployed_by", 'image = "api:1.0.0"\n  migration { command = ["bin/migrate"] }\n  deployed_by', 1
        )
    )
    stack = Template(stack_folder(synthesize(write(tmp_path, {"dev": text})), "dev"))
    statements = statements_of(stack, "service_api_deploy")
    names = "arn:aws:ecs:ap-northeast-2:111111111111"
    cluster = {"ecs__cluster": f"{names}:cluster/agora-dev-main"}
    assert allows(statements, "ecs:RunTask", f"{names}:task-definition/agora-dev-api:8", **cluster)
    assert not allows(statements, "ecs:RunTask", f"{names}:task-definition/agora-dev-web:8", **cluster)
    # Every request of a release in tests. This environment has no load balancer and no alarms.
    models = [Session().get_service_model(each) for each in ("ecs", "ecr", "logs")]
    operations = {xform_name(name): name for model in models for name in model.operation_names}
    requested = {operations[name] for name in vars(Aws) if name in operations}
    assert len(requested) == 11
    assert requested <= {action.partition(":")[2] for statement in statements for action in statement["Action"]}
    other = {"ecs__cluster": f"{names}:cluster/agora-dev-other"}
    assert not allows(statements, "ecs:RunTask", f"{names}:task-definition/agora-dev-api:8", **other)


def test_deploy_role_in_production_is_assumed_by_tags_of_its_project_only(prod: Template) -> None:
    assert may_assume(prod, "service_api_deploy", f"{PROJECT}:tag:ref:v1.4.2")
    for other in (
        f"{PROJECT}:branch:ref:main",
        f"{PROJECT}:branch:ref:v1",
        f"{PROJECT}:tag:ref:1.4.2",
        "project_path:community/groundwork:ref_type:tag:ref:v1.4.2",
        "project_path:community/agora-api-fork:ref_type:tag:ref:v1.4.2",
    ):
        assert not may_assume(prod, "service_api_deploy", other), other
    assert not may_assume(prod, "service_api_deploy", f"{PROJECT}:tag:ref:v1.4.2", aud="https://git.example")


def test_push_role_is_assumed_by_the_default_branch_and_by_tags(prod: Template) -> None:
    assert may_assume(prod, "repository_api_push", f"{PROJECT}:branch:ref:main")
    assert may_assume(prod, "repository_api_push", f"{PROJECT}:tag:ref:v1.5.0-rc.1")
    assert not may_assume(prod, "repository_api_push", f"{PROJECT}:branch:ref:feature")


def test_roles_trust_the_oidc_provider_of_the_account(prod: Template, account: Template) -> None:
    assert account.resource("aws_iam_openid_connect_provider.delivery_gitlab")["url"] == "https://gitlab.com"
    for role in ROLES:
        trust = json.loads(prod.resource(f"aws_iam_role.{role}")["assume_role_policy"])["Statement"][0]
        assert trust["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"}


def test_any_other_system_assumes_the_role_with_its_own_role(synthesize: Synthesize, tmp_path: Path) -> None:
    builder = "arn:aws:iam::999999999999:role/builder"
    text = DEV + REPOSITORY_BLOCK.replace('gitlab = "community/agora-api"', f'role = "{builder}"')
    stack = Template(stack_folder(synthesize(write(tmp_path, {"dev": text})), "dev"))
    role = stack.resource("aws_iam_role.repository_api_push")
    (statement,) = json.loads(role["assume_role_policy"])["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"AWS": builder}, "sts:AssumeRole")
    assert role["description"] == "Role to push the repository api, for role/builder"


def test_outputs_list_the_roles(prod: Template, dev: Template) -> None:
    assert prod.json["output"]["deploy_roles"]["value"] == {"api": f"{ROLE}-deploy"}
    role = f"arn:aws:iam::{ACCOUNT}:role/agora-prod-repository-api-push"
    assert prod.json["output"]["push_roles"]["value"] == {"api": role}
    # The repositories are in production.
    assert "push_roles" not in dev.json["output"]


SERVED = DEV + 'ecs "main" {}\n'
REPOSITORY_BLOCK = 'repository "api" {\n  pushed_by {\n    gitlab = "community/agora-api"\n  }\n}\n'
SERVICE_BLOCK = (
    'service "api" {\n  owned_by = "pipeline"\n  deployed_by {\n    gitlab = "community/agora-api"\n  }\n}\n'
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SERVICE_BLOCK,
         "dev.hcl:14: service.api.deployed_by.gitlab community/agora-api requires a `pipeline` block, with which "
         '`make bootstrap` lets AWS trust the server\'s tokens; add `pipeline { gitlab { ... } }`, or remove it'),
        (REPOSITORY_BLOCK,
         "dev.hcl:13: repository.api.pushed_by.gitlab community/agora-api requires a `pipeline` block, with which "
         '`make bootstrap` lets AWS trust the server\'s tokens; add `pipeline { gitlab { ... } }`, or remove it'),
        (PIPELINE + SERVICE_BLOCK.replace('"pipeline"', '"terraform"'),
         "dev.hcl:18: service.api.deployed_by would deploy revisions that Terraform reverts with "
         'its next apply; write owned_by = "pipeline", or remove it'),
        (PIPELINE + SERVICE_BLOCK.replace("community/agora-api", "agora-api"),
         "dev.hcl:19: service.api.deployed_by.gitlab agora-api is not the path of a GitLab project; write its groups "
         'and its name, for example "community/groundwork"'),
        (SERVICE_BLOCK.replace('deployed_by {\n    gitlab = "community/agora-api"\n  }', 'deployed_by = "a/b"'),
         "dev.hcl:13: service.api.deployed_by is a block, not a value; write `deployed_by { ... }` "
         "without '='"),
    ],
)  # fmt: skip
def test_invalid_setting_is_a_problem(text: str, problem: str, tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": SERVED + text}) == problem


def test_deployed_by_and_pushed_by_with_a_pipeline_block_are_valid(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": SERVED + PIPELINE + REPOSITORY_BLOCK + SERVICE_BLOCK}) == []
