"""`python -m ops experiment`: what a run observes, how it ends, and its report."""

import datetime
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from modules.environment_files import EnvironmentFile, load
from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.experiment import report, run
from ops.experiment.observation import measured
from ops.experiment.run import CODES, Result, Run
from ops.experiment.template import Experiment, declared, refuse_locked
from tests.observability.experiment.test_settings import BLOCKS, STEADY, STOP, experiment
from tests.ops.test_commands import ops
from tests.support.environments import ALARMS, DEV, PROD, write

START = datetime.datetime(2026, 5, 4, 9, 0, tzinfo=datetime.UTC)
STOP_ALARM = "agora-env-experiment-x-load-balancer-public-error-percent"
ALARM = "agora-env-load-balancer-public-critical"
TOPIC = "arn:aws:sns:ap-northeast-2:111111111111:agora-env-alarms-warning"


@dataclass
class Aws:
    """A fake AWS: FIS, CloudWatch, and SNS. Times are seconds after the start."""

    ends: tuple[float, str] = (300, "completed")
    alarms: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """When each alarm is on."""
    values: tuple[float, ...] = (0, 1)
    templates: tuple[str, ...] = ("agora-env-experiment-x",)
    seconds: float = 0
    interrupted_at: float | None = None
    published: list[str] = field(default_factory=list)
    stopped_by_us: bool = False

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at(self.seconds), self._sleep)

    def at(self, seconds: float) -> datetime.datetime:
        return START + datetime.timedelta(seconds=seconds)

    def client(self, _: str) -> "Aws":
        return self

    def get_paginator(self, operation: str) -> Any:
        """A paginator of one page."""

        class Paginator:
            paginate = staticmethod(lambda **request: [getattr(self, operation)(**request)])

        return Paginator()

    def list_experiment_templates(self) -> Any:
        return {"experimentTemplates": [{"id": f"EXT{name}", "tags": {"Name": name}} for name in self.templates]}

    def start_experiment(self, **request: Any) -> Any:
        assert request["experimentTemplateId"] == "EXTagora-env-experiment-x"
        return {"experiment": {"id": "EXP1"}}

    def get_experiment(self, id: str) -> Any:
        end, status = self.ends
        if self.stopped_by_us:
            end, status = self.seconds, "stopped"
        over = self.seconds >= end
        state = {"status": status if over else "running", "reason": "a test"}
        return {"experiment": {"id": id, "state": state, **({"endTime": self.at(end)} if over else {})}}

    def stop_experiment(self, id: str) -> None:
        assert id == "EXP1"
        self.stopped_by_us = True

    def publish(self, **request: str) -> None:
        assert request["TopicArn"] == TOPIC
        self.published.append(request["Subject"])

    def describe_alarms(self, **request: Any) -> Any:
        states = {name: "ALARM" if on <= self.seconds < off else "OK" for name, (on, off) in self.alarms.items()}
        described = [
            {
                "AlarmName": name,
                "StateValue": states.get(name, "OK"),
                "Threshold": 5.0,
                "ComparisonOperator": "GreaterThanThreshold",
                "Namespace": "AWS/ApplicationELB",
                "MetricName": "RequestCount",
                "Dimensions": [],
                "Statistic": "Sum",
                "Period": 60,
            }
            for name in {STOP_ALARM, *self.alarms}
            if name in request.get("AlarmNames", [name])
        ]
        return {"MetricAlarms": described, "CompositeAlarms": []}

    def describe_alarm_history(self, **_: Any) -> Any:
        return {"AlarmHistoryItems": list(self._items())}

    def get_metric_data(self, **_: Any) -> Any:
        return {"MetricDataResults": [{"Id": "value", "Values": self.values}]}

    def _items(self) -> Iterator[dict[str, Any]]:
        for name, (on, off) in self.alarms.items():
            for seconds, state in ((on, "ALARM"), (off, "OK")):
                if 0 <= seconds <= self.seconds:
                    data = json.dumps({"newState": {"stateValue": state}})
                    item = {"AlarmName": name, "Timestamp": self.at(seconds)}
                    yield {**item, "HistoryItemType": "StateUpdate", "HistoryData": data}
                    if name != STOP_ALARM:
                        yield {**item, "HistoryItemType": "Action", "HistoryData": "{}"}

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self.interrupted_at is not None and self.seconds >= self.interrupted_at:
            self.interrupted_at = None
            raise KeyboardInterrupt


