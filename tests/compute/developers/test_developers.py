"""The `developers` block in the synthesized JSON, and what its statements let people do."""

import json
from pathlib import Path
from typing import Any

import pytest

from iam.evaluation import is_allowed
from modules.compute.developers.keys.statements import people_statements
from modules.environment_files import load
from tests.compute.eks.texts import GENERAL, eks
from tests.conftest import REFERENCE
from tests.support.environments import DEV, write
from tests.support.stacks import stack_of
from tests.support.template import Template

ECS = "arn:aws:ecs:ap-northeast-2:111111111111"
TASK = f"{ECS}:task/agora-dev-developers/0a1b"
CLUSTER = {"ecs:cluster": f"{ECS}:cluster/agora-dev-developers"}
ROLE = "arn:aws:iam::111111111111:role/agora-dev-developers"
DATABASES = "arn:aws:rds-db:ap-northeast-2:111111111111:dbuser"
AUDIT = "arn:aws:logs:ap-northeast-2:111111111111:log-group:/agora/dev/audit"
TO_ECS = {"iam:passedtoservice": "ecs-tasks.amazonaws.com"}
FORWARD = "arn:aws:ssm:ap-northeast-2::document/AWS-StartPortForwardingSessionToRemoteHost"
CHECKED = {"ssm:sessiondocumentaccesscheck": "true"}

STATEMENTS = people_statements(load(REFERENCE)["dev"].settings)
DATABASE = """\
database "main" {
  engine         = "aurora-postgresql"
  engine_version = "17.7"
  instance_class = "db.t4g.medium"
  database_name  = "agora"
  %s
}
"""

Request = tuple[str, str, dict[str, str]]
ALLOWED: list[Request] = [
    ("ecs:RunTask", f"{ECS}:task-definition/agora-dev-developers:3", CLUSTER),
    ("iam:PassRole", f"{ROLE}-task", TO_ECS),
    ("iam:PassRole", f"{ROLE}-execution", TO_ECS),
    ("ecs:DescribeTasks", TASK, CLUSTER),
    ("ecs:StopTask", TASK, CLUSTER),
    ("ssm:StartSession", TASK, CHECKED),
    ("ssm:StartSession", FORWARD, CHECKED),
    ("ec2:DescribeSubnets", "*", {}),
    ("rds-db:connect", f"{DATABASES}:cluster-ABC/gw_developers", {}),
    ("elasticache:Connect", "arn:aws:elasticache:ap-northeast-2:111111111111:replicationgroup:agora-dev-sessions", {}),
    ("logs:PutLogEvents", f"{AUDIT}:log-stream:connect", {}),
    ("rds:DescribeDBClusters", "arn:aws:rds:ap-northeast-2:111111111111:cluster:agora-dev-main", {}),
]
DENIED: list[Request] = [
    ("rds-db:connect", f"{DATABASES}:cluster-ABC/gw_service_api", {}),
    ("rds-db:connect", f"{DATABASES}:cluster-ABC/dbadmin", {}),
    ("logs:PutLogEvents", f"{AUDIT}:log-stream:deploy", {}),
    ("ecs:RunTask", f"{ECS}:task-definition/agora-dev-developers:3", {"ecs:cluster": f"{ECS}:cluster/agora-dev-main"}),
    ("ecs:RunTask", f"{ECS}:task-definition/agora-dev-api:3", CLUSTER),
    ("iam:PassRole", "arn:aws:iam::111111111111:role/agora-dev-service-api-task", TO_ECS),
    ("iam:PassRole", f"{ROLE}-task", {"iam:passedtoservice": "lambda.amazonaws.com"}),
    ("ecs:StopTask", f"{ECS}:task/agora-dev-main/1", {"ecs:cluster": f"{ECS}:cluster/agora-dev-main"}),
    ("ecs:ExecuteCommand", TASK, CLUSTER),
    ("ssm:StartSession", f"{ECS}:task/agora-dev-main/1", CHECKED),
    ("ssm:StartSession", "arn:aws:ec2:ap-northeast-2:111111111111:instance/i-0123456789abcdef0", CHECKED),
    ("ssm:StartSession", TASK, {"ssm:sessiondocumentaccesscheck": "false"}),
    ("ssm:StartSession", "arn:aws:ssm:ap-northeast-2::document/AWS-StartInteractiveCommand", CHECKED),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:ap-northeast-2:111111111111:secret:other", {}),
]


def rules(template: Template, kind: str, prefix: str) -> dict[str, dict[str, Any]]:
    found = template.resources(f"aws_vpc_security_group_{kind}_rule")
    return {name: rule for name, rule in found.items() if prefix in name}


