"""The `fault_injection` block of a service."""

import json
from pathlib import Path

import pytest

from tests.compute.service.test_settings import dev, problem_of, prod
from tests.support.stacks import stack_of

AGENT = 'fault_injection { image = "public.ecr.aws/amazon-ssm-agent/amazon-ssm-agent:3.2.2222.0" }'
ROLE = "aws_iam_role.service_api_fault_injection"
OFF = "enable_execute_command = false"


def test_agent_is_a_container_that_registers_the_task(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, dev(AGENT, OFF))
    definition = stack.resource("aws_ecs_task_definition.service_api")
    assert (definition["enable_fault_injection"], definition["pid_mode"]) == (True, "task")
    (agent,) = [each for each in json.loads(definition["container_definitions"]) if each["name"] == "fault-injection"]
    assert agent["essential"] is False
    assert agent["environment"] == [
        {
            "name": "MANAGED_INSTANCE_ROLE_NAME",
            "value": stack.resource(ROLE)["name"],
        }
    ]
    script = agent["command"][2]
    # Terraform would evaluate it.
    assert "${" not in script
    for needed in ("ECS_TASK_ARN", "ECS_TASK_AVAILABILITY_ZONE", "FAULT_INJECTION_SIDECAR,Value=true", "-register"):
        assert needed in script


def test_agent_is_beside_the_collector_of_traces(tmp_path: Path) -> None:
    definition = stack_of(tmp_path, dev(AGENT, OFF, "traces {}")).resource("aws_ecs_task_definition.service_api")
    names = [each["name"] for each in json.loads(definition["container_definitions"])]
    assert names == ["api", "aws-otel-collector", "fault-injection"]


def test_task_may_pass_only_the_role_of_its_managed_instances(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, dev(AGENT, OFF))
    found = {each["Sid"]: each for each in stack.policy("aws_iam_role_policy.service_api_task")}
    role = stack.resource(ROLE)
    assert [each.rpartition("/")[2] for each in found["PassInstanceRole"]["Resource"]] == [role["name"]]
    assert found["PassInstanceRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}
    assert found["Register"]["Condition"] == {"StringEquals": {"aws:RequestTag/FAULT_INJECTION_SIDECAR": "true"}}


def test_managed_instances_can_end_their_registration(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, dev(AGENT, OFF))
    allowed = {
        action for each in stack.policy("aws_iam_role_policy.service_api_fault_injection") for action in each["Action"]
    }
    assert allowed == {"ssm:DeleteActivation", "ssm:DeregisterManagedInstance"}
    attached = stack.resource("aws_iam_role_policy_attachment.service_api_fault_injection")
    assert attached["policy_arn"] == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def test_task_without_the_block_allows_no_faults(tmp_path: Path) -> None:
    definition = stack_of(tmp_path, dev()).resource("aws_ecs_task_definition.service_api")
    assert {"enable_fault_injection", "pid_mode"}.isdisjoint(definition)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (dev(AGENT), "service.api.enable_execute_command true does not work with fault_injection: both need the SSM"),
        (prod(AGENT), "service.api.fault_injection is not allowed in production: whoever may send SSM commands"),
        (
            dev('fault_injection { image = "public.ecr.aws/amazon-ssm-agent/amazon-ssm-agent:latest" }', OFF),
            "fault_injection.image public.ecr.aws/amazon-ssm-agent/amazon-ssm-agent:latest does not end in a version",
        ),
    ],
)
def test_invalid_fault_injection_is_a_problem(tmp_path: Path, text: str, message: str) -> None:
    assert message in problem_of(tmp_path, text)
