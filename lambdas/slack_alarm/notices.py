"""Notices: what an event means, independent of the service that sent it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .settings import SEVERITIES

Event = Mapping[str, Any]
#: Name and URL of a link.
Link = tuple[str, str]


@dataclass(frozen=True)
class Message:
    """A message from a topic, or an event from EventBridge."""

    id: str
    text: str
    subject: str = ""
    topic_arn: str = ""

    @property
    def severity(self) -> str:
        """The severity, which is the last part of the topic's name; empty for other topics."""
        last = self.topic_arn.rpartition("-")[2]
        return last if last in SEVERITIES else ""


@dataclass(frozen=True)
class Notice:
    """One notification: what happened, where, since when, and links to more information."""

    id: str
    """The same for two messages about the same event."""
    title: str
    severity: str = ""
    state: str = ""
    """The alarm state; empty if an event is neither good nor bad."""
    state_before: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    links: tuple[Link, ...] = ()
    as_it_came: str = ""
    """The text of the event, if its format is unknown."""

    def __post_init__(self) -> None:
        """Raise TypeError if a value does not have the type that AWS documents."""
        for value in (self.id, self.title, self.severity, self.state, self.state_before, self.text):
            if not isinstance(value, str):
                raise TypeError(f"{value!r} is not a string")


def messages(event: Event) -> Iterator[Message]:
    """Yield the messages in a topic's records, or the event itself if EventBridge invokes the function."""
    if "Records" not in event:
        yield Message(str(event.get("id", "")), json.dumps(event, ensure_ascii=False))
        return
    for record in event["Records"]:
        sns = record["Sns"]
        yield Message(sns["MessageId"], sns["Message"], sns.get("Subject") or "", sns.get("TopicArn") or "")


def string(values: Event, *keys: str) -> str:
    """Return the first of the values that is not empty. Raises LookupError or TypeError if there is no string."""
    value = next((values[key] for key in keys if values.get(key)), None)
    if value is None:
        raise LookupError(f"none of {', '.join(keys)}")
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a string")
    return value


def facts_of(*facts: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the facts that have a value."""
    return tuple((name, str(value)) for name, value in facts if value)


def last_part(arn: object) -> str:
    """Return the part of an ARN after its last slash or colon: the resource's name or ID."""
    return str(arn or "").rpartition("/")[2].rpartition(":")[2]


def moment(text: str) -> datetime:
    """Return the time; CloudWatch writes `+0000`, EventBridge `Z`. Raises ValueError."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
