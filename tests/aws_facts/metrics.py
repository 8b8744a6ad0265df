"""The table of CloudWatch metrics, `metrics.toml`, and the metrics that alarms, policies, and dashboards use."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.aws_facts.stack import Resource, Stack, look_up

TABLE = Path(__file__).parent / "metrics.toml"
#: Statistics of a metric whose page names none.
LEVELS = ("Average", "Minimum", "Maximum", "percentile")
#: Where scaling policies have metrics of their own choice.
CUSTOMIZED = {
    "aws_appautoscaling_policy": "target_tracking_scaling_policy_configuration.customized_metric_specification",
    "aws_autoscaling_policy": "target_tracking_configuration.customized_metric_specification",
}


@dataclass(frozen=True)
class Metric:
    """A row of the table."""

    namespace: str
    name: str
    dimensions: frozenset[frozenset[str]]
    values: Mapping[str, list[str]]
    statistics: tuple[str, ...]
    period: int
    nonzero: bool
    region: str
    of: tuple[str, ...]
    page: str

    def __str__(self) -> str:
        return f"{self.namespace} {self.name}"


@dataclass(frozen=True)
class Use:
    """A metric that an alarm or a scaling policy watches, or that a dashboard shows."""

    resource: Resource
    namespace: str
    name: str
    statistic: str
    dimensions: Mapping[str, str]
    region: str
    """Where it is watched."""
    period: int | None = None
    """Seconds; None in a scaling policy, whose period AWS chooses."""

    def __str__(self) -> str:
        return f"{self.resource.stack.name} {self.resource.address}: {self.namespace} {self.name}"


@cache
def load() -> dict[str, Any]:
    """Return the whole table."""
    return tomllib.loads(TABLE.read_text())


@cache
def metrics() -> tuple[Metric, ...]:
    """Return the rows of the table."""
    table = load()
    return tuple(_metric(row, table["pages"]) for row in table["metric"])


def uses(stack: Stack) -> Iterator[Use]:
    """Yield the metrics that the stack's alarms and scaling policies watch, and that its dashboards show."""
    for alarm in stack.of_type("aws_cloudwatch_metric_alarm"):
        yield from alarm_uses(alarm)
    for kind, path in CUSTOMIZED.items():
        for policy in stack.of_type(kind):
            yield from _customized(policy, look_up(policy.block, path))
    for dashboard in stack.of_type("aws_cloudwatch_dashboard"):
        yield from _shown(dashboard)


def alarm_uses(alarm: Resource) -> Iterator[Use]:
    """Yield the metrics that an alarm watches."""
    if "metric_name" in alarm.block:
        yield _use(alarm, alarm.block)
    yield from (_use(alarm, metric) for query in queries(alarm) for metric in blocks(query.get("metric")))


def queries(alarm: Resource) -> list[dict[str, Any]]:
    """Return the alarm's metrics and expressions, if it has several."""
    return blocks(alarm.block.get("metric_query"))


def blocks(value: Any) -> list[dict[str, Any]]:
    """Return nested blocks, which are a list, or an object if there is one."""
    if not value:
        return []
    return list(value) if isinstance(value, list) else [value]


def faults(use: Use) -> Iterator[str]:
    """Yield why CloudWatch has no data for what is watched, or data that means something else."""
    rows = [row for row in metrics() if (row.namespace, row.name) == (use.namespace, use.name)]
    if not rows:
        yield f"{use} is not in {TABLE.name}"
        return
    keys = frozenset(use.dimensions)
    found = [row for row in rows if keys in row.dimensions]
    if not found:
        sets = " or ".join(sorted(f"({', '.join(sorted(each))})" for row in rows for each in row.dimensions))
        yield f"{use} has the dimensions ({', '.join(sorted(keys))}); AWS publishes {sets}: {rows[0].page}"
        return
    for fault in (*_faults(use, found[0]), *_value_faults(use, found[0])):
        yield f"{use} {fault}: {found[0].page}"


