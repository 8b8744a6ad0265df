"""Follows a deployment of a service until it has succeeded or failed."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from ops.clock import Clock
from ops.interrupts import Interrupted
from ops.release.causes import cause_of
from ops.release.revisions import revision_number
from ops.release.service import ReleasedService
from ops.release.tasks import StoppedTask, Tasks
from ops.steps import Step, step
from ops.target import Clients

POLL_SECONDS = 5
#: Polls in a row that may fail, besides the attempts of each request.
MOST_FAILURES = 6
#: States of a target in which it gets no requests because of its health, rather than because it comes or goes.
_UNHEALTHY = ("unhealthy", "unavailable")
Result = Literal["succeeded", "failed", "timed out", "interrupted"]


@dataclass(frozen=True)
class Ended:
    """How a deployment ended, or how far it was followed."""

    result: Result
    cause: str = ""
    """In one sentence, unless it succeeded."""


class _UnsuccessfulError(Exception):
    """The deployment did not succeed, and neither did the step that follows it."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.result)
        self.ended = ended


@dataclass
class _Seen:
    """What has already been reported."""

    tasks: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    targets: dict[str, str] = field(default_factory=dict)


class Follow:
    """Follows one deployment, and reports what happens: events, stopped tasks, and the health of targets."""

    def __init__(
        self,
        clients: Clients,
        service: ReleasedService,
        *,
        show: Callable[[str], None],
        clock: Clock | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """`show` is called with each line of the report."""
        self._ecs, self._elb = clients("ecs"), clients("elbv2")
        self._tasks = Tasks(self._ecs, clients("logs"), service)
        self._service = service
        self._show = show
        self._clock = clock or Clock()
        self._poll_seconds = poll_seconds
        self._seen = _Seen()
        self._stopped: list[StoppedTask] = []
        self._events: list[str] = []
        self._unhealthy: list[str] = []
        self._failures = 0
        self._before: set[str] = set()

    def described(self) -> Mapping[str, Any] | None:
        """Return the service, or None if it does not exist."""
        found = self._ecs.describe_services(cluster=self._service.cluster, services=[self._service.name])
        active = [each for each in found["services"] if each["status"] == "ACTIVE"]
        return active[0] if active else None

    def prepare(self, service: Mapping[str, Any]) -> None:
        """Take the events and targets before the deployment as known."""
        self._seen.events |= {each["id"] for each in service.get("events", [])}
        self._seen.targets |= {key: text for key, text, _ in self._targets(service)}
        self._before |= {each["id"] for each in service["deployments"]}

    def until_end(self, deployment: str, timeout: datetime.timedelta) -> Ended:
        """Follow a deployment, given by its ID, for at most this time. An interrupt ends only the following."""
        deadline = self._clock.now() + timeout
        try:
            with step(f"deploy {self._service.name}") as doing:
                while True:
                    ended = self._tried(deployment, doing)
                    if ended is None and self._clock.now() >= deadline:
                        ended = Ended("timed out", self._goes_on(f"{timeout} have passed"))
                    if ended and ended.result != "succeeded":
                        raise _UnsuccessfulError(ended)
                    if ended:
                        return ended
                    self._clock.sleep(self._poll_seconds)
        except _UnsuccessfulError as error:
            return error.ended
        except (KeyboardInterrupt, Interrupted):
            return Ended("interrupted", self._goes_on("following it was interrupted"))

    def _tried(self, deployment: str, doing: Step) -> Ended | None:
        """Poll once. A failed request ends only the following, and only if several polls in a row have failed."""
        try:
            ended = self._poll(deployment, doing)
        except (ClientError, BotoCoreError) as error:
            self._failures += 1
            if self._failures < MOST_FAILURES:
                doing.progress(f"AWS did not answer: {error}")
                return None
            return Ended("timed out", self._goes_on(f"AWS did not answer ({error})"))
        self._failures = 0
        return ended

    def _poll(self, deployment: str, doing: Step) -> Ended | None:
        service = self.described()
        if service is None:
            return Ended("failed", "the service was deleted")
        self._report(service, deployment)
        deployments = {each["id"]: each for each in service["deployments"]}
        own = deployments.get(deployment)
        primary = next(each for each in service["deployments"] if each["status"] == "PRIMARY")
        if own is None and primary["id"] in self._before:
            # DescribeServices is eventually consistent after UpdateService.
            doing.progress("ECS has not described the deployment yet")
            return None
        by_ecs = "rolling back" in str(primary.get("rolloutStateReason"))
        if own is None or own.get("rolloutState") == "FAILED" or (by_ecs and own is not primary):
            return Ended("failed", self._failure(own, primary))
        if own.get("rolloutState") == "COMPLETED":
            return Ended("succeeded")
        if own is not primary:
            now = revision_number(primary["taskDefinition"])
            return Ended("failed", f"another deployment replaced it, of revision {now}")
        counts = f"{own['runningCount']} of {own['desiredCount']} tasks run, {own['pendingCount']} pending"
        doing.progress(f"{counts}, {own.get('failedTasks', 0)} failed")
        return None

    def _failure(self, own: Mapping[str, Any] | None, primary: Mapping[str, Any]) -> str:
        reason = str((own or primary).get("rolloutStateReason") or "")
        rolled_back = f"; ECS goes back to revision {revision_number(primary['taskDefinition'])}"
        return f"{self._cause(reason)}{'' if own is primary else rolled_back}"

    def _goes_on(self, why: str) -> str:
        """Return that the deployment goes on, with the commands to see how, and to go back."""
        names, service = self._service.names, self._service
        where = f"--region {names.region} --cluster {service.cluster} --services {service.name}"
        return (
            f"{why}, and the deployment goes on: aws ecs describe-services {where} --query 'services[0].deployments'; "
            f"to go back: .venv/bin/python -m ops rollback {service.label} --env {names.environment}"
        )

    def _cause(self, reason: str) -> str:
        return cause_of(self._stopped, self._unhealthy, self._events, reason)

    def _report(self, service: Mapping[str, Any], deployment: str) -> None:
        for each in reversed(service.get("events", [])):
            if each["id"] not in self._seen.events:
                self._seen.events.add(each["id"])
                self._events.insert(0, each["message"])
                self._show(each["message"])
        for task in self._tasks.stopped(deployment, self._seen.tasks):
            self._stopped.append(task)
            for line in task.report():
                self._show(line)
        self._report_targets(service)

    def _report_targets(self, service: Mapping[str, Any]) -> None:
        found = {key: (text, health) for key, text, health in self._targets(service)}
        for key, (text, health) in found.items():
            if self._seen.targets.get(key) != text:
                self._show(f"target {key}: {text}")
                if health["State"] in _UNHEALTHY:
                    self._unhealthy.append(health.get("Description") or text)
        self._seen.targets = {key: text for key, (text, _) in found.items()}

    def _targets(self, service: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Return each target with its state as text, and as ELB describes it."""
        found = []
        for group in filter(None, (each.get("targetGroupArn") for each in service.get("loadBalancers", []))):
            for each in self._elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]:
                target, health = each["Target"], each["TargetHealth"]
                why = ", ".join(filter(None, (health.get("Reason"), health.get("Description"))))
                name = f"{target['Id']}:{target.get('Port')} of {group.split('/')[1]}"
                found.append((name, f"{health['State']}{f' ({why})' if why else ''}", health))
        return found
