"""Batches of messages and records, which are sent through SNS."""

import base64
import json
import re
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend

from tests.support.lambdas import RUNTIME, Context, started

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

ACCOUNT = "123456789012"  # Moto's default


@pytest.fixture
def sns(monkeypatch: pytest.MonkeyPatch) -> "Iterator[SNSClient]":
    for name, value in RUNTIME.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield boto3.client("sns")


def application(sns: "SNSClient", platform: str = "GCM", name: str = "agora-prod") -> str:
    return sns.create_platform_application(Name=name, Platform=platform, Attributes={})["PlatformApplicationArn"]


def device(sns: "SNSClient", application_arn: str, token: str = "token") -> str:
    return sns.create_platform_endpoint(PlatformApplicationArn=application_arn, Token=token)["EndpointArn"]


@pytest.fixture
def phone(sns: "SNSClient") -> str:
    return device(sns, application(sns))


@pytest.fixture
def function(phone: str) -> Iterator[ModuleType]:
    ours = phone.replace(":endpoint/", ":app/").rpartition("/")[0]
    with started("push", {"PLATFORM_APPLICATIONS": f"{ours}, {ours.replace('GCM', 'APNS')}"}) as module:
        yield module


def queued(*bodies: Any) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "AQEB...",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:ap-northeast-2:333333333333:agora-prod-push-mobile",
                "awsRegion": "ap-northeast-2",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }


def streamed(*bodies: Any) -> dict[str, Any]:
    return {
        "Records": [
            {
                "kinesis": {
                    "partitionKey": "1",
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(body if isinstance(body, bytes) else json.dumps(body).encode()).decode(),
                    "approximateArrivalTimestamp": 1545084650.987,
                },
                "eventSource": "aws:kinesis",
                "eventID": f"shardId-000000000006:{number}",
                "awsRegion": "ap-northeast-2",
            }
            for number, body in enumerate(bodies, 1)
        ]
    }


def shown_on(endpoint: str) -> list[Any]:
    """Return the messages that SNS accepted for the device."""
    messages = get_backend("sns")[ACCOUNT]["ap-northeast-2"].platform_endpoints[endpoint].messages
    return [json.loads(each) for each in messages.values()]


def failed(response: Any) -> list[str]:
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_handler_queue_message_is_sent(function: ModuleType, phone: str) -> None:
    response = function.handler(queued({"endpoint": phone, "title": "A new answer"}), Context())
    assert failed(response) == []
    (message,) = shown_on(phone)
    assert json.loads(message["GCM"])["fcmV1Message"]["message"]["notification"]["title"] == "A new answer"


def test_handler_stream_records_are_sent(function: ModuleType, phone: str) -> None:
    response = function.handler(streamed({"endpoint": phone, "body": "1"}, b"\xff", {"endpoint": phone}), Context())
    assert failed(response) == ["2"]
    assert len(shown_on(phone)) == 2


def test_handler_each_message_has_its_own_result(
    sns: "SNSClient", phone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = phone.replace(":endpoint/", ":app/").rpartition("/")[0]
    silent, gone = device(sns, ours, "silent"), device(sns, ours, "gone")
    sns.set_endpoint_attributes(EndpointArn=silent, Attributes={"Enabled": "false"})
    sns.delete_endpoint(EndpointArn=gone)
    others = device(sns, application(sns, name="other-product"), "other")
    with started("push", {"PLATFORM_APPLICATIONS": ours}) as function:
        batch = [{"endpoint": each, "body": "1"} for each in (phone, silent, gone, others)]
        response = function.handler(queued(*batch, "no JSON"), Context())
    assert failed(response) == ["message-4", "message-5"]
    out = capsys.readouterr().out.splitlines()
    lines = [json.loads(line) for line in out]
    results = [(line["push_id"], line["message"]) for line in lines if "push_id" in line and "_aws" not in line]
    assert results == [
        ("message-1", "Sent"),
        ("message-2", "EndpointDisabled"),
        ("message-3", "EndpointGone"),
        ("message-4", "Failed"),
        ("message-5", "Failed"),
    ]
    assert "app/GCM/other-product, which is not in PLATFORM_APPLICATIONS" in out[3]
    (counted,) = [line for line in lines if "_aws" in line]
    assert {name: sum(counted[name]) for name in ("Sent", "EndpointDisabled", "EndpointGone", "Failed")} == {
        "Sent": 1,
        "EndpointDisabled": 1,
        "EndpointGone": 1,
        "Failed": 2,
    }


def test_handler_all_messages_failed_returns_all(function: ModuleType) -> None:
    assert failed(function.handler(queued("1", "2"), Context())) == ["message-1", "message-2"]


def test_handler_error_of_sns_returns_the_message(
    function: ModuleType, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(**_: Any) -> None:
        raise function.sns.exceptions.PlatformApplicationDisabledException({"Error": {}}, "Publish")

    monkeypatch.setattr(function.sns, "publish", publish)
    assert failed(function.handler(queued({"endpoint": phone, "body": "1"}), Context())) == ["message-1"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            {},
            "PLATFORM_APPLICATIONS contains '', which is not the ARN of an application for APNS, APNS_SANDBOX, GCM; "
            "write the ARNs",
        ),
        ({"PLATFORM_APPLICATIONS": "agora"}, "PLATFORM_APPLICATIONS contains 'agora', which is not the ARN"),
        (
            {
                "PLATFORM_APPLICATIONS": "arn:aws:sns:ap-northeast-2:333333333333:app/GCM/agora",
                "TTL_SECONDS": "9999999",
            },
            "TTL_SECONDS='9999999' is not a number from 0 to 2419200",
        ),
    ],
)
def test_settings_invalid_variable_fails_at_the_start(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)), started("push", environment):
        pass
