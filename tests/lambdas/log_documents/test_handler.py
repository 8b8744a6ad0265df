"""Log events that a subscription filter sends, as records of a Firehose stream."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest

from tests.support.lambdas import Context, started

#: 2026-11-27, 12:00 UTC.
NOON = 1_795_780_800_000


def logged(*messages: str, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    """Return the event that CloudWatch Logs sends."""
    data = {
        "messageType": kind,
        "owner": "123456789012",
        "logGroup": "/agora/prod/service/api",
        "logStream": "task/api/1",
        "subscriptionFilters": ["search-logs"],
        "logEvents": [{"id": str(number), "timestamp": NOON, "message": each} for number, each in enumerate(messages)],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()}}


class Firehose:
    """Accepts records, except that of the first requests it rejects the given numbers."""

    def __init__(self, *rejected: set[int]) -> None:
        self.requests: list[list[bytes]] = []
        self._rejected = list(rejected)

    def put_record_batch(self, **given: Any) -> dict[str, Any]:
        assert given.keys() == {"DeliveryStreamName", "Records"}
        assert given["DeliveryStreamName"] == "agora-prod-search-logs"
        records: list[Mapping[str, bytes]] = given["Records"]
        self.requests.append([each["Data"] for each in records])
        rejected = self._rejected.pop(0) if self._rejected else set()
        results: list[dict[str, str]] = [
            {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."} if number in rejected else {}
            for number in range(len(records))
        ]
        return {"FailedPutCount": len(rejected), "RequestResponses": results}

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(record) for request in self.requests for record in request]


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    with started("log_documents", {"DELIVERY_STREAM": "agora-prod-search-logs"}) as module:
        monkeypatch.setattr(module.time, "sleep", lambda _: None)
        yield module


def put(function: ModuleType, monkeypatch: pytest.MonkeyPatch, event: dict[str, Any], *rejected: set[int]) -> Firehose:
    firehose = Firehose(*rejected)
    monkeypatch.setattr(function, "firehose", firehose)
    function.handler(event, Context())
    return firehose


def test_each_log_event_is_one_document(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    event = logged("GET /healthz 200", '{"level": "ERROR", "message": "no such user"}')
    first, second = put(function, monkeypatch, event).documents
    assert first == {
        "@timestamp": "2026-11-27T12:00:00.000Z",
        "log_group": "/agora/prod/service/api",
        "log_stream": "task/api/1",
        "message": "GET /healthz 200",
    }
    assert second["fields"] == {"level": "ERROR", "message": "no such user"}


def test_message_that_only_looks_like_json_is_a_text(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    (document,) = put(function, monkeypatch, logged("{not JSON")).documents
    assert document["message"] == "{not JSON"
    assert "fields" not in document


def test_control_message_puts_nothing(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert put(function, monkeypatch, logged("CWL CONTROL MESSAGE", kind="CONTROL_MESSAGE")).requests == []


def test_many_log_events_are_several_requests(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    firehose = put(function, monkeypatch, logged(*map(str, range(1100))))
    assert [len(each) for each in firehose.requests] == [500, 500, 100]
    assert [each["message"] for each in firehose.documents] == list(map(str, range(1100)))


def test_large_log_events_are_several_requests(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    firehose = put(function, monkeypatch, logged(*["x" * 900_000] * 9))
    assert max(sum(map(len, each)) for each in firehose.requests) <= 4 * 1024**2
    assert len(firehose.documents) == 9


def test_message_that_is_too_long_for_a_record_is_shortened(
    function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    firehose = put(function, monkeypatch, logged("\U0001f600" * 250_000))
    (document,) = firehose.documents
    assert document["shortened"] is True
    assert len(firehose.requests[0][0]) <= 1000 * 1024


def test_rejected_records_are_put_again_without_the_others(
    function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    firehose = put(function, monkeypatch, logged("a", "b", "c"), {1})
    assert [[json.loads(record)["message"] for record in each] for each in firehose.requests] == [
        ["a", "b", "c"],
        ["b"],
    ]


def test_records_that_stay_rejected_are_an_error(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(function.DeliveryError, match="1 documents in time: ServiceUnavailableException"):
        put(function, monkeypatch, logged("a"), *[{0}] * 10)


def test_missing_stream_is_an_error() -> None:
    with pytest.raises(ValueError, match="DELIVERY_STREAM is not set"), started("log_documents", {}):
        pass
