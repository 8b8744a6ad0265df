"""ECS: tasks that end, by what their images say."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.local_aws.images import push

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


class Aws:
    """A repository, a log group, and a cluster of their own."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.ecs, self.ecr, self.logs = (client(each) for each in ("ecs", "ecr", "logs"))
        self.name = f"x{uuid4()}"
        self.uri = self.ecr.create_repository(repositoryName=self.name)["repository"]["repositoryUri"]
        self.ecs.create_cluster(clusterName=self.name)
        self.logs.create_log_group(logGroupName=self.name)

    def register(self, tag: str) -> str:
        """Register a revision with a main container and a sidecar, and return its ARN."""
        logs = {"logDriver": "awslogs", "options": {"awslogs-group": self.name, "awslogs-stream-prefix": "task"}}
        containers = [
            {"name": name, "image": image, "memory": 64, "logConfiguration": logs}
            for name, image in (("api", f"{self.uri}:{tag}"), ("proxy", "public.ecr.aws/envoy:1"))
        ]
        answer = self.ecs.register_task_definition(family=self.name, containerDefinitions=containers)
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def run(self, tag: str, *command: str) -> dict[str, Any]:
        """Run a task, and return it as described."""
        override = {"containerOverrides": [{"name": "api", "command": list(command)}]} if command else {}
        task = self.ecs.run_task(
            cluster=self.name, taskDefinition=self.register(tag), launchType="FARGATE", overrides=override
        )["tasks"][0]
        return dict(self.ecs.describe_tasks(cluster=self.name, tasks=[task["taskArn"]])["tasks"][0])

    def service(self) -> dict[str, Any]:
        return dict(self.ecs.describe_services(cluster=self.name, services=["api"])["services"][0])

    def stopped(self) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster=self.name, serviceName="api", desiredStatus="STOPPED")["taskArns"]
        return list(self.ecs.describe_tasks(cluster=self.name, tasks=arns)["tasks"]) if arns else []


@pytest.fixture
def aws(client: Callable[[str], Any]) -> Aws:
    return Aws(client)


def test_command_ends_as_the_image_says(aws: Aws) -> None:
    push(aws.ecr, aws.name, "1", programs={"bin/migrate up": {"exit_code": 3, "output": "one\ntwo"}})
    task = aws.run("1", "bin/migrate", "up")
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert {each["name"]: each.get("exitCode") for each in task["containers"]} == {"api": 3, "proxy": 0}
    stream = f"task/api/{task['taskArn'].rpartition('/')[2]}"
    events = aws.logs.get_log_events(logGroupName=aws.name, logStreamName=stream)["events"]
    assert [each["message"] for each in events] == ["one", "two"]
    assert aws.run("1")["lastStatus"] != "STOPPED"


def test_task_whose_image_is_missing_does_not_start(aws: Aws) -> None:
    push(aws.ecr, aws.name, "1")
    task = aws.run("2")
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError")
    assert "exitCode" not in task["containers"][0]


def test_update_returns_a_deployment_in_progress_that_then_succeeds(aws: Aws) -> None:
    push(aws.ecr, aws.name, "1")
    aws.ecs.create_service(cluster=aws.name, serviceName="api", taskDefinition=aws.register("1"), desiredCount=2)
    second = aws.register("1")
    answer = aws.ecs.update_service(cluster=aws.name, service="api", taskDefinition=second)["service"]
    assert [(each["status"], each["rolloutState"]) for each in answer["deployments"]] == [
        ("PRIMARY", "IN_PROGRESS"),
        ("ACTIVE", "COMPLETED"),
    ]
    (now,) = aws.service()["deployments"]
    assert (now["id"], now["rolloutState"]) == (answer["deployments"][0]["id"], "COMPLETED")
    repeated = aws.ecs.update_service(cluster=aws.name, service="api", taskDefinition=second)["service"]
    assert [each["id"] for each in repeated["deployments"]] == [now["id"]]


def test_deployment_whose_program_ends_is_rolled_back_with_its_tasks_stopped(aws: Aws) -> None:
    push(aws.ecr, aws.name, "1")
    push(aws.ecr, aws.name, "2", programs={"": {"exit_code": 1, "output": "no such host"}})
    first, second = aws.register("1"), aws.register("2")
    aws.ecs.create_service(
        cluster=aws.name, serviceName="api", taskDefinition=first, desiredCount=2, deploymentConfiguration=BREAKER
    )
    answer = aws.ecs.update_service(cluster=aws.name, service="api", taskDefinition=second)["service"]
    (now,) = aws.service()["deployments"]
    assert (now["taskDefinition"], now["rolloutState"]) == (first, "COMPLETED")
    begun = answer["deployments"][0]
    assert now["id"] != begun["id"]
    assert {(each["startedBy"], each["stopCode"]) for each in aws.stopped()} == {
        (begun["id"], "EssentialContainerExited")
    }


def test_image_of_another_account_is_read_by_its_registry(aws: Aws, client: Callable[..., Any], local_aws: Any) -> None:
    from tests.local_aws.conftest import client_of

    digest = push(aws.ecr, aws.name, "1")
    other = client_of(local_aws, "444444444444")("ecr")
    request = {"registryId": "333333333333", "repositoryName": aws.name}
    (image,) = other.batch_get_image(**request, imageIds=[{"imageTag": "1"}])["images"]
    assert image["imageId"]["imageDigest"] == digest
    with pytest.raises(other.exceptions.RepositoryNotFoundException):
        other.batch_get_image(repositoryName=aws.name, imageIds=[{"imageTag": "1"}])
