"""Sessions with ECS tasks."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

Client = Callable[..., Any]


@pytest.fixture
def ecs(client: Client) -> Any:
    return client("ecs")


def run(ecs: Any, *, execute_command: bool) -> tuple[str, dict[str, Any]]:
    """Return the cluster and the description of a new task."""
    cluster = f"developers-{uuid4()}"
    ecs.create_cluster(clusterName=cluster)
    container = {"name": "developers", "image": "developers:1", "memory": 512}
    ecs.register_task_definition(family=cluster, containerDefinitions=[container])
    arn = ecs.run_task(
        cluster=cluster, taskDefinition=cluster, launchType="FARGATE", enableExecuteCommand=execute_command
    )["tasks"][0]["taskArn"]
    return cluster, ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]


def target(cluster: str, task: dict[str, Any]) -> str:
    return f"ecs:{cluster}_{task['taskArn'].rpartition('/')[2]}_{task['containers'][0]['runtimeId']}"


def test_session_with_a_task_that_has_an_agent_has_a_token_and_a_stream(client: Client, ecs: Any) -> None:
    cluster, task = run(ecs, execute_command=True)
    assert (task["lastStatus"], task["enableExecuteCommand"]) == ("RUNNING", True)
    assert task["containers"][0]["managedAgents"] == [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}]
    ssm = client("ssm")
    found = ssm.start_session(Target=target(cluster, task), DocumentName="AWS-StartPortForwardingSessionToRemoteHost")
    assert found["TokenValue"] and found["StreamUrl"].startswith("ws://127.0.0.1:")
    assert ssm.terminate_session(SessionId=found["SessionId"])["SessionId"] == found["SessionId"]


def test_session_is_rejected_without_an_agent_and_after_the_task_stopped(client: Client, ecs: Any) -> None:
    without, stopped = run(ecs, execute_command=False), run(ecs, execute_command=True)
    ecs.stop_task(cluster=stopped[0], task=stopped[1]["taskArn"], reason="a test")
    for cluster, task in (without, stopped):
        with pytest.raises(ClientError, match="TargetNotConnected"):
            client("ssm").start_session(Target=target(cluster, task))
    with pytest.raises(ClientError, match="TargetNotConnected"):
        client("ssm").start_session(Target="i-0123456789abcdef0")
