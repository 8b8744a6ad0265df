"""ECS: conditions between the containers of a task definition, and what they reserve of the task."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Containers = list[dict[str, Any]]


def main(**values: Any) -> dict[str, Any]:
    return {"name": "main", "image": "main:1", "cpu": 128, **values}


def other(**values: Any) -> dict[str, Any]:
    return {"name": "other", "image": "other:1", "cpu": 128, **values}


def wait(condition: str, name: str = "other") -> Containers:
    return [{"containerName": name, "condition": condition}]


CHECK = {"command": ["CMD", "true"]}


@pytest.mark.parametrize(
    ("containers", "message"),
    [
        ([main(dependsOn=wait("SUCCESS")), other()], "main waits for SUCCESS of other, which is essential"),
        ([main(dependsOn=wait("HEALTHY")), other()], "main waits for HEALTHY of other, which has no health check"),
        ([main(dependsOn=wait("START", "third")), other()], "main depends on third, which does not exist"),
        ([main(dependsOn=wait("START")), other(dependsOn=wait("START", "main"))], "wait for each other"),
        ([main(), other(cpu=129)], "The containers reserve 257 of cpu, and the task has 256"),
    ],
)
def test_task_definition_that_cannot_run_is_refused(
    client: Callable[[str], Any], containers: Containers, message: str
) -> None:
    with pytest.raises(ClientError, match=message) as raised:
        client("ecs").register_task_definition(
            family="refused", cpu="256", memory="512", containerDefinitions=containers
        )
    assert raised.value.response["Error"]["Code"] == "ClientException"


@pytest.mark.parametrize(
    "containers",
    [
        [main(dependsOn=wait("SUCCESS")), other(essential=False)],
        [main(dependsOn=wait("HEALTHY")), other(healthCheck=CHECK)],
        [main(), other(dependsOn=wait("START", "main"))],
    ],
)
def test_task_definition_with_conditions_is_registered(client: Callable[[str], Any], containers: Containers) -> None:
    answer = client("ecs").register_task_definition(
        family="registered", cpu="256", memory="512", containerDefinitions=containers
    )
    registered = {each["name"]: each.get("dependsOn", []) for each in answer["taskDefinition"]["containerDefinitions"]}
    assert registered == {each["name"]: each.get("dependsOn", []) for each in containers}
