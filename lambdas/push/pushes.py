"""A notification as the API asks for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .settings import TTL_LIMIT

Priority = Literal["high", "normal"]

#: "Sending notification requests to APNs, apns-collapse-id": bytes.
COLLAPSE_ID_LIMIT = 64


class InvalidPushError(Exception):
    """The message is no notification, however often it is tried; what it says is why."""


@dataclass(frozen=True)
class Push:
    """One notification to one device.

    With neither title nor body nothing is shown: the app is woken up with the data.
    """

    endpoint: str
    title: str = ""
    body: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    collapse_id: str = ""
    """A later notification with the same one takes the place of the earlier."""
    ttl_seconds: int | None = None
    priority: Priority = "high"
    badge: int | None = None
    sound: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether people see it."""
        return bool(self.title or self.body)

    @property
    def platform(self) -> str:
        """The platform by SNS's name, from `arn:aws:sns:...:endpoint/GCM/agora-prod/3f5f6d2e-...`."""
        return self.endpoint.split("/")[1]

    @property
    def application(self) -> str:
        """The platform application that the endpoint belongs to."""
        head, platform, name, _ = self.endpoint.split("/")
        return f"{head.removesuffix(':endpoint')}:app/{platform}/{name}"

    @classmethod
    def parse(cls, text: str) -> "Push":
        """Return the notification that the JSON asks for. Raises InvalidPushError."""
        try:
            asked = json.loads(text)
        except ValueError:
            raise InvalidPushError("it is not JSON") from None
        if not isinstance(asked, dict):
            raise InvalidPushError("it is not a JSON object")
        unknown = sorted(set(asked) - set(cls.__dataclass_fields__))
        if unknown:
            raise InvalidPushError(f"it has unknown keys: {', '.join(unknown)}")
        for name, value in asked.items():
            if not _is_right(name, value):
                raise InvalidPushError(f"its {name} is not {_RULES[name]}")
        if "endpoint" not in asked:
            raise InvalidPushError("it has no endpoint")
        return cls(**asked)


_RULES = {
    "endpoint": "the ARN of a platform endpoint",
    "title": "a text",
    "body": "a text",
    "data": "an object of texts",
    "collapse_id": f"a text of at most {COLLAPSE_ID_LIMIT} bytes",
    "ttl_seconds": f"a number from 0 to {TTL_LIMIT}",
    "priority": "high or normal",
    "badge": "a number from 0",
    "sound": "a text",
}


def _is_right(name: str, value: Any) -> bool:
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
