"""What CloudWatch says about an experiment: alarms, notifications, and the measured steady state."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: Seconds by which the data of a metric can be late; an alarm of one minute needs as long to notice.
LATE = timedelta(seconds=120)
_SIGNS = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}


@dataclass(frozen=True)
class Change:
    """A change of an alarm's state, or a notification."""

    at: datetime
    alarm: str
    state: str
    """The new state; empty for a notification."""


@dataclass(frozen=True)
class Measured:
    """The values of an alarm's metric or expression in a period of time."""

    alarm: str
    limit: str
    """When the alarm is on: `> 5`."""
    values: tuple[float, ...]
    is_seen: bool
    """Whether there was any data."""

    @property
    def shown(self) -> str:
        """The average and the maximum."""
        if not self.is_seen or not self.values:
            return "no data"
        return f"{sum(self.values) / len(self.values):.3g} on average, {max(self.values):.3g} at most"


def alarms_on(cloudwatch: Any, prefix: str) -> set[str]:
    """Return the names of the environment's alarms that are on."""
    found = {}
    for page in cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    ):
        for each in (*page["MetricAlarms"], *page["CompositeAlarms"]):
            found[each["AlarmName"]] = each["StateValue"]
    return {name for name, state in found.items() if state == "ALARM"}


def changes(cloudwatch: Any, prefix: str, start: datetime, end: datetime) -> list[Change]:
    """Return the changes of the environment's alarms and their notifications, oldest first.

    [DescribeAlarmHistory](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html):
    without a name, the history of all alarms.
    """
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        StartDate=start, EndDate=end, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    found = [
        Change(item["Timestamp"], item["AlarmName"], _state(item))
        for page in pages
        for item in page["AlarmHistoryItems"]
        if item["AlarmName"].startswith(prefix) and item["HistoryItemType"] in ("StateUpdate", "Action")
    ]
    return sorted(found, key=lambda each: each.at)


def measured(cloudwatch: Any, alarms: Collection[str], start: datetime, end: datetime) -> list[Measured]:
    """Return what each alarm sees between two times."""
    described = cloudwatch.describe_alarms(AlarmNames=list(alarms))["MetricAlarms"]
    return [_measured(cloudwatch, each, start, end) for each in described]


def _measured(cloudwatch: Any, alarm: dict[str, Any], start: datetime, end: datetime) -> Measured:
    queries = _queries(alarm)
    (watched,) = [each["Id"] for each in queries if each.get("ReturnData", True)]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[{**each, "ReturnData": True} for each in queries], StartTime=start, EndTime=end
    )
    results = [(each["Id"], each["Values"]) for page in pages for each in page["MetricDataResults"]]
    metrics = {each["Id"] for each in queries if "MetricStat" in each}
    return Measured(
        alarm["AlarmName"],
        _limit(alarm),
        tuple(value for id, values in results if id == watched for value in values),
        # An expression that fills in missing data has values without any data.
        is_seen=any(values for id, values in results if id in metrics),
    )


def _limit(alarm: dict[str, Any]) -> str:
    return f"{_SIGNS[alarm['ComparisonOperator']]} {alarm['Threshold']:g}"


def _queries(alarm: dict[str, Any]) -> Sequence[dict[str, Any]]:
    if alarm.get("Metrics"):
        return list(alarm["Metrics"])
    metric = {name: alarm[name] for name in ("Namespace", "MetricName", "Dimensions")}
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    return [{"Id": "value", "MetricStat": {"Metric": metric, "Period": alarm["Period"], "Stat": statistic}}]


def _state(item: dict[str, Any]) -> str:
    if item["HistoryItemType"] == "Action":
        return ""
    return str(json.loads(item["HistoryData"])["newState"]["stateValue"])