def _faults(use: Use, row: Metric) -> Iterator[str]:
    if use.statistic not in row.statistics:
        yield f"has the statistic {use.statistic}; those that mean something are {', '.join(row.statistics)}"
    if use.period is not None and use.period < row.period:
        yield f"has a period of {use.period} s, and AWS publishes every {row.period} s"
    if row.nonzero and use.resource.block.get("treat_missing_data") == "breaching":
        yield "treats missing data as breaching, and AWS publishes no zeros"
    if row.region and use.region != row.region:
        yield f"is watched in {use.region}, and AWS publishes it in {row.region}"


def _value_faults(use: Use, row: Metric) -> Iterator[str]:
    for key, value in use.dimensions.items():
        if key in row.values:
            allowed = [each.format(region=use.region) for each in row.values[key]]
            if value not in allowed:
                yield f"has the {key} {value}; AWS's values are {', '.join(allowed)}"
        elif key in load()["values"]:
            yield from _subject_faults(use, row, key, value)


def _subject_faults(use: Use, row: Metric, key: str, value: str) -> Iterator[str]:
    subject = _subject(use.resource.stack, key, value)
    if subject is None:
        yield f"has the {key} {value}, which no resource of the stack has; [values] says which attribute it is"
        return
    if row.of and subject.type not in row.of:
        yield f"watches {subject.address}, and only {', '.join(row.of)} have the metric"
    if not row.region and subject.region != use.region:
        yield f"is watched in {use.region}, and {subject.address} is in {subject.region}"


def _subject(stack: Stack, key: str, value: str) -> Resource | None:
    """Return the resource that a dimension's value identifies."""
    entry = load()["values"][key]
    for source in entry["of"]:
        kind, _, attribute = source.partition(".")
        for resource in stack.of_type(kind):
            own = _attribute(resource, attribute, value)
            if own and value.startswith(own) and re.fullmatch(entry.get("suffix", ""), value.removeprefix(own)):
                return resource
    return None


def _attribute(resource: Resource, attribute: str, value: str) -> str:
    """Return the resource's attribute in the form of the value: as a reference, or as in the resource's block."""
    if value.startswith("${"):
        return f"${{{resource.address}.{attribute}}}"
    found = look_up(resource.block, attribute)
    return found if isinstance(found, str) else ""


def _customized(policy: Resource, specification: Any) -> Iterator[Use]:
    if not specification:
        return
    if "metric_name" in specification:
        yield _use(policy, specification)
    for query in blocks(specification.get("metrics")):
        for stat in blocks(query.get("metric_stat")):
            for metric in blocks(stat.get("metric")):
                yield _use(policy, {**metric, "stat": stat["stat"]})


def _shown(dashboard: Resource) -> Iterator[Use]:
    for widget in json.loads(dashboard.block["dashboard_body"])["widgets"]:
        for each in widget["properties"].get("metrics", ()):
            if isinstance(each[0], str):
                namespace, name, *dimensions, rendering = each
                pairs = dict(zip(dimensions[::2], dimensions[1::2], strict=True))
                block = {"namespace": namespace, "metric_name": name, "dimensions": pairs, **rendering}
                yield _use(dashboard, block, widget["properties"]["region"])


def _use(resource: Resource, block: Mapping[str, Any], region: str = "") -> Use:
    statistic = block.get("statistic") or block.get("stat") or block.get("extended_statistic") or ""
    dimensions = block.get("dimensions") or block.get("metric_dimension") or {}
    if isinstance(dimensions, list):
        dimensions = {each["name"]: each["value"] for each in dimensions}
    return Use(
        resource=resource,
        namespace=block["namespace"],
        name=block["metric_name"],
        statistic=statistic if re.fullmatch(r"[A-Z]\w+[a-z]", statistic) else "percentile",
        dimensions=dimensions,
        region=region or resource.region,
        period=block.get("period"),
    )


def _metric(row: Mapping[str, Any], pages: Mapping[str, Mapping[str, str]]) -> Metric:
    return Metric(
        namespace=row["namespace"],
        name=row["name"],
        dimensions=frozenset(frozenset(each.split()) for each in row["dimensions"]),
        values=row.get("values", {}),
        statistics=tuple(row.get("statistics", LEVELS)),
        period=row.get("period", 60),
        nonzero=row.get("nonzero", False),
        region=row.get("region", ""),
        of=tuple(row.get("of", ())),
        page=" ".join(f"{pages[key]['title']} {pages[key]['link']}" for key in (row["page"], *row.get("also", ()))),
    )
