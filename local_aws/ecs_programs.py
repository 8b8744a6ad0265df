"""ECS: tasks that end, by what their images say.

- AWS: a task whose image cannot be pulled never starts, and a task stops when an essential container exits;
  DescribeTasks returns why ([Amazon ECS stopped tasks error messages]
  (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html)). Moto 5.2.5 pulls and
  runs nothing: a task runs until StopTask. Added: a task of RunTask stops if an image is missing in a local repository
  that contains others, or if the annotation `local-aws.programs` of an image says how the container's command ends. The
  annotation of the manifest is JSON, by command: `{"": {"exit_code": 1, "output": "no such host"}, "bin/migrate":
  {"exit_code": 0}}`; "" is a container without a command. The output goes to the container's log stream. A command that
  the annotation does not name runs on, as in stock Moto.
- AWS: ListTasks filters by service. Moto ignores that parameter. Added.
- AWS: a task has all containers of its task definition. Moto's has the first one. Added: all.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

ANNOTATION = "local-aws.programs"
#: [Amazon ECR private registry](https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html): account,
#: Region, repository, and tag of an image reference.
_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@]+):([^@]+)")


@dataclass(frozen=True)
class End:
    """How a container ends."""

    container: str
    exit_code: int | None
    """None if it does not start."""
    reason: str
    output: str

    @property
    def stop_code(self) -> str:
        """The stop code of the task."""
        return "TaskFailedToStart" if self.exit_code is None else "EssentialContainerExited"

    @property
    def stopped_reason(self) -> str:
        """The stopped reason of the task."""
        return self.reason or "Essential container in task exited"


def install() -> None:
    """Let tasks end."""
    from moto.ecs.models import EC2ContainerServiceBackend
    from moto.ecs.responses import EC2ContainerServiceResponse

    from local_aws.extend import add

    add(EC2ContainerServiceBackend, _of_service(EC2ContainerServiceBackend.list_tasks))
    add(EC2ContainerServiceResponse, _ended(EC2ContainerServiceResponse.run_task))


def first_end(definition: Any, overrides: Mapping[str, Any] | None = None) -> End | None:
    """Return how the first container of a revision ends that ends at all."""
    return next(_ends(definition, overrides or {}), None)


def stop(task: Any, definition: Any, end: End) -> None:
    """Stop a task as ECS does when one of its containers ends."""
    from moto.core.utils import utcnow

    task.containers = [_container(definition, each, end) for each in definition.container_definitions]
    task.last_status = task.desired_status = "STOPPED"
    task.stop_code, task.stopped_reason = end.stop_code, end.stopped_reason
    task.created_at = task.stopped_at = utcnow()
    _write_output(task, definition, end)
    _delete_interface(task)


def _ended(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run_task(response: Any) -> Any:
        answer = run(response)
        for task in answer.result["tasks"]:
            definition = response.ecs_backend.describe_task_definition(task.task_definition_arn)
            if end := first_end(definition, task.overrides):
                stop(task, definition, end)
        return answer

    return run_task


def _of_service(find: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    def list_tasks(
        backend: Any,
        cluster_str: str | None = None,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desiredStatus: str | None = None,  # noqa: N803 - Moto's name
    ) -> list[Any]:
        found = find(backend, cluster_str, container_instance, family, started_by, None, desiredStatus)
        group = f"service:{service_name.rpartition('/')[2]}" if service_name else None
        return [each for each in found if group in (None, each.group)]

    return list_tasks


def _ends(definition: Any, overrides: Mapping[str, Any]) -> Iterator[End]:
    commands = {each["name"]: each.get("command") for each in overrides.get("containerOverrides", [])}
    for each in definition.container_definitions:
        found = _IMAGE.fullmatch(each["image"])
        image, is_missing = _find(*found.groups()) if found else (None, False)
        if is_missing:
            reason = f"CannotPullContainerError: failed to resolve ref {each['image']}: not found"
            yield End(each["name"], None, reason, "")
        command = " ".join(commands.get(each["name"]) or each.get("command") or [])
        if program := _programs(image).get(command):
            yield End(each["name"], program["exit_code"], "", program.get("output", ""))


def _find(account_id: str, region: str, name: str, tag: str) -> tuple[Any, bool]:
    """Return the image, and whether it is missing in a repository that contains others."""
    from moto.ecr.models import ecr_backends

    repository = ecr_backends[account_id][region].repositories.get(name)
    tagged = {tag: each for each in (repository.images if repository else []) for tag in each.image_tags}
    return tagged.get(tag), bool(tagged) and tag not in tagged


def _programs(image: Any) -> Mapping[str, Any]:
    annotations = json.loads(image.image_manifest).get("annotations", {}) if image else {}
    programs: Mapping[str, Any] = json.loads(annotations.get(ANNOTATION, "{}"))
    return programs


def _container(definition: Any, values: Mapping[str, Any], end: End) -> Any:
    from moto.ecs.models import Container

    made: Any = Container
    container = made(SimpleNamespace(arn=definition.arn, container_definitions=[values]))
    own = values["name"] == end.container
    container.last_status = "STOPPED"
    container.exitCode = end.exit_code if own or end.exit_code is None else 0
    container.reason = end.reason if own else None
    return container


def _write_output(task: Any, definition: Any, end: End) -> None:
    from moto.logs.models import logs_backends

    (values,) = [each for each in definition.container_definitions if each["name"] == end.container]
    options = values.get("logConfiguration", {}).get("options", {})
    backend = logs_backends[task._account_id][task.region_name]
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if not end.output or group not in backend.groups:
        return
    stream, now = f"{prefix}/{end.container}/{task.id}", int(time.time() * 1000)
    backend.create_log_stream(group, stream)
    backend.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in end.output.splitlines()])


def _delete_interface(task: Any) -> None:
    """Delete the network interface, which would keep its subnet and security groups from being deleted."""
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[task._account_id][task.region_name]
    for attachment in task.attachments:
        values = {each["name"]: each["value"] for each in attachment["details"]}
        interface = backend.get_network_interface(values["networkInterfaceId"])
        interface.status = "available"
        backend.delete_network_interface(interface.id)
    task.attachments = []
