"""Sessions with ECS tasks: the agent of a task, StartSession, TerminateSession.

- AWS: a task that is run with ECS Exec has an agent in each container, and each container a runtime ID, of which the
  target of a session consists ([Monitor Amazon ECS containers with ECS Exec]
  (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html)). Moto 5.2.5 drops the parameter and has
  neither. Added: both, and containers that run and stop with their task.
- AWS: a container on Fargate needs no memory of its own, only the task does. Moto cannot run such a task. Added.
- AWS: StartSession returns a token and the URL of a stream, and fails with TargetNotConnected for a target without an
  agent ([StartSession](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html)). Moto
  lacks both operations. Added for targets that are tasks; the document is not read, and nothing listens at the URL.
"""

import re
import secrets
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

_TARGET = re.compile(r"ecs:(?P<cluster>[A-Za-z0-9_-]+)_(?P<task>[0-9a-f-]+)_(?P<runtime>[0-9a-f-]+)")
_AGENT = "ExecuteCommandAgent"


def install() -> None:
    """Let tasks have agents, and Systems Manager sessions."""
    from moto.ecs.models import EC2ContainerServiceBackend
    from moto.ecs.responses import EC2ContainerServiceResponse
    from moto.ssm.responses import SimpleSystemManagerResponse

    from local_aws.extend import add, replace

    add(EC2ContainerServiceResponse, _with_agents(EC2ContainerServiceResponse.run_task))
    replace(
        EC2ContainerServiceBackend,
        "_calculate_task_resource_requirements",
        _without_memory(EC2ContainerServiceBackend._calculate_task_resource_requirements),
    )
    add(EC2ContainerServiceBackend, _with_stopped_containers(EC2ContainerServiceBackend.stop_task))
    add(SimpleSystemManagerResponse, start_session, terminate_session)


def _with_agents(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run_task(response: Any) -> Any:
        answer = run(response)
        enabled = bool(response._get_param("enableExecuteCommand"))
        for task in answer.result["tasks"]:
            # Moto's task would stop by itself after it was described a few times.
            task.advance = lambda: None
            task.enable_execute_command = enabled
            for container in task.containers:
                container.last_status = "RUNNING"
                container.runtime_id = f"{task.id.replace('-', '')}-{secrets.randbelow(10**10):010d}"
                container.managed_agents = [{"name": _AGENT, "lastStatus": "RUNNING"}] if enabled else []
        return answer

    return run_task


def _without_memory(calculate: Callable[[Any], Any]) -> Any:
    def requirements(task_definition: Any) -> Any:
        containers = [
            each if "memoryReservation" in each else {"memory": 0, **each}
            for each in task_definition.container_definitions
        ]
        return calculate(SimpleNamespace(container_definitions=containers))

    return staticmethod(requirements)


def _with_stopped_containers(stop: Callable[..., Any]) -> Callable[..., Any]:
    def stop_task(backend: Any, *arguments: Any, **keywords: Any) -> Any:
        task = stop(backend, *arguments, **keywords)
        for container in task.containers:
            container.last_status = "STOPPED"
            container.managed_agents = [
                {**each, "lastStatus": "STOPPED"} for each in getattr(container, "managed_agents", [])
            ]
        return task

    return stop_task


def start_session(response: Any) -> Any:
    """Return a new session with a task that has an agent."""
    from moto.ssm.exceptions import SSMException

    from local_aws.extend import respond

    target = response._get_param("Target")
    if not _is_connected(target, response.current_account, response.region):
        raise SSMException("TargetNotConnected", f"{target} is not connected.")
    id = f"local-aws-{secrets.token_hex(9)[:17]}"
    url = f"ws://127.0.0.1:1/v1/data-channel/{id}?role=publish_subscribe"
    return respond({"SessionId": id, "TokenValue": secrets.token_urlsafe(48), "StreamUrl": url})


def terminate_session(response: Any) -> Any:
    """Return the ID of the session; AWS, too, accepts sessions that have ended."""
    from local_aws.extend import respond

    return respond({"SessionId": response._get_param("SessionId")})


def _is_connected(target: str, account: str, region: str) -> bool:
    """Return whether a container with this runtime ID has an agent."""
    from moto.ecs.models import ecs_backends

    found = _TARGET.fullmatch(target or "")
    if not found:
        return False
    tasks = ecs_backends[account][region].tasks.get(found["cluster"], {}).values()
    return any(
        task.id == found["task"] and getattr(container, "runtime_id", None) == found["runtime"]
        and any(each["lastStatus"] == "RUNNING" for each in getattr(container, "managed_agents", ()))
        for task in tasks
        for container in task.containers
    )  # fmt: skip
