"""Payloads for APNs and FCM, in the format that SNS expects."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .pushes import InvalidPushError, Push

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

#: [Apple, Generating a remote notification]
#: (https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification) and [Firebase, About
#: FCM messages](https://firebase.google.com/docs/cloud-messaging/concept-options): maximum number of bytes.
PAYLOAD_LIMIT = 4096


def published(push: Push, *, id: str, ttl_seconds: int) -> dict[str, Any]:
    """Return the arguments of SNS's Publish. Raises InvalidPushError if the payload exceeds the platform's limit.

    `id` is the default of the collapse ID: a message that the queue delivers twice is shown once.
    """
    ttl = ttl_seconds if push.ttl_seconds is None else push.ttl_seconds
    collapse_id = push.collapse_id or id
    apple = push.platform.startswith("APNS")
    payload = _apns(push) if apple else _fcm(push, collapse_id, ttl)
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode(errors="replace"))
    if size > PAYLOAD_LIMIT:
        raise InvalidPushError(f"its payload for {push.platform} has {size} bytes, more than {PAYLOAD_LIMIT}")
    return {
        "TargetArn": push.endpoint,
        "MessageStructure": "json",
        # [Publish, MessageStructure](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): `default` is
        # required, although an endpoint has only one platform.
        "Message": json.dumps({"default": push.body or push.title or "-", push.platform: text}),
        "MessageAttributes": _apns_attributes(push, collapse_id, ttl) if apple else _attributes({"FCM.TTL": str(ttl)}),
    }


def _apns(push: Push) -> dict[str, Any]:
    if not push.is_shown:
        return {**push.data, "aps": {"content-available": 1}}
    aps: dict[str, Any] = {"alert": {"title": push.title, "body": push.body}}
    if push.badge is not None:
        aps["badge"] = push.badge
    if push.sound:
        aps["sound"] = push.sound
    return {**push.data, "aps": aps}


def _apns_attributes(push: Push, collapse_id: str, ttl: int) -> "dict[str, MessageAttributeValueTypeDef]":
    """[Amazon SNS message attributes, Reserved message attributes for mobile push notifications]
    (https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html#sns-attrib-mobile-reserved): headers of the
    request to APNs.
    """
    shown = push.is_shown
    return _attributes(
        {
            f"{push.platform}.TTL": str(ttl),
            "APNS.COLLAPSE_ID": collapse_id,
            "APNS.PUSH_TYPE": "alert" if shown else "background",
            # APNs rejects priority 10 for background notifications.
            "APNS.PRIORITY": "10" if shown and push.priority == "high" else "5",
        }
    )


def _fcm(push: Push, collapse_id: str, ttl: int) -> dict[str, Any]:
    """[Using Google Firebase Cloud Messaging v1 payloads in Amazon SNS]
    (https://docs.aws.amazon.com/sns/latest/dg/sns-fcm-v1-payloads.html).
    """
    android: dict[str, Any] = {"ttl": f"{ttl}s", "priority": "HIGH" if push.priority == "high" else "NORMAL"}
    # FCM stores at most four collapse keys per device, so only explicit ones are set; a tag replaces what is shown.
    if push.collapse_id:
        android["collapse_key"] = collapse_id
    message: dict[str, Any] = {"android": android}
    if push.data:
        message["data"] = dict(push.data)
    if push.is_shown:
        message["notification"] = {"title": push.title, "body": push.body}
        android["notification"] = {
            "tag": collapse_id,
            **({"sound": push.sound} if push.sound else {}),
            **({"notification_count": push.badge} if push.badge is not None else {}),
        }
    return {"fcmV1Message": {"message": message}}


def _attributes(values: Mapping[str, str]) -> "dict[str, MessageAttributeValueTypeDef]":
    return {f"AWS.SNS.MOBILE.{name}": {"DataType": "String", "StringValue": value} for name, value in values.items()}
