"""CloudWatch: the history of alarms, and metric data with expressions."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.local_aws.alarms import START, Client, Inbox, put, put_alarm, query


@pytest.fixture
def cloudwatch(client: Client) -> Any:
    return client("cloudwatch")


@pytest.fixture
def name() -> str:
    return f"h{uuid4().hex[:12]}"


def history(cloudwatch: Any, **request: Any) -> list[tuple[str, str]]:
    items = cloudwatch.describe_alarm_history(**request)["AlarmHistoryItems"]
    return [(each["HistoryItemType"], each["HistorySummary"]) for each in items]


def test_changes_and_actions_are_in_the_history_newest_first(client: Client, cloudwatch: Any, name: str) -> None:
    topic = Inbox(client, name).topic
    put_alarm(cloudwatch, name, AlarmActions=[topic])
    put(cloudwatch, name, 9, 1)
    assert history(cloudwatch, AlarmName=name) == [
        ("StateUpdate", "Alarm updated from ALARM to OK"),
        ("Action", f"Successfully executed action {topic}"),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
    ]
    (newest, *_) = cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    assert json.loads(newest["HistoryData"])["newState"]["stateValue"] == "OK"


def test_history_is_filtered_by_type_and_time(cloudwatch: Any, name: str) -> None:
    put_alarm(cloudwatch, name)
    put(cloudwatch, name, 9)
    now = datetime.now(UTC)
    assert len(history(cloudwatch, AlarmName=name, HistoryItemType="StateUpdate")) == 1
    assert history(cloudwatch, AlarmName=name, HistoryItemType="Action") == []
    assert history(cloudwatch, AlarmName=name, EndDate=now - timedelta(minutes=5)) == []
    assert len(history(cloudwatch, StartDate=now - timedelta(minutes=5), MaxRecords=100)) >= 1


def test_metric_data_has_the_values_of_expressions(cloudwatch: Any, name: str) -> None:
    put(cloudwatch, name, 10, None, 30)
    put(cloudwatch, f"{name}-errors", 1, None, 6)
    results = cloudwatch.get_metric_data(
        StartTime=datetime.fromtimestamp(START, UTC),
        EndTime=datetime.fromtimestamp(START + 180, UTC),
        MetricDataQueries=[
            query("all", name, returned=True),
            query("errors", f"{name}-errors"),
            {"Id": "percent", "Expression": "100 * errors / all", "ReturnData": True},
        ],
    )["MetricDataResults"]
    assert [(each["Id"], each["Values"]) for each in results] == [("all", [10, 30]), ("percent", [10, 20])]
    assert results[0]["Timestamps"][1] == datetime.fromtimestamp(START + 120, UTC)
