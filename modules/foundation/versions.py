"""Versions that an environment names, and what the calendar says of them."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from modules.foundation.calendar import NOTICE, Calendar, Kind, Version, committed
from modules.foundation.problems import Finding


@dataclass(frozen=True)
class VersionInUse:
    """A version where an environment file names it."""

    at: tuple[str, ...]
    kind: Kind
    version: str
    after: str = ""
    """What AWS does after the end of standard support, a phrase; empty where that goes without saying."""

    def warnings(self, today: datetime.date, calendar: Calendar | None = None) -> Iterator[Finding]:
        """Yield a warning where the version can no longer be created, or its support ends within the notice."""
        calendar = calendar or committed()
        row = calendar.find(self.kind, self.version)
        told = row and state(row, today, self.after)
        if row and told:
            yield Finding(self.at, self.version, told, remedy(calendar, row, today))


def state(row: Version, today: datetime.date, after: str = "") -> str:
    """Return what is to be said of a version on this day, a phrase that follows it; empty when there is nothing."""
    creation = "" if row.can_be_created(today) else "can no longer be created"
    return " and ".join(filter(None, (creation, _support(row, today, after))))


def remedy(calendar: Calendar, row: Version, today: datetime.date) -> str:
    """Return what to write instead, or where to look."""
    successor = calendar.successor(row, today)
    if successor:
        end = successor.end_of_standard_support
        return f'write "{successor.version}"{f", supported until {end}" if end else ""}'
    page = calendar.page_of(row)
    return f'see "{page.title}", {page.url}'


def _support(row: Version, today: datetime.date, after: str) -> str:
    left, extended = row.days_left(today), row.end_of_extended_support
    if left is None or left > NOTICE.days:
        return ""
    if extended and extended <= today:
        return f"left extended support on {extended}"
    when = f"left standard support on {row.end_of_standard_support}"
    if left > 0:
        when = f"leaves standard support on {row.end_of_standard_support}, in {left} days"
    return f"{when}{after and f', after which {after}'}"
