"""The set-up of a cluster: the requests to it, and the indices that are deleted."""

import io
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from types import ModuleType
from typing import Any

import pytest

from tests.support.lambdas import Context, started

ENVIRONMENT = {
    "ENDPOINT": "vpc-agora-prod-logs-abc.ap-northeast-2.es.amazonaws.com",
    "INDEX": "logs",
    "RETENTION_DAYS": "30",
    "REPLICAS": "1",
    "WRITERS": "arn:aws:iam::333333333333:role/agora-prod-search-logs-delivery",
    "READERS": "arn:aws:iam::333333333333:role/developers, arn:aws:iam::333333333333:role/support",
    "ADMINISTRATORS": "",
}
SECURITY = "/_plugins/_security/api"


class OpenSearch:
    """Records requests; has three indices of the last month, one of which is expired."""

    def __init__(self, audited: bool = False, status: int = 200) -> None:
        self.requests: list[urllib.request.Request] = []
        self._audited = audited
        self._status = status

    def open(self, request: urllib.request.Request, timeout: float) -> io.BytesIO:
        assert timeout
        self.requests.append(request)
        if self._status != 200:
            raise urllib.error.HTTPError(request.full_url, self._status, "", Message(), io.BytesIO(b"no permissions"))
        path = request.selector.partition("?")[0]
        if path.startswith("/_cat/indices/"):
            names = ("logs-2026-10-27", "logs-2026-10-28", "logs-2026-11-27", "logs-archive")
            return io.BytesIO(json.dumps([{"index": name} for name in names]).encode())
        if path == f"{SECURITY}/audit":
            return io.BytesIO(
                json.dumps({"config": {"enabled": self._audited, "audit": {"enable_rest": True}}}).encode()
            )
        return io.BytesIO(b"{}")

    def sent(self, method: str) -> dict[str, Any]:
        """Return the bodies of the requests with this method, by path."""
        return {
            each.selector: json.loads(each.data) if isinstance(each.data, bytes) else None
            for each in self.requests
            if each.get_method() == method
        }


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    class Noon(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Noon":
            return cls(2026, 11, 27, 12, tzinfo=tz)

    with started("search", ENVIRONMENT) as module:
        monkeypatch.setattr(module, "datetime", Noon)
        yield module


def run(function: ModuleType, monkeypatch: pytest.MonkeyPatch, cluster: OpenSearch) -> OpenSearch:
    monkeypatch.setattr(sys.modules["lambdas.search.cluster"], "_opener", cluster)
    function.handler({}, Context())
    return cluster


def test_roles_of_the_block_are_mapped(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    put = run(function, monkeypatch, OpenSearch()).sent("PUT")
    people = ["arn:aws:iam::333333333333:role/developers", "arn:aws:iam::333333333333:role/support"]
    assert put[f"{SECURITY}/rolesmapping/log_writer"] == {"backend_roles": [ENVIRONMENT["WRITERS"]]}
    assert put[f"{SECURITY}/rolesmapping/log_reader"] == {"backend_roles": people}
    assert put[f"{SECURITY}/rolesmapping/opensearch_dashboards_user"] == {"backend_roles": people}
    assert put[f"{SECURITY}/rolesmapping/log_administrator"] == {"backend_roles": []}


def test_reader_may_not_write(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    put = run(function, monkeypatch, OpenSearch()).sent("PUT")
    reader = put[f"{SECURITY}/roles/log_reader"]
    assert reader["index_permissions"] == [
        {"index_patterns": ["logs*"], "allowed_actions": ["read", "indices_monitor"]}
    ]


def test_template_has_the_replicas_of_the_block(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    template = run(function, monkeypatch, OpenSearch()).sent("PUT")["/_index_template/logs"]
    assert template["index_patterns"] == ["logs-*"]
    assert template["template"]["settings"]["index.number_of_replicas"] == 1
    assert template["template"]["mappings"]["properties"]["fields"] == {"type": "flat_object"}


@pytest.mark.parametrize("audited", [False, True])
def test_audit_logs_are_enabled_once(function: ModuleType, monkeypatch: pytest.MonkeyPatch, audited: bool) -> None:
    put = run(function, monkeypatch, OpenSearch(audited=audited)).sent("PUT")
    expected = None if audited else {"enabled": True, "audit": {"enable_rest": True}}
    assert put.get(f"{SECURITY}/audit/config") == expected


def test_indices_of_expired_days_are_deleted(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 30 days, that of 28 October remains on 27 November; an index without a day always does."""
    assert list(run(function, monkeypatch, OpenSearch()).sent("DELETE")) == ["/logs-2026-10-27"]


def test_requests_are_signed_for_opensearch_service(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for request in run(function, monkeypatch, OpenSearch()).requests:
        assert request.full_url.startswith(f"https://{ENVIRONMENT['ENDPOINT']}/")
        assert "/ap-northeast-2/es/aws4_request" in request.headers["Authorization"]


def test_request_that_is_rejected_is_an_error(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="PUT _index_template/logs: 403 no permissions"):
        run(function, monkeypatch, OpenSearch(status=403))


@pytest.mark.parametrize(
    ("name", "value"),
    [("ENDPOINT", "https://host"), ("INDEX", "Logs"), ("RETENTION_DAYS", "0"), ("REPLICAS", "")],
)
def test_invalid_variable_is_an_error(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name}="), started("search", {**ENVIRONMENT, name: value}):
        pass
