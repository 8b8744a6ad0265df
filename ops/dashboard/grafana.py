"""A Grafana dashboard, with the widgets of a CloudWatch dashboard.

The classes of Grafana's Foundation SDK have the schema of Grafana 10.4.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from grafana_foundation_sdk.builders import cloudwatch, common, stat, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard, Row, ThresholdsConfig
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.cloudwatch import CloudWatchQueryMode, MetricEditorMode, MetricQueryType
from grafana_foundation_sdk.models.common import GraphThresholdsStyleMode
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos, Threshold, ThresholdsMode

from ops.dashboard.body import Mark, Query, Widget

DATA_SOURCE_UID = "groundwork-cloudwatch"
DATA_SOURCE = DataSourceRef(type_val="cloudwatch", uid=DATA_SOURCE_UID)
TAG = "groundwork"

Panel = timeseries.Panel | stat.Panel


def dashboard_json(uid: str, title: str, widgets: Sequence[Widget]) -> dict[str, Any]:
    """Return the dashboard; `uid` identifies it in its workspace, so that a second import replaces the first.

    It has no panel for states of alarms: Grafana shows its own only.
    """
    built = Dashboard(title).uid(uid).tags([TAG]).time("now-3h", "now").refresh("1m").readonly()
    for widget in widgets:
        place = GridPos(h=widget.height, w=widget.width, x=widget.x, y=widget.y)
        if widget.kind == "text":
            built.with_row(Row(widget.text.removeprefix("## ").partition(" · ")[0]).grid_pos(place))
        elif widget.kind in ("graph", "number"):
            panel = _graph(widget) if widget.kind == "graph" else _number(widget)
            for target in _targets(widget):
                panel.with_target(target)
            built.with_panel(panel.title(widget.title).datasource(DATA_SOURCE).grid_pos(place))
    result: dict[str, Any] = json.loads(JSONEncoder(sort_keys=True).encode(built.build()))
    return result


def _graph(widget: Widget) -> timeseries.Panel:
    panel = timeseries.Panel().min(0).axis_label(widget.unit)
    if widget.marks:
        style = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        panel.thresholds(_thresholds(widget.marks)).thresholds_style(style)
    return panel


def _number(widget: Widget) -> stat.Panel:
    # -P30D is the CloudWatch form of 30d.
    return stat.Panel().time_from(widget.start.removeprefix("-P").lower()).unit("none")


def _thresholds(marks: Sequence[Mark]) -> ThresholdsConfig:
    """Return the thresholds in ascending order, after the one of all lower values."""
    steps = [Threshold(value=None, color="transparent")]
    steps += [Threshold(value=each.value, color=each.color) for each in sorted(marks, key=lambda mark: mark.value)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _targets(widget: Widget) -> Iterator[cloudwatch.CloudWatchMetricsQuery]:
    for number, query in enumerate(widget.queries):
        yield _target(query, widget.region).ref_id(f"Q{number + 1}")


def _target(query: Query, region: str) -> cloudwatch.CloudWatchMetricsQuery:
    target = (
        cloudwatch.CloudWatchMetricsQuery()
        .query_mode(CloudWatchQueryMode.METRICS)
        .metric_query_type(MetricQueryType.SEARCH)
        .id(query.id)
        .region(region)
        .period(str(query.period))
        .hide(query.label is None)
        .label(query.label or "")
        .datasource(DATA_SOURCE)
    )
    if query.expression is not None:
        return target.metric_editor_mode(MetricEditorMode.CODE).expression(query.expression).namespace("")
    return (
        target.metric_editor_mode(MetricEditorMode.BUILDER)
        .namespace(query.namespace)
        .metric_name(query.name)
        .dimensions(dict(query.dimensions))
        .match_exact(True)
        .statistic(query.statistic)
    )
