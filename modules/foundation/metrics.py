"""CloudWatch metrics, and the resources that AWS publishes them for."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CloudWatchMetric:
    """A CloudWatch metric with a statistic."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Average"
    """`Average`, `Maximum`, `Minimum`, `Sum`, `SampleCount`, or a percentile such as `p99`."""


@dataclass(frozen=True)
class MetricSource:
    """A resource that AWS publishes metrics for, all with the same dimensions."""

    namespace: str
    dimensions: Mapping[str, str]
    region: str | None = None
    """The Region that AWS publishes them in, if that is not the environment's."""

    def metric(self, name: str, statistic: str = "Average") -> CloudWatchMetric:
        """Return one of its metrics."""
        return CloudWatchMetric(self.namespace, name, self.dimensions, statistic)