@pytest.fixture
def file(tmp_path: Path) -> EnvironmentFile:
    text = DEV + BLOCKS + experiment(STEADY, STOP, "recovery_minutes = 5")
    return load(write(tmp_path, {"env": text}))["env"]


@pytest.fixture
def chosen(file: EnvironmentFile) -> Experiment:
    return declared(file, "x")


Running = Callable[[Aws], Result]


@pytest.fixture
def running(chosen: Experiment) -> Running:
    def result_of(aws: Aws) -> Result:
        prepared = Run(chosen, aws.client, clock=aws.clock)
        prepared.prepare()
        return prepared.start()

    return result_of


def seconds(result: Result, at: datetime.datetime | None) -> float | None:
    return (at - result.started).total_seconds() if at else None


def test_experiment_without_alarms_holds(running: Running) -> None:
    result = running(Aws())
    assert (result.outcome, result.detected, result.notified) == ("held", None, None)
    assert seconds(result, result.recovered) == 300
    assert CODES[result.outcome] == ExitCode.DONE


def test_alarms_are_the_detection_and_their_end_the_recovery(running: Running) -> None:
    result = running(Aws(alarms={ALARM: (130, 420)}))
    assert result.detected is not None
    assert result.notified is not None
    assert (result.outcome, result.detected.alarm, result.notified.alarm) == ("held", ALARM, ALARM)
    assert seconds(result, result.detected.at) == 130
    assert seconds(result, result.recovered) == 420


def test_late_recovery_refutes_the_hypothesis(running: Running) -> None:
    result = running(Aws(alarms={ALARM: (130, 5000)}))
    assert (result.outcome, result.recovered) == ("refuted", None)
    assert CODES[result.outcome] == ExitCode.HYPOTHESIS_REFUTED


def test_late_stop_alarm_refutes_the_hypothesis(running: Running) -> None:
    """Metrics arrive late: the alarm may be on only after FIS has completed the experiment."""
    assert running(Aws(alarms={STOP_ALARM: (310, 380)})).outcome == "refuted"


def test_stop_condition_ends_the_experiment_with_its_own_code(running: Running) -> None:
    result = running(Aws(ends=(90, "stopped"), alarms={STOP_ALARM: (85, 200)}))
    assert (result.outcome, CODES[result.outcome]) == ("stopped", ExitCode.EXPERIMENT_STOPPED)
    # It notifies nobody, so it is no detection.
    assert result.detected is None
    assert f"{STOP_ALARM} stopped the experiment" in report.markdown(result)


def test_failed_experiment_says_nothing_about_the_hypothesis(running: Running) -> None:
    result = running(Aws(ends=(20, "failed")))
    assert CODES[result.outcome] == ExitCode.EXPERIMENT_FAILED
    assert "it says nothing about the hypothesis" in report.markdown(result)


def test_interrupt_stops_the_experiment(running: Running) -> None:
    aws = Aws(interrupted_at=60)
    result = running(aws)
    assert aws.stopped_by_us
    assert (result.outcome, CODES[result.outcome]) == ("interrupted", ExitCode.INTERRUPTED)


def test_start_and_end_are_announced(running: Running) -> None:
    aws = Aws()
    running(aws)
    assert aws.published == ["Experiment x starts in agora env", "Experiment x has ended: held in agora env"]


def test_alarm_that_was_on_before_does_not_count(running: Running) -> None:
    other = "agora-env-queue-jobs-critical"
    result = running(Aws(alarms={other: (-60, 9999)}))
    assert (result.outcome, result.on_before) == ("held", frozenset({other}))


@pytest.mark.parametrize(
    ("aws", "message"),
    [
        (Aws(templates=()), "x is not applied yet; run `make deploy ENV=env`"),
        (Aws(values=()), "the steady state of x has no data in the last 5 minutes"),
        (Aws(alarms={STOP_ALARM: (-60, 600)}), "the steady state does not hold now: agora-env-experiment-x"),
    ],
)
def test_experiment_that_would_show_nothing_is_refused(chosen: Experiment, aws: Aws, message: str) -> None:
    with pytest.raises(OpsError, match=message) as caught:
        Run(chosen, aws.client, clock=aws.clock).prepare()
    assert caught.value.code == ExitCode.REFUSED


