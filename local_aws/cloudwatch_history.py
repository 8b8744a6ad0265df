"""CloudWatch: the history of alarms, and metric data with expressions.

- AWS: DescribeAlarmHistory returns the changes of an alarm's state and its actions, newest first
  ([DescribeAlarmHistory](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html)).
  Moto 5.2.5 has no such operation. Added, without changes of configuration.
- AWS: GetMetricData evaluates expressions ([GetMetricData]
  (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html)). Moto evaluates only one
  that is the ID of a metric. Added: the expressions that alarms can have here.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from local_aws.cloudwatch_datapoints import Metric, Reading, data_points
from local_aws.cloudwatch_evaluation import evaluated
from local_aws.extend import add, respond

_MOST = 100


def install() -> None:
    """Add the operations to Moto's CloudWatch."""
    from moto.cloudwatch.models import Alarm
    from moto.cloudwatch.responses import CloudWatchResponse

    add(Alarm, _remembering(Alarm.update_state))
    add(CloudWatchResponse, describe_alarm_history, get_metric_data)


def remember(alarm: Any, kind: str, summary: str, data: Mapping[str, Any]) -> None:
    """Add an item to the history of an alarm."""
    item = {
        "AlarmName": alarm.name,
        "AlarmType": "CompositeAlarm" if alarm.rule else "MetricAlarm",
        "Timestamp": datetime.now(UTC),
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps(data),
    }
    vars(alarm).setdefault("items", []).append(item)


def describe_alarm_history(response: Any) -> Any:
    """DescribeAlarmHistory, one page."""
    name, kind = response._get_param("AlarmName"), response._get_param("HistoryItemType")
    start, end = _moment(response._get_param("StartDate")), _moment(response._get_param("EndDate"))
    alarms = response.cloudwatch_backend.alarms.values()
    found = [
        item
        for alarm in alarms
        if name in (None, alarm.name)
        for item in vars(alarm).get("items", ())
        if kind in (None, item["HistoryItemType"])
        and (start is None or item["Timestamp"] >= start)
        and (end is None or item["Timestamp"] <= end)
    ]
    found.sort(key=lambda item: item["Timestamp"], reverse=response._get_param("ScanBy") != "TimestampAscending")
    return respond({"AlarmHistoryItems": found[: int(response._get_param("MaxRecords") or _MOST)]})


def get_metric_data(response: Any) -> Any:
    """GetMetricData, in one page and in ascending order."""
    request = response._get_params()
    start, end = _moment(request["StartTime"]), _moment(request["EndTime"])
    assert start and end
    queries: Sequence[Mapping[str, Any]] = request["MetricDataQueries"]
    readings = {each["Id"]: _reading(each["MetricStat"]) for each in queries if "MetricStat" in each}
    stored = response.cloudwatch_backend.metric_data
    period = max(each.period for each in readings.values())
    times = range(int(start.timestamp()) // period * period, int(end.timestamp()), period)
    found = {
        name: {time: value for time, value in data_points(stored, each).items() if time in times}
        for name, each in readings.items()
    }
    expressions = {each["Id"]: each["Expression"] for each in queries if "Expression" in each}
    results = []
    for query in queries:
        if query.get("ReturnData", True) in (False, "false"):
            continue
        series = evaluated(query["Id"], expressions, found, times, period)
        moments = [datetime.fromtimestamp(time, UTC) for time in sorted(series)]
        values = [series[time] for time in sorted(series)]
        label = query.get("Label", query["Id"])
        results.append(
            {"Id": query["Id"], "Label": label, "Timestamps": moments, "Values": values, "StatusCode": "Complete"}
        )
    return respond({"MetricDataResults": results})


def _reading(stat: Mapping[str, Any]) -> Reading:
    metric = stat["Metric"]
    dimensions = frozenset((each["Name"], each["Value"]) for each in metric.get("Dimensions", ()))
    read = Metric(metric["Namespace"], metric["MetricName"], dimensions)
    return Reading(read, stat["Stat"], int(stat["Period"]), stat.get("Unit"))


def _remembering(update: Callable[..., None]) -> Callable[..., None]:
    def update_state(alarm: Any, reason: str, reason_data: str, state_value: str) -> None:
        before = SimpleNamespace(state=alarm.state_value, reason=alarm.state_reason)
        update(alarm, reason, reason_data, state_value)
        if before.state != state_value:
            remember(
                alarm,
                "StateUpdate",
                f"Alarm updated from {before.state} to {state_value}",
                {
                    "version": "1.0",
                    "oldState": {"stateValue": before.state, "stateReason": before.reason},
                    "newState": {"stateValue": state_value, "stateReason": reason},
                },
            )

    return update_state


def _moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC) if value else None
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(str(value).replace("Z", "+00:00"))
