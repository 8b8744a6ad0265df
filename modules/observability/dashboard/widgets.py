"""Widgets of a CloudWatch dashboard.

[Amazon CloudWatch API Reference, Dashboard Body Structure and Syntax]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html) has the
properties of each type of widget.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modules.foundation.metrics import CloudWatchMetric, MetricSource
from modules.observability.dashboard.graphs import Graph, Line, Mark

#: The grid has 24 columns.
COLUMNS = 24
GRAPH_HEIGHT = 6
#: Graphs in a row: as many as leave the least space at the end.
IN_A_ROW = (4, 3)
#: Six-digit colors of the lines at thresholds.
COLORS = {"critical": "#d13212", "warning": "#ff9900", "info": "#5f6b7a", "scaling": "#1d8102"}
#: "The array can have 1-100 ARNs."
ALARMS_LIMIT = 100

Widget = dict[str, Any]


class Metrics:
    """The `metrics` of a widget: each metric has an ID of its own, and is there once."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._ids: dict[tuple[Any, ...], str] = {}
        self._visible: dict[str, str] = {}
        self._expressions: list[list[dict[str, Any]]] = []

    def show(self, metric: CloudWatchMetric, period: int, label: str) -> None:
        """Add a visible metric."""
        self._visible.setdefault(self._id(metric, period), label)

    def calculate(self, expression: str, metrics: Mapping[str, CloudWatchMetric], period: int, label: str) -> None:
        """Add a visible expression of hidden metrics, which it has by these names."""
        ids = {name: self._id(metric, period) for name, metric in metrics.items()}
        replaced = re.sub(r"\b[a-z]\w*\b", lambda match: ids.get(match[0], match[0]), expression)
        number = len(self._expressions) + 1
        self._expressions.append(
            [{"expression": replaced, "id": f"e{number}", "label": label, "period": period, "region": self._region}]
        )

    def json(self) -> list[list[Any]]:
        """Return the array."""
        return [*(self._metric(key, id) for key, id in self._ids.items()), *self._expressions]

    def _id(self, metric: CloudWatchMetric, period: int) -> str:
        key = (metric.namespace, metric.name, tuple(metric.dimensions.items()), metric.statistic, period)
        return self._ids.setdefault(key, f"m{len(self._ids) + 1}")

    def _metric(self, key: tuple[Any, ...], id: str) -> list[Any]:
        namespace, name, dimensions, statistic, period = key
        shown = {"label": self._visible[id]} if id in self._visible else {"visible": False}
        rendering = {"id": id, "stat": statistic, "period": period, **shown}
        return [namespace, name, *(part for pair in dimensions for part in pair), rendering]


def graph_widgets(graph: Graph, sources: Mapping[str, Sequence[MetricSource]], home: str) -> Iterator[Widget]:
    """Yield a widget for each Region that has metrics of the graph; `home` is the environment's own Region."""
    of_lines = [source for line in graph.lines for source in sources[line.of]]
    for region in dict.fromkeys(each.region for each in of_lines):
        metrics = Metrics(region or home)
        for line in graph.lines:
            _add(metrics, line, [each for each in sources[line.of] if each.region == region])
        yield {
            "type": "metric",
            "width": COLUMNS // IN_A_ROW[0],
            "height": GRAPH_HEIGHT,
            "properties": {
                "title": f"{graph.title} ({region})" if region else graph.title,
                "region": region or home,
                "metrics": metrics.json(),
                **(_number(graph.days) if graph.days else _time_series(graph)),
            },
        }


def text_widget(markdown: str) -> Widget:
    """Return a line of text over the whole width."""
    return {"type": "text", "width": COLUMNS, "height": 1, "properties": {"markdown": markdown}}


def alarms_widget(arns: Sequence[str]) -> Widget:
    """Return the states of alarms, those in ALARM first."""
    properties = {"title": "Alarms", "alarms": list(arns[:ALARMS_LIMIT]), "sortBy": "stateUpdatedTimestamp"}
    return {"type": "alarm", "width": COLUMNS, "height": 5, "properties": properties}


def evenly(widgets: Sequence[Widget]) -> list[Widget]:
    """Return the graphs of a section in a width with which they fill their rows."""
    number = min(IN_A_ROW, key=lambda each: -len(widgets) % each)
    return [{**widget, "width": COLUMNS // number} for widget in widgets]


def arranged(rows: Sequence[Sequence[Widget]]) -> list[Widget]:
    """Return the widgets with their positions: each row begins at the left, and wraps at the right."""
    placed, top = [], 0
    for row in rows:
        left = height = 0
        for widget in row:
            if left + widget["width"] > COLUMNS:
                left, top, height = 0, top + height, 0
            placed.append({**widget, "x": left, "y": top})
            left, height = left + widget["width"], max(height, widget["height"])
        top += height
    return placed


def _add(metrics: Metrics, line: Line, sources: Sequence[MetricSource]) -> None:
    for source in sources:
        of_source = {name: source.metric(*metric.split()) for name, metric in line.metrics.items()}
        label = f"{line.label} {_identity(source, sources)}".strip()
        if line.expression is None:
            (only,) = of_source.values()
            metrics.show(only, line.period, label)
        else:
            metrics.calculate(line.expression, of_source, line.period, label)


def _identity(source: MetricSource, sources: Sequence[MetricSource]) -> str:
    """Return the value of the dimension that the sources differ in, or nothing if there is only one source."""
    for name, value in source.dimensions.items():
        if any(each.dimensions.get(name) != value for each in sources):
            return value
    return ""


def _time_series(graph: Graph) -> dict[str, Any]:
    return {
        "view": "timeSeries",
        "yAxis": {"left": {"min": 0, "label": graph.unit, "showUnits": False}},
        **({"annotations": {"horizontal": [_annotation(each) for each in graph.marks]}} if graph.marks else {}),
    }


def _number(days: int) -> dict[str, Any]:
    # [AWS CDK API Reference, SingleValueWidget](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.SingleValueWidget.html):
    # `start` is "the start of the time range to use for each widget independently from those of the dashboard".
    return {"view": "singleValue", "start": f"-P{days}D"}


def _annotation(mark: Mark) -> dict[str, Any]:
    return {"label": mark.label, "value": mark.value, "color": COLORS[mark.meaning]}