def test_experiment_is_not_started_without_confirmation(chosen: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    aws, shown = Aws(), list[str]()
    monkeypatch.setattr(run, "Clock", lambda: aws.clock)
    with pytest.raises(OpsError, match="not started"):
        run.run(chosen, aws.client, agreed=lambda _: False, show=shown.append)
    assert aws.published == []
    assert shown[0] == "Hypothesis: If one of three tasks stops, no request fails."
    assert f"Stops at {STOP_ALARM} > 5; now 0.5 on average, 1 at most" in shown


def test_report_has_hypothesis_times_measurements_and_questions(running: Running, tmp_path: Path) -> None:
    result = running(Aws(alarms={ALARM: (130, 420)}))
    path = report.write(result, tmp_path / "reports")
    text = path.read_text()
    assert path.name == "2026-05-04-090000-env-x.md"
    assert "**The hypothesis held.**" in text
    assert f"| detected ({ALARM}) | 09:02:10 | 130 |" in text
    assert "| recovered | 09:07:00 | 420 |" in text
    assert f"| {STOP_ALARM} | > 5 | 0.5 on average, 1 at most | 0.5 on average, 1 at most |" in text
    assert "## Five whys" in text
    assert report.as_json(result, path)["detected"] == "2026-05-04T09:02:10+00:00"


def test_undeclared_experiment_is_refused(file: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match='declares no experiment "y", it declares x'):
        declared(file, "y")


MAIN = """\
database "main" {
  engine         = "mysql"
  engine_version = "8.4.11"
  instance_class = "db.m7g.large"
  storage { allocated_storage = 20 }
}
experiment "x" {
  hypothesis = "If the primary fails over, connections are back at once."
  production = true
  fail_over { database = "main" }
  steady_state { database "main" { cpu_percent = 95 } }
}
"""
RECORD = """\
unlock "aws_fis_experiment_template.experiment_x" {
  allow  = ["experiment"]
  reason = "The yearly game day"
  who    = "kim@agora.example"
  until  = "2026-05-04"
}
"""


@pytest.mark.parametrize(
    ("record", "day", "allowed"),
    [
        ("", 4, False),
        (RECORD, 4, True),
        (RECORD, 5, False),
        (RECORD.replace('"experiment"', '"loss"'), 4, False),
    ],
)
def test_production_needs_a_record_that_is_valid_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: str, day: int, allowed: bool
) -> None:
    (tmp_path / "unlocks").mkdir()
    (tmp_path / "unlocks" / "env.hcl").write_text(record)
    production = load(write(tmp_path, {"env": PROD + ALARMS + MAIN}))["env"]
    monkeypatch.setattr("ops.experiment.template.today", lambda: datetime.date(2026, 5, day))
    if allowed:
        refuse_locked(production, "x")
        return
    with pytest.raises(OpsError, match="runs in production only with a record that is valid today") as caught:
        refuse_locked(production, "x")
    assert caught.value.code == ExitCode.REFUSED


def test_other_tiers_need_no_record(file: EnvironmentFile) -> None:
    refuse_locked(file, "x")


def test_undeclared_experiment_exits_with_4() -> None:
    done = ops("experiment", "run", "none", "--env", "staging")
    assert done.returncode == ExitCode.REFUSED
    assert "declares no experiment" in done.stderr


class WithExpression:
    """A fake CloudWatch with an alarm on an expression that fills in missing data."""

    def __init__(self, requests: list[float]) -> None:
        self._requests = requests

    def describe_alarms(self, **_: Any) -> Any:
        metric = {"Namespace": "AWS/ApplicationELB", "MetricName": "RequestCount"}
        stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
        metrics = [
            {"Id": "requests", "MetricStat": stat, "ReturnData": False},
            {"Id": "result", "Expression": "FILL(requests, 0)", "ReturnData": True},
        ]
        alarm = {"AlarmName": STOP_ALARM, "Threshold": 5.0, "ComparisonOperator": "LessThanThreshold"}
        return {"MetricAlarms": [{**alarm, "Metrics": metrics}]}

    def get_paginator(self, _: str) -> Any:
        def paginate(**request: Any) -> list[Any]:
            assert all(each["ReturnData"] for each in request["MetricDataQueries"])
            results = [{"Id": "requests", "Values": self._requests}, {"Id": "result", "Values": [0.0, 0.0]}]
            return [{"MetricDataResults": results}]

        return type("Paginator", (), {"paginate": staticmethod(paginate)})


@pytest.mark.parametrize(("requests", "shown"), [([], "no data"), ([3.0], "0 on average, 0 at most")])
def test_expression_without_data_of_its_metrics_is_not_seen(requests: list[float], shown: str) -> None:
    (found,) = measured(WithExpression(requests), [STOP_ALARM], START, START)
    assert (found.is_seen, found.shown, found.limit) == (bool(requests), shown, "< 5")
