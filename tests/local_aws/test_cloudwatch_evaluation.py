"""CloudWatch: metric data changes the state of alarms, whose actions are invoked."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from local_aws.cloudwatch_evaluation import decide
from tests.local_aws.alarms import START, Client, Inbox, put, put_alarm, query, send, states


@pytest.fixture
def cloudwatch(client: Client) -> Any:
    return client("cloudwatch")


@pytest.fixture
def name() -> str:
    return f"m{uuid4().hex[:12]}"


@pytest.mark.parametrize(
    ("points", "needed", "expected"),
    [
        ("0-X-X", 3, ["OK", "OK", "OK", "OK"]),
        ("0----", 3, ["OK", "OK", "OK", "OK"]),
        ("-----", 3, ["INSUFFICIENT_DATA", None, "ALARM", "OK"]),
        ("0XX-X", 3, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("--X--", 3, ["ALARM", None, "ALARM", "OK"]),
        ("----X", 3, [None, None, "ALARM", "OK"]),
        ("0-X-X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("00X0X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]),
        ("0-X--", 2, ["OK", "OK", "ALARM", "OK"]),
        ("----0", 2, ["OK", "OK", "ALARM", "OK"]),
        ("---X-", 2, ["ALARM", None, "ALARM", "OK"]),
        ("X0000", 2, ["OK", "OK", "OK", "OK"]),
    ],
)
def test_state_with_missing_data_is_as_documented(points: str, needed: int, expected: list[str | None]) -> None:
    # The tables of "Configuring how CloudWatch alarms treat missing data", and two more rows.
    found = [{"0": 0.0, "X": 9.0, "-": None}[each] for each in points]

    def state(treatment: str) -> str | None:
        alarm = SimpleNamespace(
            comparison_operator="GreaterThanThreshold",
            threshold=5,
            evaluation_periods=3,
            datapoints_to_alarm=needed,
            treat_missing_data=treatment,
        )
        return decide(alarm, found)

    assert [state(each) for each in ("missing", "ignore", "breaching", "notBreaching")] == expected


def test_data_that_crosses_the_threshold_notifies(client: Client, cloudwatch: Any, name: str) -> None:
    inbox = Inbox(client, name)
    put_alarm(cloudwatch, name, AlarmActions=[inbox.topic], OKActions=[inbox.topic])
    assert states(cloudwatch, name) == ["INSUFFICIENT_DATA"]
    put(cloudwatch, name, 1, 9, 9, 2)
    changes = {(each["OldStateValue"], each["NewStateValue"]): each for each in inbox.read()}
    assert set(changes) == {("INSUFFICIENT_DATA", "OK"), ("OK", "ALARM"), ("ALARM", "OK")}
    alarm = changes["OK", "ALARM"]
    assert "1 out of the last 1 datapoints [9.0 (" in alarm["NewStateReason"]
    assert alarm["NewStateReason"].endswith(
        "was greater than the threshold (5.0) (minimum 1 datapoints for OK -> ALARM transition)."
    )
    assert alarm["Trigger"]["Statistic"] == "SUM"
    assert alarm["Trigger"]["DatapointsToAlarm"] == 1


def test_data_is_aggregated_in_periods_of_the_clock(cloudwatch: Any, name: str) -> None:
    put_alarm(cloudwatch, name)
    for second in (58, 59, 60, 61):
        send(cloudwatch, name, Value=3, Timestamp=START + second)
    assert states(cloudwatch, name) == ["ALARM"]
    put_alarm(cloudwatch, f"{name}-2", MetricName=name, Threshold=6)
    assert states(cloudwatch, f"{name}-2") == ["OK"], "3 + 3 in each of the two periods"


@pytest.mark.parametrize(
    ("statistic", "state"),
    [
        ({"Statistic": "Average"}, "OK"),
        ({"Statistic": "Minimum"}, "OK"),
        ({"Statistic": "Maximum"}, "ALARM"),
        ({"Statistic": "Sum"}, "ALARM"),
        ({"Statistic": "SampleCount"}, "ALARM"),
        ({"Statistic": None, "ExtendedStatistic": "p50"}, "OK"),
        ({"Statistic": None, "ExtendedStatistic": "p99"}, "ALARM"),
    ],
)
def test_alarm_uses_its_statistic(cloudwatch: Any, name: str, statistic: dict[str, Any], state: str) -> None:
    put_alarm(cloudwatch, name, **statistic)
    send(cloudwatch, name, Values=[1, 9], Counts=[8, 1])
    assert states(cloudwatch, name) == [state]


@pytest.mark.parametrize(("statistic", "state"), [("PR(:1)", "ALARM"), ("PR(1:8)", "OK"), ("PR(8:)", "ALARM")])
def test_percentile_rank_is_the_percentage_within_a_range(
    cloudwatch: Any, name: str, statistic: str, state: str
) -> None:
    put_alarm(cloudwatch, name, Metrics=[query("rank", name, returned=True, Stat=statistic)])
    send(cloudwatch, name, Values=[1, 9], Counts=[8, 1])
    assert states(cloudwatch, name) == [state]


def test_statistic_set_is_evaluated(cloudwatch: Any, name: str) -> None:
    put_alarm(cloudwatch, name, Statistic="Maximum")
    send(cloudwatch, name, StatisticValues={"SampleCount": 4, "Sum": 12, "Minimum": 1, "Maximum": 8})
    assert states(cloudwatch, name) == ["ALARM"]


def test_low_samples_of_a_percentile_are_ignored_on_request(cloudwatch: Any, name: str) -> None:
    low = {"EvaluateLowSampleCountPercentile": "ignore"}
    put_alarm(cloudwatch, name, Statistic=None, ExtendedStatistic="p90", **low)
    send(cloudwatch, name, Values=[9], Counts=[99])
    assert states(cloudwatch, name) == ["INSUFFICIENT_DATA"]
    send(cloudwatch, name, Values=[9], Counts=[1])
    assert states(cloudwatch, name) == ["ALARM"]


def test_only_data_with_the_same_dimensions_and_unit_counts(cloudwatch: Any, name: str) -> None:
    dimensions = [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]
    put_alarm(cloudwatch, name, Dimensions=dimensions, Unit="Count")
    put(cloudwatch, name, 9, Dimensions=dimensions[:1], Unit="Count")
    put(cloudwatch, name, 9, Dimensions=dimensions, Unit="Seconds")
    assert states(cloudwatch, name) == ["INSUFFICIENT_DATA"]
    put(cloudwatch, name, 9, Dimensions=dimensions[::-1], Unit="Count")
    assert states(cloudwatch, name) == ["ALARM"]


def test_m_out_of_n_and_late_data(cloudwatch: Any, name: str) -> None:
    put_alarm(cloudwatch, name, EvaluationPeriods=3, DatapointsToAlarm=2)
    put(cloudwatch, name, 9, 1, None, 1)
    assert states(cloudwatch, name) == ["OK"]
    put(cloudwatch, name, 9, first=2)
    assert states(cloudwatch, name) == ["OK"]
    put(cloudwatch, name, 9, first=4)
    assert states(cloudwatch, name) == ["ALARM"]


def test_existing_data_is_evaluated_and_an_update_keeps_the_state(cloudwatch: Any, name: str) -> None:
    put(cloudwatch, name, 9)
    put_alarm(cloudwatch, name)
    assert states(cloudwatch, name) == ["ALARM"]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="INSUFFICIENT_DATA", StateReason="tried")
    put_alarm(cloudwatch, name, MetricName="without-data", AlarmDescription="changed")
    assert states(cloudwatch, name) == ["INSUFFICIENT_DATA"]


def test_metric_math_changes_the_state(client: Client, cloudwatch: Any, name: str) -> None:
    inbox, errors, requests = Inbox(client, name), f"{name}-errors", f"{name}-requests"
    share = {"Id": "share", "Expression": "IF(requests > 10, 100 * errors / requests)", "ReturnData": True}
    put_alarm(
        cloudwatch,
        name,
        Metrics=[{**share, "Label": "Share"}, query("errors", errors), query("requests", requests)],
        AlarmActions=[inbox.topic],
        TreatMissingData="notBreaching",
    )
    put(cloudwatch, requests, 100, 10)
    put(cloudwatch, errors, 5, 9)
    assert states(cloudwatch, name) == ["OK"]
    put(cloudwatch, requests, 100, first=2)
    put(cloudwatch, errors, 6, first=2)
    assert states(cloudwatch, name) == ["ALARM"]
    (sent,) = inbox.read()
    trigger = sent["Trigger"]
    assert "MetricName" not in trigger
    assert (trigger["Period"], trigger["Threshold"]) == (60, 5)
    assert trigger["Metrics"][0] == {**share, "Label": "Share"}
    assert trigger["Metrics"][1] == query("errors", errors)


def test_expression_can_use_another_expression(cloudwatch: Any, name: str) -> None:
    metrics = [
        {"Id": "total", "Expression": "SUM([a, b])", "ReturnData": False},
        {"Id": "half", "Expression": "total / 2", "ReturnData": True},
        query("a", f"{name}-a"),
        query("b", f"{name}-b"),
    ]
    put_alarm(cloudwatch, name, Metrics=metrics)
    put(cloudwatch, f"{name}-a", 8)
    assert states(cloudwatch, name) == ["OK"]
    put(cloudwatch, f"{name}-b", 4)
    assert states(cloudwatch, name) == ["ALARM"]
