"""A notification as the API requests it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .settings import TTL_LIMIT

Priority = Literal["high", "normal"]

#: [Sending notification requests to APNs, apns-collapse-id]
#: (https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns): maximum number
#: of bytes.
COLLAPSE_ID_LIMIT = 64


class InvalidPushError(Exception):
    """The message is not a valid notification, and retries cannot succeed; its text is the reason."""


@dataclass(frozen=True)
class Push:
    """One notification to one device.

    With neither title nor body nothing is shown: the app receives the data in the background.
    """

    endpoint: str
    title: str = ""
    body: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    collapse_id: str = ""
    """A later notification with the same ID replaces the earlier one."""
    ttl_seconds: int | None = None
    priority: Priority = "high"
    badge: int | None = None
    sound: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the notification is visible to the user."""
        return bool(self.title or self.body)

    @property
    def platform(self) -> str:
        """The name of the platform in SNS, from `arn:aws:sns:...:endpoint/GCM/agora-prod/3f5f6d2e-...`."""
        return self.endpoint.split("/")[1]

    @property
    def application(self) -> str:
        """The platform application that the endpoint belongs to."""
        head, platform, name, _ = self.endpoint.split("/")
        return f"{head.removesuffix(':endpoint')}:app/{platform}/{name}"

    @classmethod
    def parse(cls, text: str) -> "Push":
        """Return the notification from its JSON. Raises InvalidPushError."""
        try:
            keys = json.loads(text)
        except ValueError:
            raise InvalidPushError("it is not JSON") from None
        if not isinstance(keys, dict):
            raise InvalidPushError("it is not a JSON object")
        unknown = sorted(set(keys) - set(cls.__dataclass_fields__))
        if unknown:
            raise InvalidPushError(f"it has unknown keys: {', '.join(unknown)}")
        for name, value in keys.items():
            if not _is_valid(name, value):
                raise InvalidPushError(f"its {name} is not {_RULES[name]}")
        if "endpoint" not in keys:
            raise InvalidPushError("it has no endpoint")
        return cls(**keys)


_RULES = {
    "endpoint": "the ARN of a platform endpoint",
    "title": "a string",
    "body": "a string",
    "data": "an object of strings",
    "collapse_id": f"a string of at most {COLLAPSE_ID_LIMIT} bytes",
    "ttl_seconds": f"a number from 0 to {TTL_LIMIT}",
    "priority": "high or normal",
    "badge": "a number, 0 or more",
    "sound": "a string",
}


def _is_valid(name: str, value: Any) -> bool:
    if name == "data":
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if name in ("ttl_seconds", "badge"):
        return type(value) is int and 0 <= value <= (TTL_LIMIT if name == "ttl_seconds" else 2**31)
    if not isinstance(value, str):
        return False
    if name == "endpoint":
        return value.startswith("arn:aws:sns:") and value.split(":")[5].count("/") == 3
    if name == "collapse_id":
        return len(value.encode(errors="replace")) <= COLLAPSE_ID_LIMIT
    return name != "priority" or value in get_args(Priority)
