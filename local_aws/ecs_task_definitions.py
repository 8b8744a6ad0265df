"""ECS: conditions between the containers of a task definition, and what they reserve of the task.

- AWS: RegisterTaskDefinition refuses a condition that cannot be met ([ContainerDependency]
  (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html)): COMPLETE and SUCCESS of an
  essential container, HEALTHY of one without a health check; and containers that reserve more than the task has
  ([ContainerDefinition](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html)). Moto
  5.2.5 stores everything. Added: these errors, and those for a container that does not exist and for containers that
  wait for each other. The messages are not AWS's, which it does not publish.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Container = Mapping[str, Any]


def install() -> None:
    """Let Moto refuse such task definitions."""
    from moto.ecs.responses import EC2ContainerServiceResponse

    from local_aws.extend import add

    add(EC2ContainerServiceResponse, _checked(EC2ContainerServiceResponse.register_task_definition))


def _checked(register: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def register_task_definition(response: Any) -> Any:
        from moto.ecs.exceptions import EcsClientException

        containers = {each["name"]: each for each in response._get_param("containerDefinitions") or []}
        sizes = {key: response._get_param(key) for key in ("cpu", "memory")}
        for problem in (*_wrong_conditions(containers), *_too_large(containers, sizes)):
            raise EcsClientException(problem)
        return register(response)

    return register_task_definition


def _wrong_conditions(containers: Mapping[str, Container]) -> Iterator[str]:
    for name, container in containers.items():
        for dependency in container.get("dependsOn", []):
            other, condition = containers.get(dependency["containerName"]), dependency["condition"]
            if other is None:
                yield f"Container {name} depends on {dependency['containerName']}, which does not exist."
            elif condition in ("COMPLETE", "SUCCESS") and other.get("essential", True):
                yield f"Container {name} waits for {condition} of {other['name']}, which is essential."
            elif condition == "HEALTHY" and "healthCheck" not in other:
                yield f"Container {name} waits for HEALTHY of {other['name']}, which has no health check."
    if _started(containers) < set(containers):
        yield "Containers of the task definition wait for each other."


def _started(containers: Mapping[str, Container]) -> set[str]:
    """Return the containers that start after all that they wait for."""
    started: set[str] = set()
    for _ in containers:
        started |= {
            name
            for name, each in containers.items()
            if {other["containerName"] for other in each.get("dependsOn", [])} <= started
        }
    return started


def _too_large(containers: Mapping[str, Container], sizes: Mapping[str, str | None]) -> Iterator[str]:
    for key, size in sizes.items():
        total = sum(each.get(key, 0) for each in containers.values())
        if size and size.isdigit() and total > int(size):
            yield f"The containers reserve {total} of {key}, and the task has {size}."
