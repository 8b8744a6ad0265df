"""CloudWatch: metric data changes the state of alarms.

- AWS: an alarm is evaluated in every period, by the newest data points ([Using Amazon CloudWatch alarms]
  (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html)). Moto 5.2.5 stores data and
  alarms, and never evaluates. Added: PutMetricData and PutMetricAlarm evaluate the alarms that read the data. The
  newest period with data is the last that is evaluated, whatever the time is, so that the outcome depends only on the
  data. An alarm therefore notices missing data before the newest, and never that data has stopped.
- AWS: PutMetricData should not be used for namespaces that begin with `AWS/`, which belong to the services
  ([PutMetricData](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html)). Here it is
  how a test acts as a service.
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local_aws.cloudwatch_datapoints import PERCENTILE, data_points, metric, periods, readings, samples
from local_aws.cloudwatch_expressions import Expression
from local_aws.cloudwatch_functions import Input, Series, UnsupportedError, Value

#: [PutMetricAlarm, ComparisonOperator]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html), without the operators for
#: anomaly detection; with the words of the reason for a state.
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
#: The evaluation range is larger than the evaluation periods; in the examples of [Configuring how CloudWatch alarms
#: treat missing data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html), it
#: is five for three.
_MORE = 2

Points = Sequence[float | None]


def install() -> None:
    """Let Moto's metric data change the state of alarms."""
    from moto.cloudwatch.models import CloudWatchBackend

    from local_aws.extend import add

    add(CloudWatchBackend, _evaluating(CloudWatchBackend.put_metric_data))


def _evaluating(put: Callable[..., None]) -> Callable[..., None]:
    def put_metric_data(backend: Any, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        count = len(backend.metric_data)
        put(backend, namespace, metric_data)
        changed = {metric(each) for each in backend.metric_data[count:]}
        for alarm in list(backend.alarms.values()):
            if alarm.rule is None and changed & {each.metric for each in readings(alarm).values()}:
                evaluate(backend, alarm)

    return put_metric_data


def evaluate(backend: Any, alarm: Any) -> None:
    """Set the state of an alarm by the data of its metrics, if there is any."""
    read = readings(alarm)
    found = {name: data_points(backend.metric_data, each) for name, each in read.items()}
    starts = [start for series in found.values() for start in series]
    if not starts or _has_few_samples(backend, alarm, max(starts)):
        return
    period = max(each.period for each in read.values())
    times = range(max(starts) - (alarm.evaluation_periods + _MORE - 1) * period, max(starts) + 1, period)
    series = watched(
        alarm, {name: {time: each[time] for time in times if time in each} for name, each in found.items()}, times
    )
    points = [series.get(time) for time in times]
    state = decide(alarm, points)
    if state and state != alarm.state_value:
        reason, data = _reason(alarm, state, points, times)
        backend.set_alarm_state(alarm.name, reason, data, state)


def watched(alarm: Any, found: dict[str, Series], times: Sequence[int]) -> Series:
    """Return the time series that the alarm watches: of its metric, or of the expression that returns data."""
    if not alarm.metric_data_queries:
        return found[""]
    period = max(each.period for each in readings(alarm).values())
    expressions = {each.id: each.expression for each in alarm.metric_data_queries if each.expression}
    (returned,) = [each.id for each in alarm.metric_data_queries if each.return_data is not False]
    return evaluated(returned, expressions, found, times, period)


def evaluated(
    returned: str, texts: Mapping[str, str], found: Mapping[str, Series], times: Sequence[int], period: int
) -> Series:
    """Return the time series of a metric or expression, by its ID; `texts` are the expressions by ID."""
    expressions = {name: Expression(text) for name, text in texts.items()}
    values: dict[str, Value] = dict(found)

    def value(name: str, path: tuple[str, ...] = ()) -> Value:
        if name in path or (name not in values and name not in expressions):
            raise UnsupportedError(f"{name} is not the ID of a metric or expression, or depends on itself")
        if name not in values:
            for each in expressions[name].names:
                value(each, (*path, name))
            values[name] = expressions[name].value(Input(values, times, period, tuple(found)))
        return values[name]

    series = value(returned)
    if not isinstance(series, dict):
        raise UnsupportedError(f"{returned} is not a single time series")
    return series


def decide(alarm: Any, points: Points) -> str | None:
    """Return the state for the data points in the evaluation range, oldest first; None keeps the current state.

    Real data points are used as far as possible, and missing ones are filled in only if there are fewer than the
    evaluation periods. If all real ones breach the threshold, and they are too few for the state ALARM, the state
    changes only if the oldest of them is as old as the data points to alarm, and missing data is not ignored: the next
    could be within the threshold.
    """
    compare, _ = COMPARISONS[alarm.comparison_operator]
    breaching = [None if point is None else compare(point, float(alarm.threshold)) for point in points]
    known = [each for each in breaching if each is not None]
    needed = alarm.datapoints_to_alarm or alarm.evaluation_periods
    treatment = alarm.treat_missing_data or "missing"
    missing = max(0, alarm.evaluation_periods - len(known))
    count = sum(known[-alarm.evaluation_periods :]) + (missing if treatment == "breaching" else 0)
    if count >= needed:
        return "ALARM"
    if not missing or treatment in ("breaching", "notBreaching") or False in known:
        return "OK"
    if treatment == "ignore":
        return None
    if not known:
        return "INSUFFICIENT_DATA"
    return "ALARM" if len(breaching) - breaching.index(True) >= needed else None


def _has_few_samples(backend: Any, alarm: Any, newest: int) -> bool:
    """Return whether a percentile has too few samples for an alarm that ignores such periods.

    [Percentile-based alarms and low data samples]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html).
    """
    found = PERCENTILE.fullmatch(alarm.extended_statistic or "")
    if not found or alarm.evaluate_low_sample_count_percentile != "ignore":
        return False
    percent = float(found.group(1))
    (reading,) = readings(alarm).values()
    oldest = newest - (alarm.evaluation_periods - 1) * reading.period
    count = sum(samples(data) for start, data in periods(backend.metric_data, reading).items() if start >= oldest)
    rest = min(percent, 100 - percent)
    return rest > 0 and count * rest < 1000


def _reason(alarm: Any, state: str, points: Points, times: Sequence[int]) -> tuple[str, str]:
    known = [(point, time) for point, time in zip(points, times, strict=True) if point is not None]
    recent = known[-alarm.evaluation_periods :]
    compare, words = COMPARISONS[alarm.comparison_operator]
    crossed = [each for each in recent if compare(each[0], float(alarm.threshold)) is (state == "ALARM")]
    listed = ", ".join(
        f"{point} ({datetime.fromtimestamp(time, UTC):%d/%m/%y %H:%M:%S})" for point, time in crossed[::-1]
    )
    verb = "was" if len(crossed) == 1 else "were"
    reason = (
        f"Threshold Crossed: {len(crossed)} out of the last {alarm.evaluation_periods} datapoints [{listed}] {verb} "
        f"{'' if state == 'ALARM' else 'not '}{words} the threshold ({float(alarm.threshold)}) (minimum "
        f"{alarm.datapoints_to_alarm or alarm.evaluation_periods} datapoints for OK -> ALARM transition)."
    )
    data = {
        "version": "1.0",
        "queryDate": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000+0000}",
        "recentDatapoints": [point for point, _ in recent],
        "threshold": float(alarm.threshold),
    }
    return reason, json.dumps(data)
