"""The dashboard: its sections, the lines and thresholds of its graphs, and the error budget."""

import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.cloudwatch_expressions import Expression
from local_aws.cloudwatch_functions import Input
from modules.environment_files import load
from modules.observability.alarms.settings import KINDS
from modules.observability.dashboard.graphs import Mark, sections
from modules.observability.dashboard.keys.charts import CHARTS, UNCHARTED
from modules.observability.slo.keys.indicators import indicators_of
from modules.observability.slo.settings import SloSettings
from tests.support.environments import ALARMS, DEV, PROD, only_problem, write
from tests.support.stacks import stack_of
from tests.support.template import Template

DASHBOARD = "aws_cloudwatch_dashboard.dashboard_overview"
QUEUE = 'queue "jobs" {}\ndashboard {}\n'


def widgets(template: Template, kind: str = "metric") -> list[dict[str, Any]]:
    body = json.loads(template.resource(DASHBOARD)["dashboard_body"])
    return [each["properties"] for each in body["widgets"] if each["type"] == kind]


def graph(template: Template, title: str) -> dict[str, Any]:
    (found,) = (each for each in widgets(template) if each["title"] == title)
    return found


def marks(properties: dict[str, Any]) -> dict[str, float]:
    return {each["label"]: each["value"] for each in properties.get("annotations", {}).get("horizontal", ())}


def headings(template: Template) -> list[str]:
    return [each["markdown"].removeprefix("## ").split(" · ")[0] for each in widgets(template, "text")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dashboard { range_hours = 0 }\n", "dashboard.range_hours 0 should be greater than or equal to 1"),
        ("dashboard { range_hours = 200 }\n", "dashboard.range_hours 200 should be less than or equal to 168"),
        ("dashboard { theme = 1 }\n", "dashboard.theme is not a known key; write one of costs, range_hours"),
    ],
)
def test_invalid_block_is_a_problem(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"dev": DEV + text})


def test_every_alarm_is_on_a_chart() -> None:
    declared = {(kind, key) for kind, settings in KINDS.items() for key, _ in settings.declared()}
    shown = {(kind, key) for kind, charts in CHARTS.items() for chart in charts for key in chart.alarms}
    assert {each for each in declared - shown if each[1] not in UNCHARTED} == set()
    assert shown <= declared


def test_sections_lead_from_users_to_costs(prod: Template) -> None:
    kinds = list(dict.fromkeys(each.split()[0] for each in headings(prod)))
    expected = ["slo", "site", "firewall", "load_balancer", "service", "scheduled_task", "function", "database"]
    assert kinds == [*expected, "cache", "queue", "topic", "network", "costs"]


def test_heading_links_to_the_runbook_of_the_block(prod: Template) -> None:
    texts = [each["markdown"] for each in widgets(prod, "text")]
    (found,) = (each for each in texts if each.startswith("## database main"))
    assert found.endswith("/docs/runbooks/alarms.md#alarms-of-database-blocks)")


def test_alarms_that_notify_are_listed(prod: Template) -> None:
    (listed,) = widgets(prod, "alarm")
    notifying = [
        f"${{{kind}.{name}.arn}}"
        for kind in ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
        for name, block in prod.resources(kind).items()
        if name.startswith("alarm_") and block.get("alarm_actions")
    ]
    assert sorted(listed["alarms"]) == sorted(notifying)


def test_graph_has_the_metric_of_its_alarm_and_both_thresholds(prod: Template) -> None:
    cpu = next(each for each in widgets(prod) if each["title"] == "CPU utilization")
    labels = {each[-1].get("label") for each in cpu["metrics"]}
    assert labels == {"maximum", "cpu percent"}
    assert marks(cpu) == {"cpu percent": 85, "target of cpu": 55}


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        ("", [Mark("depth", 10_000, "warning")]),
        ("depth = 50", [Mark("depth", 50, "warning")]),
        ('off = { depth = "It is a buffer" }', []),
    ],
)
def test_threshold_of_an_existing_alarm_is_drawn(tmp_path: Path, threshold: str, expected: list[Mark]) -> None:
    alarms = ALARMS.replace("alarms {", f'alarms {{\n  queue "jobs" {{ {threshold} }}')
    settings = load(write(tmp_path, {"env": PROD + QUEUE + alarms}))["env"].settings
    (queue,) = (each for each in sections(settings) if each.title == "queue jobs")
    waiting = queue.graphs[0]
    assert [each.label for each in waiting.lines] == ["depth"]
    assert list(waiting.marks) == expected


def test_dashboard_without_alarms_has_graphs_only(tmp_path: Path) -> None:
    template = stack_of(tmp_path, DEV + QUEUE)
    assert widgets(template, "alarm") == []
    assert marks(graph(template, "Messages that wait")) == {}
    assert headings(template) == ["queue jobs", "network", "costs"]


def test_costs_can_be_left_out(tmp_path: Path) -> None:
    template = stack_of(tmp_path, DEV + QUEUE.replace("dashboard {}", "dashboard { costs = false }"))
    assert headings(template) == ["queue jobs", "network"]


def test_block_with_several_resources_has_a_line_for_each(tmp_path: Path) -> None:
    cache = 'cache "sessions" {\n  node_type = "cache.t4g.small"\n  replicas  = 1\n}\ndashboard {}\n'
    lag = graph(stack_of(tmp_path, DEV + cache), "Replication lag")
    assert [each[-1]["label"] for each in lag["metrics"]] == [
        "lag agora-env-sessions-001",
        "lag agora-env-sessions-002",
    ]


def test_metrics_of_another_region_are_on_graphs_of_their_own(prod: Template) -> None:
    assert {each["region"] for each in widgets(prod) if "us-east-1" in each["title"]} == {"us-east-1"}
    assert graph(prod, "Downloads (us-east-1)")["metrics"][0][0] == "AWS/CloudFront"


@pytest.mark.parametrize(("failed", "left"), [(0, 100), (1, 50), (2, 0), (4, -100)])
def test_error_budget_left_counts_every_request_of_the_window(failed: int, left: float) -> None:
    slo = SloSettings(load_balancer="public", objective=99.9)
    availability, *_ = indicators_of(slo, 1)
    # 2,000 requests, most of them in the first hour, of which two may fail; in the last hour there are none.
    given = Input(
        {"requests": {0: 1900.0, 3600: 100.0}, "elb_errors": {}, "target_errors": {3600: float(failed)}},
        range(0, 10_800, 3600),
        3600,
        ("requests", "elb_errors", "target_errors"),
    )
    value = Expression(availability.budget_left).value(given)
    assert isinstance(value, dict)
    assert value[7200] == pytest.approx(left)


def test_error_budget_covers_the_window_of_the_slo(prod: Template) -> None:
    starts = [each["start"] for each in widgets(prod) if each["title"] == "Error budget left"]
    assert starts == ["-P30D", "-P30D"]
