"""Readings: what the reader of one kind of event found in it."""

from dataclasses import dataclass
from urllib.parse import quote

from .notices import Event


@dataclass(frozen=True)
class Reading:
    """What is special to a kind of event; account, region, and severity are the same for all."""

    title: str
    text: str = ""
    facts: tuple[tuple[str, object], ...] = ()
    page: tuple[str, str] | None = None
    """Name and path of the page in the AWS console of the event's region."""
    since: str = ""
    """The time, if it is not that of the event."""
    id: str = ""
    """What two events about the same incident have in common, if it is not the ID of the event."""
    state: str = ""


def page(name: str, event: Event, service: str, *fragment: str) -> tuple[str, str]:
    """Return a page of the form `/service/home?region=...#...`; every second part of the fragment is a value."""
    parts = (quote(part, safe="") if index % 2 else part for index, part in enumerate(fragment))
    return name, f"{service}/home?region={event['region']}#{''.join(parts)}"
