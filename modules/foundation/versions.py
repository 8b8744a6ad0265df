"""Versions that an environment names, and what the version calendar says about them."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from modules.foundation.calendar import NOTICE, Calendar, Kind, Version, committed
from modules.foundation.problems import Finding


@dataclass(frozen=True)
class VersionInUse:
    """A version, and where an environment file names it."""

    at: tuple[str, ...]
    kind: Kind
    version: str
    after: str = ""
    """What AWS does after the end of standard support, as a phrase; empty if it does nothing notable."""

    def warnings(self, today: datetime.date, calendar: Calendar | None = None) -> Iterator[Finding]:
        """Yield a warning if the version can no longer be created, or its support ends within the notice period."""
        calendar = calendar or committed()
        row = calendar.find(self.kind, self.version)
        message = row and state(row, today, self.after)
        if row and message:
            yield Finding(self.at, self.version, message, remedy(calendar, row, today))


def state(row: Version, today: datetime.date, after: str = "") -> str:
    """Return the state of a version on this date, as a phrase that follows it; empty if there is nothing to report."""
    creation = "" if row.can_be_created(today) else "can no longer be created"
    return " and ".join(filter(None, (creation, _support(row, today, after))))


def remedy(calendar: Calendar, row: Version, today: datetime.date) -> str:
    """Return what to write instead, or which page to read."""
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
