"""Declarations of charts: what a dashboard shows of a block."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from modules.autoscaling.settings.policies import Metric
from modules.observability.alarms.keys.alarm import Condition


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart of a block's metrics, with the thresholds of its alarms and scaling policies as horizontal lines.

    It exists if it has a line.
    """

    title: str
    unit: str
    """The label of the vertical axis."""
    of: str = ""
    """Whose metrics `lines` has: one of the names that the construct's `metrics` has."""
    lines: Mapping[str, str] = field(default_factory=dict)
    """Each line's metric with its statistic, by its label: {"average": "CPUUtilization Average"}."""
    only_if: Condition | None = None
    """When the metrics of `lines` exist."""
    alarms: tuple[str, ...] = ()
    """Keys of alarms: each is a line of what the alarm watches, and a line at the threshold."""
    scaling: Metric | None = None
    """The metric of the scaling policies whose targets and thresholds are lines too."""
    period: int = 60
    """Seconds of a data point of `lines`."""
