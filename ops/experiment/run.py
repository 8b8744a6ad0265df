"""`python -m ops experiment run`: starts an experiment, watches it, and says whether the hypothesis held."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.experiment.observation import LATE, Change, Measured, alarms_on, changes, measured
from ops.experiment.template import Experiment, template_id
from ops.interrupts import Interrupted
from ops.steps import Step, step
from ops.target import Clients

Outcome = Literal["held", "refuted", "stopped", "failed", "interrupted"]
CODES = {
    "held": ExitCode.DONE,
    "refuted": ExitCode.HYPOTHESIS_REFUTED,
    "stopped": ExitCode.EXPERIMENT_STOPPED,
    "failed": ExitCode.EXPERIMENT_FAILED,
    "interrupted": ExitCode.INTERRUPTED,
}
#: [ExperimentState, status](https://docs.aws.amazon.com/fis/latest/APIReference/API_ExperimentState.html).
ENDED = ("completed", "stopped", "failed", "cancelled")
POLL_SECONDS = 10


@dataclass(frozen=True)
class Result:
    """An experiment that has ended."""

    experiment: Experiment
    id: str
    outcome: Outcome
    reason: str
    """What FIS says about the end."""
    started: datetime
    ended: datetime
    recovered: datetime | None
    """When the last alarm went off again; the end if none was on, None if one still is."""
    changes: tuple[Change, ...]
    on_before: frozenset[str]
    control: tuple[Measured, ...]
    during: tuple[Measured, ...]

    @property
    def detected(self) -> Change | None:
        """The first alarm, other than those that stop the experiment, which notify nobody."""
        own = (*self.experiment.stop_alarms, *self.on_before)
        return next((each for each in self.changes if each.state == "ALARM" and each.alarm not in own), None)

    @property
    def notified(self) -> Change | None:
        """The first notification."""
        return next((each for each in self.changes if not each.state and each.alarm not in self.on_before), None)

    @property
    def stop(self) -> Change | None:
        """The first alarm that stops the experiment."""
        own = self.experiment.stop_alarms
        return next((each for each in self.changes if each.state == "ALARM" and each.alarm in own), None)


class Run:
    """One run of an experiment."""

    def __init__(
        self,
        experiment: Experiment,
        clients: Clients,
        *,
        clock: Clock | None = None,
        late: timedelta = LATE,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """`late` is by how much metrics can be late; the alarms are watched at least so long after the end."""
        self._experiment = experiment
        self._fis, self._cloudwatch, self._sns = (clients(each) for each in ("fis", "cloudwatch", "sns"))
        self._clock = clock or Clock()
        self._late = late
        self._poll_seconds = poll_seconds
        self._interrupted = False
        self._template = template_id(self._fis, experiment)
        self._on_before: frozenset[str] = frozenset()
        self._control: tuple[Measured, ...] = ()

    def prepare(self) -> list[str]:
        """Check that the steady state can be seen, and holds; return what will happen. Raises OpsError."""
        environment, label = self._experiment.names.environment, self._experiment.label
        if self._template is None:
            raise OpsError(f"{label} is not applied yet; run `make deploy ENV={environment}`", ExitCode.REFUSED)
        now, settings = self._clock.now(), self._experiment.settings
        window = timedelta(minutes=settings.duration_minutes)
        self._control = tuple(measured(self._cloudwatch, self._experiment.stop_alarms, now - window - self._late, now))
        if not any(each.is_seen for each in self._control):
            raise OpsError(
                f"the steady state of {label} has no data in the last {settings.duration_minutes} minutes: whatever "
                "happened, nobody would see it; run it while there are requests, or send some",
                ExitCode.REFUSED,
            )
        self._on_before = frozenset(alarms_on(self._cloudwatch, self._experiment.alarm_prefix))
        if bad := sorted(self._on_before.intersection(self._experiment.stop_alarms)):
            message = f"the steady state does not hold now: {', '.join(bad)}; find out why first"
            raise OpsError(message, ExitCode.REFUSED)
        return self._plan()

    def start(self, announce: bool = True) -> Result:
        """Run it. An interrupt stops the experiment and is reported in the result."""
        experiment = self._experiment
        if announce:
            self._announce("starts", f"{experiment.settings.hypothesis}\nAlarms in the next minutes may be part of it.")
        started = self._clock.now()
        id = self._fis.start_experiment(experimentTemplateId=self._template, tags={"Name": experiment.name})
        ended = self._watch(id["experiment"]["id"])
        recovered = self._recover(started)
        result = self._judge(ended, started, recovered)
        if announce:
            self._announce(f"has ended: {result.outcome}", result.reason)
        return result

    def _plan(self) -> list[str]:
        experiment, settings = self._experiment, self._experiment.settings
        fault = getattr(settings, settings.fault).model_dump(exclude_none=True)
        return [
            f"Hypothesis: {settings.hypothesis}",
            f"Fault: {settings.fault} {fault}, watched for {settings.duration_minutes} minutes",
            *(f"Stops at {each.alarm} {each.limit}; now {each.shown}" for each in self._control),
            f"Announced on {experiment.topic}",
            *(f"Already on, and left out: {each}" for each in sorted(self._on_before)),
        ]

    def _announce(self, what: str, text: str) -> None:
        names = self._experiment.names
        subject = f"Experiment {self._experiment.label} {what} in {names.product} {names.environment}"
        self._sns.publish(TopicArn=self._experiment.topic, Subject=subject[:100], Message=text)

    def _watch(self, id: str) -> dict[str, Any]:
        """Wait for the end of the experiment, and return it; an interrupt stops the experiment first."""
        with step(f"run {self._experiment.label}") as doing:
            while True:
                try:
                    found: dict[str, Any] = self._fis.get_experiment(id=id)["experiment"]
                    doing.result = state = found["state"]["status"]
                    if state in ENDED:
                        return found
                    self._wait(doing, state)
                except (KeyboardInterrupt, Interrupted):
                    if self._interrupted:
                        raise
                    self._interrupted = True
                    self._fis.stop_experiment(id=id)

    def _recover(self, started: datetime) -> datetime | None:
        """Wait until no alarm is on that was off before, and return since when; None if it takes too long."""
        ended = self._clock.now()
        longest = timedelta(minutes=self._experiment.settings.recovery_minutes)
        with step("wait for recovery") as doing:
            while True:
                now = self._clock.now()
                on = alarms_on(self._cloudwatch, self._experiment.alarm_prefix) - self._on_before
                if not on and now >= ended + self._late:
                    return max([ended, *(each.at for each in self._changes(started, now) if each.state == "OK")])
                if now >= ended + max(longest, self._late):
                    doing.result = f"{', '.join(sorted(on))} still on"
                    return None
                self._wait(doing, f"on: {', '.join(sorted(on)) or 'none'}")

    def _judge(self, ended: dict[str, Any], started: datetime, recovered: datetime | None) -> Result:
        now = self._clock.now()
        result = Result(
            experiment=self._experiment,
            id=ended["id"],
            outcome="held",
            reason=ended["state"].get("reason", ""),
            started=started,
            ended=ended.get("endTime") or now,
            recovered=recovered,
            changes=tuple(self._changes(started, now)),
            on_before=self._on_before,
            control=self._control,
            during=tuple(measured(self._cloudwatch, self._experiment.stop_alarms, started, now)),
        )
        return replace(result, outcome=self._outcome(ended["state"]["status"], result))

    def _outcome(self, status: str, result: Result) -> Outcome:
        if self._interrupted:
            return "interrupted"
        if status in ("failed", "cancelled"):
            return "failed"
        if status == "stopped":
            return "stopped"
        return "refuted" if result.stop or result.recovered is None else "held"

    def _changes(self, start: datetime, end: datetime) -> list[Change]:
        return changes(self._cloudwatch, self._experiment.alarm_prefix, start, end)

    def _wait(self, doing: Step, progress: str) -> None:
        doing.progress(progress)
        self._clock.sleep(self._poll_seconds)


def run(
    experiment: Experiment, clients: Clients, *, agreed: Callable[[str], bool], show: Callable[[str], None]
) -> Result:
    """Run an experiment after confirmation. Raises OpsError."""
    prepared = Run(experiment, clients)
    for line in prepared.prepare():
        show(line)
    if not agreed(f"Start {experiment.label} in {experiment.names.environment}?"):
        raise OpsError("not started", ExitCode.REFUSED)
    return prepared.start()
