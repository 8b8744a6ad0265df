"""Graphs of a dashboard: the charts of an environment's blocks, and the SLOs, with all numbers and conditions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.observability.alarms.keys.alarm import Severity, Watched
from modules.observability.alarms.keys.planned import PlannedAlarm, applicable
from modules.observability.alarms.settings import KINDS
from modules.observability.alarms.watched import Key, planned_alarms, watched_blocks
from modules.observability.blocks import ObservabilityBlocks
from modules.observability.dashboard.keys.chart import Chart
from modules.observability.dashboard.keys.charts import CHARTS
from modules.observability.slo.keys.indicators import indicators_of
from modules.observability.slo.settings import SloSettings

#: Seconds of a data point of the error budget: 90 days of hours are 2,160 data points.
BUDGET_PERIOD = 3600


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a graph: one metric, or metric math of several."""

    label: str
    of: str
    """Whose metrics: one of the names that the construct's `metrics` has."""
    metrics: Mapping[str, str]
    """Each metric with its statistic, by the name that the expression has for it."""
    expression: str | None = None
    period: int = 60
    """Seconds of a data point."""


@dataclass(frozen=True)
class Mark:
    """A horizontal line: the threshold of an alarm, or of a scaling policy."""

    label: str
    value: float
    meaning: Severity | Literal["scaling"]


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A graph of a block's metrics, or a number, with as many lines as the block has resources."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()
    days: int | None = None
    """For a number instead of a graph: the days that its data points cover."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The graphs of one block."""

    title: str
    block: Key
    """Whose metrics the graphs have."""
    graphs: tuple[Graph, ...]
    anchor: str | None = None
    """The anchor of the block's alarms among the runbooks."""


def sections(blocks: ObservabilityBlocks) -> Iterator[Section]:
    """Yield the sections of an environment's dashboard, from its users inward."""
    for name, slo in blocks.slo.items():
        yield Section(title=f"slo {name}", block=slo.source, graphs=tuple(_slo_graphs(slo)))
    found = list(watched_blocks(blocks))
    planned = {(each.watched.at, each.key): each for each in planned_alarms(blocks)}
    for kind in CHARTS:
        for watched in (each for each in found if each.kind == kind):
            if graphs := tuple(_graphs(watched, blocks, planned)):
                title = f"{kind} {watched.label}".strip()
                yield Section(title=title, block=watched.at, graphs=graphs, anchor=watched.anchor)


def _slo_graphs(slo: SloSettings) -> Iterator[Graph]:
    for indicator in indicators_of(slo, 1):
        line = Line(
            label=indicator.description,
            of=slo.metrics_of,
            metrics=indicator.watch.metrics,
            expression=indicator.watch.expression,
        )
        left = Line(
            label=f"{indicator.name}, percent of {slo.window_days} days",
            of=slo.metrics_of,
            metrics=indicator.watch.metrics,
            expression=indicator.budget_left,
            period=BUDGET_PERIOD,
        )
        objective = Mark(f"objective {100 - indicator.budget_percent:g}", round(indicator.budget_percent, 4), "info")
        yield Graph(title="Error budget left", unit="percent", lines=(left,), days=slo.window_days)
        yield Graph(title=indicator.description.capitalize(), unit="percent", lines=(line,), marks=(objective,))


def _graphs(
    watched: Watched, blocks: ObservabilityBlocks, planned: Mapping[tuple[Key, str], PlannedAlarm]
) -> Iterator[Graph]:
    thresholds = blocks.alarms.of(*watched.at) if blocks.alarms else KINDS[watched.kind]()
    # Also of alarms that are off: what they would watch is a line without a threshold.
    watching = {each.key: each for each in applicable(watched, thresholds)}
    for chart in CHARTS[watched.kind]:
        alarms = [watching[key] for key in chart.alarms if key in watching]
        lines = (*_lines(chart, watched), *map(_line, alarms))
        if lines:
            exist = [planned[watched.at, each.key] for each in alarms if (watched.at, each.key) in planned]
            marks = [Mark(each.key.replace("_", " "), each.threshold, each.severity) for each in exist]
            scaling = _scaling_marks(watched.settings, chart.scaling) if chart.scaling else ()
            yield Graph(title=chart.title, unit=chart.unit, lines=lines, marks=(*marks, *scaling))


def _lines(chart: Chart, watched: Watched) -> Iterator[Line]:
    if chart.only_if is None or chart.only_if.holds(watched):
        for label, metric in chart.lines.items():
            yield Line(label=label, of=chart.of, metrics={"value": metric}, period=chart.period)


def _line(planned: PlannedAlarm) -> Line:
    alarm = planned.alarm
    return Line(
        label=planned.key.replace("_", " "),
        of=alarm.of,
        metrics=alarm.metrics,
        expression=planned.expression,
        period=alarm.period,
    )


def _scaling_marks(settings: Any, metric: Metric) -> Iterator[Mark]:
    scaling: ScalingSettings | None = getattr(settings, "scaling", None) or getattr(settings, "replica_scaling", None)
    if scaling is None:
        return
    for label, tracked in scaling.target_tracking.items():
        if tracked.metric == metric:
            yield Mark(f"target of {label}", tracked.target_value, "scaling")
    for label, step in scaling.step_scaling.items():
        if step.metric == metric:
            yield Mark(f"scales {step.direction}: {label}", step.threshold, "scaling")
