"""Stopped tasks: why ECS stopped them, how their containers ended, and their last log lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.release.service import ReleasedService

#: Lines of the log that are printed of a container that failed.
LOG_LINES = 10
#: [Task, stoppedReason, in Amazon ECS stopped tasks]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html): how a service stops the tasks
#: of another revision, or more tasks than it wants.
_SCALED = "Scaling activity initiated by"


@dataclass(frozen=True)
class StoppedContainer:
    """A container of a stopped task."""

    name: str
    exit_code: int | None
    """None if it never started."""
    reason: str
    lines: tuple[str, ...]
    """The last lines of its log, the oldest first."""

    @property
    def failed(self) -> bool:
        """Whether it ended by itself with an error, or could not start."""
        return bool(self.reason) or self.exit_code not in (0, None)

    def __str__(self) -> str:
        """How it ended, as a part of a sentence."""
        ended = "did not start" if self.exit_code is None else f"exit code {self.exit_code}"
        return f"{self.name}: {ended}{f', {self.reason}' if self.reason else ''}"


@dataclass(frozen=True)
class StoppedTask:
    """A task that has stopped."""

    id: str
    code: str
    """[Task, stopCode](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html)."""
    reason: str
    containers: tuple[StoppedContainer, ...]

    @property
    def was_scaled(self) -> bool:
        """Whether its service stopped it because it wanted fewer tasks of its revision."""
        return self.reason.startswith(_SCALED)

    def report(self) -> Iterator[str]:
        """Yield what to print about it."""
        yield f"task {self.id} stopped: {self.reason or self.code or 'without a reason'}"
        for each in self.containers:
            yield f"  {each}"
            yield from (f"    | {line}" for line in each.lines if each.failed)


class Tasks:
    """The tasks of a service."""

    def __init__(self, ecs: Any, logs: Any, service: ReleasedService) -> None:
        self._ecs = ecs
        self._logs = logs
        self._service = service

    def stopped(self, deployment: str, known: set[str]) -> list[StoppedTask]:
        """Return the tasks of a deployment that have stopped and are not known yet, the first one first.

        [Task, startedBy](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html): a service starts its
        tasks with the deployment's ID. ECS forgets stopped tasks after an hour.
        """
        pages = self._ecs.get_paginator("list_tasks").paginate(
            cluster=self._service.cluster, serviceName=self._service.name, desiredStatus="STOPPED"
        )
        arns = [arn for page in pages for arn in page["taskArns"] if arn not in known]
        found = [each for each in self._describe(arns) if each.get("startedBy") == deployment]
        # Of tasks that are still stopping, the exit codes and reasons are not known yet.
        ended = sorted((each for each in found if each["lastStatus"] == "STOPPED"), key=lambda each: each["createdAt"])
        known.update(each["taskArn"] for each in ended)
        return [self.read(each) for each in ended]

    def describe(self, arn: str) -> Mapping[str, Any] | None:
        """Return a task, or None if ECS does not know it."""
        return next(iter(self._describe([arn])), None)

    def read(self, task: Mapping[str, Any]) -> StoppedTask:
        """Return a stopped task with the logs of its containers that failed."""
        id = str(task["taskArn"]).rpartition("/")[2]
        return StoppedTask(
            id=id,
            code=task.get("stopCode", ""),
            reason=task.get("stoppedReason", ""),
            containers=tuple(self._container(id, each) for each in task.get("containers", [])),
        )

    def _describe(self, arns: list[str]) -> Iterator[Mapping[str, Any]]:
        # "DescribeTasks, tasks": at most 100 in one request.
        for start in range(0, len(arns), 100):
            answer = self._ecs.describe_tasks(cluster=self._service.cluster, tasks=arns[start : start + 100])
            yield from answer["tasks"]

    def _container(self, task: str, container: Mapping[str, Any]) -> StoppedContainer:
        ended = StoppedContainer(container["name"], container.get("exitCode"), container.get("reason") or "", ())
        if not ended.failed or ended.exit_code is None:
            return ended
        lines = tuple(self._lines(f"task/{ended.name}/{task}"))
        return StoppedContainer(ended.name, ended.exit_code, ended.reason, lines)

    def _lines(self, stream: str) -> Iterator[str]:
        """Yield the last lines of a log stream; none if the container has not written any."""
        try:
            answer = self._logs.get_log_events(
                logGroupName=self._service.log_group, logStreamName=stream, limit=LOG_LINES, startFromHead=False
            )
        except self._logs.exceptions.ResourceNotFoundException:
            return
        yield from (str(each["message"]).rstrip() for each in answer["events"])
