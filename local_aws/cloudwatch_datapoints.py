"""CloudWatch: the metrics that an alarm reads, and their data points.

AWS: data is aggregated in periods that are aligned to the clock, by its timestamps ([CloudWatch concepts, Periods]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html)). A metric is a namespace, a
name, and a set of dimensions that matches exactly. Moto 5.2.5 stores the data as it was sent.
"""

import datetime
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: [PutMetricAlarm, ExtendedStatistic]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html). Other extended statistics
#: (trimmed, winsorized) are not supported here.
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
PERCENTILE_RANK = re.compile(r"PR\((\d+(?:\.\d+)?)?:(\d+(?:\.\d+)?)?\)")
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


@dataclass(frozen=True)
class Metric:
    """What identifies a metric in its account and Region."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Reading:
    """A metric as an alarm reads it."""

    metric: Metric
    statistic: str
    period: int
    unit: str | None


def is_extended(statistic: str) -> bool:
    """Return whether this is an extended statistic that is supported here."""
    return bool(PERCENTILE.fullmatch(statistic) or PERCENTILE_RANK.fullmatch(statistic))


def metric(datum: Any) -> Metric:
    """Return the metric of Moto's stored datum."""
    return Metric(datum.namespace, datum.name, _dimensions(datum.dimensions))


def readings(alarm: Any) -> Mapping[str, Reading]:
    """Return what an alarm reads, by ID; the ID of an alarm with a single metric is empty."""
    if not alarm.metric_data_queries:
        single = Metric(alarm.namespace, alarm.metric_name, _dimensions(alarm.dimensions))
        return {"": Reading(single, alarm.statistic or alarm.extended_statistic, int(alarm.period), alarm.unit)}
    found = {}
    for query in alarm.metric_data_queries:
        stat = query.metric_stat
        if stat:
            read = Metric(stat.metric.namespace, stat.metric.metric_name, _dimensions(stat.metric.dimensions))
            found[query.id] = Reading(read, stat.stat, int(stat.period), stat.unit)
    return found


def data_points(stored: Iterable[Any], reading: Reading) -> dict[int, float]:
    """Return the value of each period that has data, by the period's start."""
    found: dict[int, float] = {}
    for start, data in periods(stored, reading).items():
        value = _statistic(data, reading.statistic)
        if value is not None:
            found[start] = value
    return found


def periods(stored: Iterable[Any], reading: Reading) -> dict[int, list[Any]]:
    """Return the metric's data in each period."""
    found: dict[int, list[Any]] = {}
    for datum in stored:
        if metric(datum) == reading.metric and reading.unit in (None, datum.unit or "None"):
            moment = _seconds(datum.timestamp)
            found.setdefault(moment - moment % reading.period, []).append(datum)
    return found


def samples(data: Iterable[Any]) -> float:
    """Return the number of samples."""
    return sum(getattr(each, "sample_count", 1) for each in data)


def _statistic(data: list[Any], statistic: str) -> float | None:
    """Return the statistic of single values (`value`) and statistic sets (`min`, `max`, `sum`, `sample_count`)."""
    if statistic == "SampleCount":
        return float(samples(data))
    if statistic == "Minimum":
        return min(float(each.min if hasattr(each, "min") else each.value) for each in data)
    if statistic == "Maximum":
        return max(float(each.max if hasattr(each, "max") else each.value) for each in data)
    if found := PERCENTILE_RANK.fullmatch(statistic):
        return _percentile_rank(data, float(found[1] or "-inf"), float(found[2] or "inf"))
    if statistic not in STATISTICS:
        return _percentile(data, float(statistic[1:]))
    total = math.fsum(each.sum if hasattr(each, "sum") else each.value for each in data)
    if statistic == "Sum":
        return total
    return total / samples(data) if samples(data) else None


def _percentile(data: list[Any], percent: float) -> float | None:
    """Return the smallest value that is not exceeded by this percentage of the samples.

    [PutMetricData](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html): a
    statistic set has percentiles only if all its samples are equal.
    """
    values = _values(data)
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)] if values else None


def _percentile_rank(data: list[Any], above: float, most: float) -> float | None:
    """Return the percentage of the samples that are in a range, which includes its upper bound.

    [CloudWatch statistics definitions, Percentile rank]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html).
    """
    values = _values(data)
    return 100 * sum(above < each <= most for each in values) / len(values) if values else None


def _values(data: list[Any]) -> list[float]:
    """Return the samples; none if a statistic set does not say what they are."""
    values: list[float] = []
    for each in data:
        if hasattr(each, "value"):
            values.append(each.value)
        elif each.min == each.max:
            values += [each.min] * int(each.sample_count)
        else:
            return []
    return values


def _dimensions(given: Iterable[Any]) -> frozenset[tuple[str, str]]:
    return frozenset((each.name, each.value) for each in given)


def _seconds(moment: datetime.datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return int(aware.timestamp())
