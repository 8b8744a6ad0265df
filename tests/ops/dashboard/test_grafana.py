"""The copy of a dashboard in Grafana: its panels, and the calls that create it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.environment import Environment
from modules.environment_files import load_file
from ops.dashboard.body import widgets
from ops.dashboard.grafana import DATA_SOURCE_UID, dashboard_json
from ops.dashboard.workspace import copy_dashboard
from ops.errors import OpsError
from ops.workspace import PROJECT

TOKEN = "of-nobody"


@pytest.fixture(scope="module")
def panels(body: str) -> dict[str, list[dict[str, Any]]]:
    """The panels of Grafana's dashboard, by title."""
    found: dict[str, list[dict[str, Any]]] = {}
    for panel in dashboard_json("uid", "agora prod", widgets(body))["panels"]:
        found.setdefault(panel["title"], []).append(panel)
    return found


def test_every_graph_is_a_panel_with_all_queries(body: str, panels: dict[str, list[dict[str, Any]]]) -> None:
    shown = [each for each in widgets(body) if each.kind in ("graph", "number")]
    for widget in shown:
        assert len(widget.queries) in [len(panel["targets"]) for panel in panels[widget.title] if "targets" in panel]
    assert len(shown) == sum(panel["type"] != "row" for found in panels.values() for panel in found)


def test_section_is_a_row(panels: dict[str, list[dict[str, Any]]]) -> None:
    (row,) = panels["database main"]
    assert row["type"] == "row"


def test_metric_has_its_dimensions_and_statistic(panels: dict[str, list[dict[str, Any]]]) -> None:
    (waiting,) = panels["Messages that wait"]
    (query,) = waiting["targets"]
    assert query["dimensions"] == {"QueueName": "agora-prod-push-mobile"}
    assert (query["namespace"], query["statistic"], query["period"], query["hide"]) == (
        "AWS/SQS",
        "Maximum",
        "60",
        False,
    )
    assert query["datasource"] == {"type": "cloudwatch", "uid": DATA_SOURCE_UID}


def test_expression_uses_hidden_queries(panels: dict[str, list[dict[str, Any]]]) -> None:
    failed = panels["Failed requests"][0]["targets"]
    assert failed[-1]["expression"].startswith("IF((FILL(m1, 0)")
    assert [each["hide"] for each in failed] == [True, True, True, False]
    assert [each["metricEditorMode"] for each in failed] == [0, 0, 0, 1]


def test_threshold_is_a_dashed_line(panels: dict[str, list[dict[str, Any]]]) -> None:
    defaults = panels["Messages that wait"][0]["fieldConfig"]["defaults"]
    assert [each["value"] for each in defaults["thresholds"]["steps"]] == [None, 10_000]
    assert defaults["custom"]["thresholdsStyle"] == {"mode": "dashed"}


def test_error_budget_is_a_number_over_its_window(panels: dict[str, list[dict[str, Any]]]) -> None:
    assert [(each["type"], each["timeFrom"]) for each in panels["Error budget left"]] == [("stat", "30d")] * 2


@dataclass
class FakeAws:
    """The clients of CloudWatch and Grafana, with one applied environment."""

    body: str
    endpoint: str
    workspaces: list[str]
    deleted: list[str] = field(default_factory=list)

    def __call__(self, service: str) -> "FakeAws":
        assert service in ("cloudwatch", "grafana")
        return self

    def get_dashboard(self, **given: str) -> dict[str, str]:
        if given != {"DashboardName": "mobile-corporate-overview"}:
            raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": "no dashboard"}}, "GetDashboard")
        return {"DashboardBody": self.body}

    def get_paginator(self, operation: str) -> "FakeAws":
        assert operation == "list_workspaces"
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        yield {"workspaces": [{"name": name, "id": "g-1", "endpoint": self.endpoint} for name in self.workspaces]}

    def create_workspace_service_account(self, **given: str) -> dict[str, str]:
        assert given["grafanaRole"] == "ADMIN"
        return {"id": "7"}

    def create_workspace_service_account_token(self, **given: Any) -> dict[str, Any]:
        assert given["secondsToLive"] <= 600
        return {"serviceAccountToken": {"key": TOKEN}}

    def delete_workspace_service_account(self, **given: str) -> None:
        self.deleted.append(given["serviceAccountId"])


@dataclass
class FakeGrafana:
    """A Grafana on the loopback interface, and what it received."""

    endpoint: str = ""
    sources: list[dict[str, Any]] = field(default_factory=list)
    dashboards: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def answer(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        if self.refuses:
            return 403, {"message": "no permission"}
        match method, path:
            case "GET", "/api/datasources/uid/groundwork-cloudwatch":
                return (200, self.sources[0]) if self.sources else (404, {})
            case "POST", "/api/datasources":
                self.sources.append(body)
                return 200, {}
            case "POST", "/api/dashboards/db":
                self.dashboards.append(body)
                return 200, {"url": "/d/overview"}
        return 405, {}


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    fake = FakeGrafana()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = fake.answer(self.command, self.path, json.loads(body or b"null"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_POST = do_GET  # noqa: N815 - the name is that of http.server

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.endpoint = f"127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield fake
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def corporate() -> Environment:
    return load_file(PROJECT / "tests/environments/corporate.hcl").settings


def test_second_copy_replaces_the_dashboard_and_keeps_the_source(
    grafana: FakeGrafana, body: str, corporate: Environment
) -> None:
    aws = FakeAws(body, grafana.endpoint, ["mobile-corporate-grafana"])
    for _ in range(2):
        assert copy_dashboard(aws, corporate, "http") == f"http://{grafana.endpoint}/d/overview"
    (source,) = grafana.sources
    assert source["jsonData"] == {"authType": "ec2_iam_role", "defaultRegion": "ap-northeast-2"}
    assert [each["overwrite"] for each in grafana.dashboards] == [True, True]
    assert {each["dashboard"]["uid"] for each in grafana.dashboards} == {"mobile-corporate-overview"}
    assert aws.deleted == ["7", "7"]


def test_refused_copy_deletes_the_service_account(grafana: FakeGrafana, body: str, corporate: Environment) -> None:
    grafana.refuses = True
    aws = FakeAws(body, grafana.endpoint, ["mobile-corporate-grafana"])
    with pytest.raises(OpsError, match="Grafana refused GET /api/datasources/uid/groundwork-cloudwatch: HTTP 403"):
        copy_dashboard(aws, corporate, "http")
    assert aws.deleted == ["7"]


def test_environment_that_is_not_applied_is_an_error(body: str, corporate: Environment) -> None:
    with pytest.raises(OpsError, match="there are 0 workspaces mobile-corporate-grafana; apply corporate first"):
        copy_dashboard(FakeAws(body, "", []), corporate)
    with pytest.raises(OpsError, match="prod has no `grafana` block"):
        copy_dashboard(FakeAws(body, "", []), load_file(PROJECT / "envs/prod.hcl").settings)
