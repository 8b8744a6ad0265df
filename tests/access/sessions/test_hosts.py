"""Session Manager on the instances of clusters."""

from pathlib import Path

import pytest

from iam.evaluation import is_allowed
from modules.access.sessions.keys.hosts import shell_statements
from modules.foundation.names import Names
from tests.compute.eks.texts import GENERAL, eks
from tests.support.environments import DEV, only_problem
from tests.support.permissions import allows, statements_of
from tests.support.stacks import stack_of
from tests.support.template import Template

ACCOUNT = "555555555555"
BUCKET = f"arn:aws:s3:::mobile-account-logs-{ACCOUNT}-us-east-1"
LOG_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/mobile/account/sessions"


def test_role_of_ecs_instances_opens_sessions_and_logs_them(events: Template) -> None:
    statements = statements_of(events, "ecs_night_instances")
    assert allows(statements, "ssmmessages:OpenDataChannel")
    assert allows(statements, "ssm:UpdateInstanceInformation", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1")
    assert allows(statements, "logs:PutLogEvents", f"{LOG_GROUP}:log-stream:x")
    assert allows(statements, "s3:PutObject", f"{BUCKET}/sessions/i-1.log")
    for action in ("ssm:GetParameter", "ssm:GetParameters", "ssmmessages:CreateSession", "ssm:StartSession"):
        assert not allows(statements, action), action


def test_people_open_shells_on_instances_of_their_environment_only() -> None:
    statements = shell_statements(Names("mobile", "events", ACCOUNT, "us-east-1"))
    instance = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1"
    document = f"arn:aws:ssm:us-east-1:{ACCOUNT}:document/SSM-SessionManagerRunShell"
    checked = {"ssm:sessiondocumentaccesscheck": "true"}
    ours, theirs = ({"aws:resourcetag/environment": each} for each in ("events", "prod"))
    assert is_allowed(statements, "ssm:StartSession", instance, {**ours, **checked})
    assert is_allowed(statements, "ssm:StartSession", document, checked)
    assert not is_allowed(statements, "ssm:StartSession", instance, {**theirs, **checked})
    assert not is_allowed(statements, "ssm:StartSession", document.replace("SSM-S", "Other-S"), checked)
    key, alias = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0a1b", "alias/mobile/account/sessions"
    assert is_allowed(statements, "kms:GenerateDataKey", key, {"kms:resourcealiases": alias})
    assert not is_allowed(statements, "kms:GenerateDataKey", key, {"kms:resourcealiases": "alias/mobile/events/data"})


def test_role_of_instances_without_the_key_opens_no_session(events: Template) -> None:
    assert not allows(statements_of(events, "ecs_legacy_instances"), "ssmmessages:OpenDataChannel")


def test_endpoint_of_s3_lets_sessions_through_to_the_log_bucket_of_the_account(events: Template) -> None:
    (ours,) = [each for each in events.policy("aws_vpc_endpoint.network_endpoint_s3") if each["Sid"] == "OurBuckets"]
    assert any("-account-logs-" in each for each in ours["Resource"])


def test_roles_of_eks_nodes_open_sessions(tmp_path: Path) -> None:
    block = eks("  session_manager = true\n", GENERAL)
    found = stack_of(tmp_path, DEV + block)
    statements = statements_of(found, "eks_blue_nodes")
    key = "arn:aws:kms:ap-northeast-2:111111111111:key/0a1b"
    aliases = {"kms__ResourceAliases": "alias/agora/account/sessions"}
    assert allows(statements, "kms:Decrypt", key, **aliases)
    assert not allows(statements, "kms:Decrypt", key, kms__ResourceAliases="alias/agora/env/data")
    bucket = "arn:aws:s3:::agora-account-logs-111111111111-us-east-1"
    assert allows(statements, "s3:PutObject", f"{bucket}/sessions/i-1.log")
    assert not allows(statements, "s3:PutObject", f"{bucket}/access-logs/i-1.log")
    logs = "arn:aws:logs:ap-northeast-2:111111111111:log-group:/agora/account/sessions:log-stream:x"
    assert allows(statements, "logs:PutLogEvents", logs)


@pytest.mark.parametrize("kind", ["ecs", "eks"])
def test_network_without_nat_needs_the_endpoints(tmp_path: Path, kind: str) -> None:
    others = '"ec2", "ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "eks", "eks-auth", "logs", "sts"'
    network = f'availability_zones = ["a", "c"]\n  nat = "none"\n  interface_endpoints = [{others}]\n'
    ec2 = 'ecs "x" {\n  ec2 {\n    instance_type = "m7g.large"\n    max_size = 1\n    session_manager = true\n  }\n}\n'
    block = ec2 if kind == "ecs" else eks("  session_manager = true\n", GENERAL)
    text = DEV.replace('availability_zones = ["a", "c"]\n', network) + block
    problem = only_problem(tmp_path, {"x": text})
    assert "session_manager cannot reach ec2messages, ssm, ssmmessages: there is no NAT gateway" in problem
