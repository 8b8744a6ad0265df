"""Notifications as the API requests them, and their payloads for APNs and FCM."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.push.platforms import PAYLOAD_LIMIT, published
from lambdas.push.pushes import InvalidPushError, Push

ANDROID = "arn:aws:sns:ap-northeast-2:333333333333:endpoint/GCM/agora-prod/5e3e9847-3183-3f18-a7e8-671c3a57d4b3"
IPHONE = ANDROID.replace("GCM", "APNS")
SHOWN = {"title": "A new answer", "body": "Mallory has answered"}


def sent(**keys: Any) -> tuple[Any, dict[str, str]]:
    """Return the platform's payload and the message attributes."""
    push = Push.parse(json.dumps(keys))
    arguments = published(push, id="message-1", ttl_seconds=600)
    assert arguments["TargetArn"] == keys["endpoint"]
    message = json.loads(arguments["Message"])
    assert isinstance(message["default"], str)
    attributes = {name: value["StringValue"] for name, value in arguments["MessageAttributes"].items()}
    return json.loads(message[push.platform]), attributes


def test_published_apns_alert() -> None:
    payload, attributes = sent(
        endpoint=IPHONE, **SHOWN, data={"question": "1"}, badge=0, sound="default", collapse_id="question-1"
    )
    assert payload == {"question": "1", "aps": {"alert": SHOWN, "badge": 0, "sound": "default"}}
    assert attributes == {
        "AWS.SNS.MOBILE.APNS.TTL": "600",
        "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": "question-1",
        "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert",
        "AWS.SNS.MOBILE.APNS.PRIORITY": "10",
    }


def test_published_apns_sandbox() -> None:
    payload, attributes = sent(endpoint=IPHONE.replace("APNS", "APNS_SANDBOX"), **SHOWN, ttl_seconds=0)
    assert payload["aps"]["alert"] == SHOWN
    assert attributes["AWS.SNS.MOBILE.APNS_SANDBOX.TTL"] == "0"
    # A message that the queue delivers twice is shown once.
    assert attributes["AWS.SNS.MOBILE.APNS.COLLAPSE_ID"] == "message-1"


def test_published_apns_without_text_is_a_background_notification() -> None:
    payload, attributes = sent(endpoint=IPHONE, data={"sync": "1"})
    assert payload == {"sync": "1", "aps": {"content-available": 1}}
    assert attributes["AWS.SNS.MOBILE.APNS.PUSH_TYPE"] == "background"
    assert attributes["AWS.SNS.MOBILE.APNS.PRIORITY"] == "5"


def test_published_fcm_notification() -> None:
    payload, attributes = sent(
        endpoint=ANDROID, **SHOWN, data={"question": "1"}, collapse_id="q", ttl_seconds=60, badge=2, sound="ping"
    )
    assert payload["fcmV1Message"]["message"] == {
        "notification": SHOWN,
        "data": {"question": "1"},
        "android": {
            "ttl": "60s",
            "priority": "HIGH",
            "collapse_key": "q",
            "notification": {"tag": "q", "sound": "ping", "notification_count": 2},
        },
    }
    assert attributes == {"AWS.SNS.MOBILE.FCM.TTL": "60"}


def test_published_fcm_without_text_contains_only_data() -> None:
    payload, _ = sent(endpoint=ANDROID, data={"sync": "1"}, priority="normal")
    assert payload == {
        "fcmV1Message": {"message": {"data": {"sync": "1"}, "android": {"ttl": "600s", "priority": "NORMAL"}}}
    }


def test_application_is_derived_from_the_endpoint() -> None:
    assert Push(ANDROID).application == "arn:aws:sns:ap-northeast-2:333333333333:app/GCM/agora-prod"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ("{}", "it has no endpoint"),
        ('{"endpoint": "x"}', "its endpoint is not the ARN of a platform endpoint"),
        ('{"endpoint": "arn:aws:sns:::endpoint/x"}', "its endpoint is not the ARN"),
        ('{"endpoint": "arn:aws:sns:ap-northeast-2:1:topic"}', "its endpoint is not the ARN"),
        ('{"message": "x", "alert": 1}', "it has unknown keys: alert, message"),
        ('{"title": 1}', "its title is not a string"),
        ('{"data": {"question": 1}}', "its data is not an object of strings"),
        ('{"ttl_seconds": true}', "its ttl_seconds is not a number from 0 to 2419200"),
        ('{"ttl_seconds": 2419201}', "its ttl_seconds is not a number from 0 to 2419200"),
        ('{"badge": -1}', "its badge is not a number, 0 or more"),
        ('{"priority": "urgent"}', "its priority is not high or normal"),
        (json.dumps({"collapse_id": "ü" * 33}), "its collapse_id is not a string of at most 64 bytes"),
    ],
)
def test_parse_invalid_notification_fails_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidPushError, match=reason):
        Push.parse(text)


@pytest.mark.parametrize("endpoint", [ANDROID, IPHONE])
def test_published_payload_above_the_limit_fails(endpoint: str) -> None:
    assert sent(endpoint=endpoint, body="a" * 3000)
    with pytest.raises(InvalidPushError, match=r"its payload for (GCM|APNS) has \d+ bytes, more than 4096"):
        sent(endpoint=endpoint, body="ü" * 2048)


@given(st.text() | st.recursive(st.none() | st.text(), lambda each: st.dictionaries(st.text(), each)).map(json.dumps))
def test_parse_any_text_fails_only_with_a_reason(text: str) -> None:
    with pytest.raises(InvalidPushError):
        Push.parse(text)


@given(
    endpoint=st.sampled_from([ANDROID, IPHONE, IPHONE.replace("APNS", "APNS_SANDBOX")]),
    keys=st.fixed_dictionaries(
        {},
        optional={
            "title": st.text(),
            "body": st.text(max_size=3000),
            "data": st.dictionaries(st.text(), st.text()),
            "collapse_id": st.text(max_size=16),
            "ttl_seconds": st.integers(0, 28 * 86400),
            "priority": st.sampled_from(["high", "normal"]),
            "badge": st.integers(0, 2**31),
            "sound": st.text(),
        },
    ),
)
def test_published_any_notification_fits_or_fails_with_the_reason(endpoint: str, keys: dict[str, Any]) -> None:
    try:
        payload, attributes = sent(endpoint=endpoint, **keys)
    except InvalidPushError as error:
        assert "more than 4096" in str(error)
    else:
        assert len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()) <= PAYLOAD_LIMIT
        assert all(attributes.values())
