"""CloudWatch alarms on metrics, and on expressions of several."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)

from modules.foundation.metrics import CloudWatchMetric, MetricSource
from modules.observability.alarms.keys.alarm import Watch

#: The id of the expression whose value is compared with the threshold.
RESULT = "result"
_OPERATORS = {"above": "GreaterThanThreshold", "below": "LessThanThreshold"}
#: Of several resources, the one that is nearest to the threshold.
_WORST = {"above": "MAX", "below": "MIN"}
#: CloudWatch deletes no alarm that a composite alarm uses ("Cannot delete ... as there are composite alarm(s) depending
#: on it"), so an alarm is deleted after the composite alarm no longer names it.
DELETED_LAST = TerraformResourceLifecycle(create_before_destroy=True)


@dataclass(frozen=True)
class Query:
    """A metric of an expression, by the name that the expression has for it."""

    id: str
    metric: CloudWatchMetric


def metric_arguments(
    watch: Watch, label: str, expression: str | None, threshold: float, sources: Sequence[MetricSource]
) -> dict[str, Any]:
    """Return the arguments of `aws_cloudwatch_metric_alarm` that say what is watched, and when it is an alarm.

    `expression` has no placeholders any more; `label` is what it is called in messages.
    """
    return {
        **_watched(watch, label, expression, sources),
        "comparison_operator": _OPERATORS[watch.breaches],
        "threshold": threshold,
        "evaluation_periods": watch.out_of or watch.datapoints,
        "datapoints_to_alarm": watch.datapoints,
        "treat_missing_data": watch.missing,
        "lifecycle": DELETED_LAST,
    }


def _watched(watch: Watch, label: str, expression: str | None, sources: Sequence[MetricSource]) -> dict[str, Any]:
    queries = {name: _queries(name, of, sources) for name, of in watch.metrics.items()}
    if expression is None and len(sources) == 1:
        ((only,),) = queries.values()
        return _single(only.metric, watch.period)
    metrics = [each for found in queries.values() for each in found]
    worst = _WORST[watch.breaches]
    return {
        "metric_query": [
            *(_query(each, watch.period) for each in metrics),
            CloudwatchMetricAlarmMetricQuery(
                id=RESULT,
                expression=_over_all(expression or next(iter(queries)), queries, worst),
                label=label,
                return_data=True,
            ),
        ]
    }


def _single(metric: CloudWatchMetric, period: int) -> dict[str, Any]:
    return {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": dict(metric.dimensions),
        "statistic": metric.statistic,
        "period": period,
    }


def _queries(name: str, of: str, sources: Sequence[MetricSource]) -> list[Query]:
    metric, statistic = of.split()
    ids = [name] if len(sources) == 1 else [f"{name}_{number}" for number in range(1, len(sources) + 1)]
    return [Query(id, source.metric(metric, statistic)) for id, source in zip(ids, sources, strict=True)]


def _over_all(expression: str, queries: Mapping[str, Sequence[Query]], worst: str) -> str:
    """Return the expression with the worst of several resources in place of each metric."""
    for name, found in queries.items():
        if len(found) > 1:
            array = f"{worst}([{', '.join(each.id for each in found)}])"
            expression = re.sub(rf"\b{name}\b", array, expression)
    return expression


def _query(query: Query, period: int) -> CloudwatchMetricAlarmMetricQuery:
    metric = query.metric
    return CloudwatchMetricAlarmMetricQuery(
        id=query.id,
        metric=CloudwatchMetricAlarmMetricQueryMetric(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=dict(metric.dimensions),
            stat=metric.statistic,
            period=period,
        ),
        return_data=False,
    )
