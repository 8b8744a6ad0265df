"""The body of an environment's CloudWatch dashboard, as modules/observability/dashboard writes it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Query:
    """A metric of a graph, or metric math of several."""

    id: str
    label: str | None
    """None for a metric that only an expression uses."""
    period: int
    """Seconds of a data point."""
    expression: str | None = None
    namespace: str = ""
    name: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = ""


@dataclass(frozen=True)
class Mark:
    """A horizontal line at a threshold."""

    label: str
    value: float
    color: str


@dataclass(frozen=True)
class Widget:
    """A widget: a graph, a number, a line of text, or the states of alarms."""

    kind: str
    """`graph`, `number`, `text`, or `alarms`."""
    x: int
    y: int
    width: int
    height: int
    """In units of the grid of 24 columns."""
    title: str = ""
    text: str = ""
    """Markdown."""
    unit: str = ""
    region: str = ""
    start: str = ""
    """The time range of a number, such as -P30D."""
    queries: tuple[Query, ...] = ()
    marks: tuple[Mark, ...] = ()
    alarms: tuple[str, ...] = ()


def widgets(body: str) -> list[Widget]:
    """Return the widgets of a dashboard's body."""
    return [_widget(each) for each in json.loads(body)["widgets"]]


def _widget(widget: Mapping[str, Any]) -> Widget:
    place: dict[str, Any] = {key: widget[key] for key in ("x", "y", "width", "height")}
    properties = widget["properties"]
    if widget["type"] == "text":
        return Widget(kind="text", **place, text=properties["markdown"])
    if widget["type"] == "alarm":
        return Widget(kind="alarms", **place, title=properties["title"], alarms=tuple(properties["alarms"]))
    return Widget(
        kind="graph" if properties["view"] == "timeSeries" else "number",
        **place,
        title=properties["title"],
        unit=properties.get("yAxis", {}).get("left", {}).get("label", ""),
        region=properties["region"],
        start=properties.get("start", ""),
        queries=tuple(_queries(properties["metrics"])),
        marks=tuple(
            Mark(each["label"], each["value"], each["color"])
            for each in properties.get("annotations", {}).get("horizontal", ())
        ),
    )


def _queries(metrics: list[list[Any]]) -> Iterator[Query]:
    for *named, options in metrics:
        shown = {"id": options["id"], "label": options.get("label"), "period": options["period"]}
        if not named:
            yield Query(**shown, expression=options["expression"])
            continue
        namespace, name, *dimensions = named
        pairs = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
        yield Query(**shown, namespace=namespace, name=name, dimensions=pairs, statistic=options["stat"])