def container(template: Template) -> dict[str, Any]:
    (only,) = json.loads(template.resource("aws_ecs_task_definition.developers_task")["container_definitions"])
    assert isinstance(only, dict)
    return only


def test_task_ends_by_itself_and_at_once_when_it_is_stopped(dev: Template) -> None:
    found = container(dev)
    assert (found["entryPoint"], found["command"]) == (["sleep"], [str(8 * 3600)])
    assert found["linuxParameters"] == {"initProcessEnabled": True}
    assert found["readonlyRootFilesystem"] is False
    assert "secrets" not in found and "environment" not in found
    task = dev.resource("aws_ecs_task_definition.developers_task")
    assert (task["requires_compatibilities"], task["cpu"], task["memory"]) == (["FARGATE"], "256", "512")
    assert dev.resource("aws_ecs_cluster.ecs_developers")["name"] == "agora-dev-developers"


def test_task_reaches_only_what_the_block_lists(dev: Template) -> None:
    egress = rules(dev, "egress", "developers_")
    assert {name: rule["from_port"] for name, rule in egress.items()} == {
        "developers_to_s3": 443,
        "developers_to_aws": 443,
        "developers_to_database_main": 3306,
        "developers_to_cache_sessions": 6379,
        "developers_to_service_api": 8080,
    }
    assert egress["developers_to_aws"]["cidr_ipv4"] == "0.0.0.0/0"
    group = "${aws_security_group.developers_tasks.id}"
    ingress = rules(dev, "ingress", "_from_developers")
    assert set(ingress) == {
        "database_main_from_developers",
        "cache_sessions_from_developers",
        "service_api_from_developers",
    }
    assert {rule["referenced_security_group_id"] for rule in ingress.values()} == {group}
    assert rules(dev, "ingress", "developers_") == {}


def test_task_reaches_only_the_endpoints_where_there_are_some(tasks: Template) -> None:
    found = rules(tasks, "egress", "developers_to_aws")["developers_to_aws"]
    assert found["cidr_ipv4"].startswith("10.40.7")
    assert container(tasks)["image"].endswith("/mobile/developers:1.0.0")


def test_task_role_has_no_permissions_on_data(dev: Template) -> None:
    actions = {action for each in dev.policy("aws_iam_role_policy.developers_task") for action in each["Action"]}
    assert {action.partition(":")[0] for action in actions} == {"ssmmessages", "kms", "logs"}


def test_service_that_developers_call_has_a_private_name(dev: Template) -> None:
    assert dev.resource("aws_service_discovery_service.service_api")["name"] == "api"


def test_cluster_accepts_developers_at_its_api_only(tmp_path: Path) -> None:
    found = stack_of(tmp_path, DEV + eks(GENERAL) + 'developers {\n  clusters = ["blue"]\n}\n')
    (ingress,) = rules(found, "ingress", "_from_developers").values()
    assert ingress["security_group_id"] == "${aws_security_group.eks_blue_api.id}"
    to = rules(found, "egress", "developers_to_cluster_blue")["developers_to_cluster_blue"]
    assert (to["referenced_security_group_id"], to["from_port"]) == (ingress["security_group_id"], 443)


@pytest.mark.parametrize("request_", ALLOWED, ids=str)
def test_policy_allows_what_a_connection_needs(request_: Request) -> None:
    action, resource, context = request_
    assert is_allowed(STATEMENTS, action, resource, context)


@pytest.mark.parametrize("request_", DENIED, ids=str)
def test_policy_allows_nothing_else(request_: Request) -> None:
    action, resource, context = request_
    assert not is_allowed(STATEMENTS, action, resource, context)


def test_without_the_block_people_get_nothing(tmp_path: Path) -> None:
    assert people_statements(load(write(tmp_path, {"dev": DEV}))["dev"].settings) == []


@pytest.mark.parametrize("key", ['login = "password"', "proxy {}"])
def test_password_of_the_developers_user_is_in_its_secret(tmp_path: Path, key: str) -> None:
    text = DEV + DATABASE % key + 'developers {\n  databases = { main = "read_only" }\n}\n'
    statements = people_statements(load(write(tmp_path, {"dev": text}))["dev"].settings)
    prefix = "arn:aws:secretsmanager:ap-northeast-2:111111111111:secret:agora/dev/database/main"
    assert is_allowed(statements, "secretsmanager:GetSecretValue", f"{prefix}/gw_developers-a1b2c3", {})
    assert not is_allowed(statements, "secretsmanager:GetSecretValue", f"{prefix}/gw_service_api-a1b2c3", {})
    assert not any("rds-db:connect" in each["Action"] for each in statements)
