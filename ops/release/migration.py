"""The migration of a service: a task of the new revision that must end with 0 before the service is updated."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from modules.compute.service.keys.migration import MigrationSettings
from modules.foundation.names import limited
from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.release.causes import task_cause
from ops.release.revisions import Revision
from ops.release.service import ReleasedService
from ops.release.tasks import Tasks
from ops.steps import Step, step
from ops.target import Clients

POLL_SECONDS = 5
#: [RunTask, startedBy](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html).
_STARTED_BY_LIMIT = 128
#: The keys of a service that its migration uses too: where its tasks run, and in which network.
_SHARED = ("capacityProviderStrategy", "launchType", "platformVersion", "networkConfiguration")


class MigrationError(Exception):
    """The migration did not end with 0; the service has not been updated."""


class Migration:
    """Runs the migrations of a service, one at a time."""

    def __init__(
        self,
        clients: Clients,
        service: ReleasedService,
        *,
        show: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        """`show` is called with each line of the report of a task that failed."""
        self._ecs = clients("ecs")
        self._tasks = Tasks(self._ecs, clients("logs"), service)
        self._service = service
        self._show = show
        self._clock = clock or Clock()
        self._started_by = limited(f"migration/{service.name}", _STARTED_BY_LIMIT)

    def refuse_running(self) -> None:
        """Raise OpsError if a migration of an earlier release is still running: two could disturb each other."""
        running = self._ecs.list_tasks(
            cluster=self._service.cluster, startedBy=self._started_by, desiredStatus="RUNNING"
        )["taskArns"]
        if running:
            cluster, id = self._service.cluster, running[0].rpartition("/")[2]
            raise OpsError(
                f"the migration of an earlier release is still running, task {id}; wait for its end, or end it: "
                f"aws ecs stop-task --cluster {cluster} --task {id}",
                ExitCode.REFUSED,
            )

    def run(self, settings: MigrationSettings, revision: Revision, service: Mapping[str, Any]) -> None:
        """Run the migration with a revision, in the network of the service, until it ends. Raises MigrationError.

        A migration that takes too long is not stopped: what it has changed so far could not be used.
        """
        started, longest = self._clock.now(), datetime.timedelta(seconds=settings.timeout_seconds)
        with step(f"migrate with {self._service.name}:{revision.number}") as doing:
            arn = self._start(settings, revision, service)
            id = arn.rpartition("/")[2]
            while not self._has_ended(arn, doing):
                if self._clock.now() - started >= longest:
                    raise MigrationError(
                        f"the migration, task {id}, has not ended after {settings.timeout_seconds} seconds, and goes on"
                    )
                self._clock.sleep(POLL_SECONDS)

    def _start(self, settings: MigrationSettings, revision: Revision, service: Mapping[str, Any]) -> str:
        shared = {key: service[key] for key in _SHARED if service.get(key)}
        # A request may have one of both.
        if "capacityProviderStrategy" in shared:
            shared.pop("launchType", None)
        answer = self._ecs.run_task(
            cluster=self._service.cluster,
            taskDefinition=revision.arn,
            count=1,
            startedBy=self._started_by,
            overrides={"containerOverrides": [{"name": self._service.label, "command": list(settings.command)}]},
            **shared,
        )
        if answer.get("failures"):
            reasons = ", ".join(f"{each.get('reason')} {each.get('detail', '')}".strip() for each in answer["failures"])
            raise MigrationError(f"ECS did not start the migration: {reasons}")
        return str(answer["tasks"][0]["taskArn"])

    def _has_ended(self, arn: str, doing: Step) -> bool:
        """Return whether the migration has succeeded. Raises MigrationError if it has failed."""
        task = self._tasks.describe(arn)
        if task is None:
            # DescribeTasks is eventually consistent after RunTask.
            return False
        doing.progress(task["lastStatus"])
        if task["lastStatus"] != "STOPPED":
            return False
        stopped = self._tasks.read(task)
        own = next(each for each in stopped.containers if each.name == self._service.label)
        if own.exit_code == 0:
            return True
        for line in stopped.report():
            self._show(line)
        raise MigrationError(f"the migration failed: {task_cause(stopped) or 'without a reason'}")
