"""Version calendar: which versions AWS still creates, and until when it supports them.

The rows are in `calendar.json`, each with the AWS page it was read from and the date on which it was read.
`python -m ops calendar` rewrites the file. Nothing here reads the clock: the date is an argument.
"""

import dataclasses
import datetime
import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal[
    "aurora-mysql", "aurora-postgresql", "mysql", "postgres", "valkey", "redis",
    "kubernetes", "lambda", "ami", "elb-tls", "cloudfront-tls",
]  # fmt: skip

CALENDAR = Path(__file__).with_name("calendar.json")
#: How long before the end of standard support `validate` and `doctor` warn, and how long a successor must still be
#: supported.
NOTICE = datetime.timedelta(days=180)


@dataclass(frozen=True)
class Page:
    """The AWS page that rows were read from."""

    title: str
    url: str
    read: datetime.date
    note: str = ""
    """What the page does not say, or which copy of it was read."""


@dataclass(frozen=True)
class Version:
    """One row: a version, whether AWS still creates it, and when its support ends. A date is None if none was found."""

    kind: Kind
    version: str
    page: str
    major: str = ""
    """The major version that it belongs to, as RDS counts them; for a major version, the version itself."""
    can_create: bool = True
    no_creation_from: datetime.date | None = None
    end_of_standard_support: datetime.date | None = None
    end_of_extended_support: datetime.date | None = None

    @property
    def is_major(self) -> bool:
        """Whether the row describes a major version as a whole."""
        return self.version == self.major

    @property
    def order(self) -> tuple[int, ...]:
        """The numbers in the version, as the sort key among versions of a kind."""
        return tuple(map(int, re.findall(r"\d+", self.version)))

    def can_be_created(self, today: datetime.date) -> bool:
        """Return whether AWS creates new resources of this version."""
        return self.can_create and (self.no_creation_from is None or today < self.no_creation_from)

    def days_left(self, today: datetime.date) -> int | None:
        """Return the remaining days of standard support: 0 or less after its end, None without a date."""
        end = self.end_of_standard_support
        return None if end is None else (end - today).days

    def is_lasting(self, today: datetime.date) -> bool:
        """Return whether no end of standard support within the notice period is known."""
        left = self.days_left(today)
        return left is None or left > NOTICE.days


@dataclass(frozen=True)
class Calendar:
    """The rows, and the pages they were read from, by the names that the rows use."""

    pages: Mapping[str, Page]
    versions: tuple[Version, ...]

    def of(self, kind: Kind) -> Iterator[Version]:
        """Return the rows of a kind."""
        return (each for each in self.versions if each.kind == kind)

    def find(self, kind: Kind, version: str) -> Version | None:
        """Return the row of a version, or of the nearest major version above it.

        A minor version without an end date has that of its major version, because it is not supported longer.
        """
        rows = {each.version: each for each in self.of(kind)}
        found = next((rows[name] for name in _shortened(version) if name in rows), None)
        if found is None or found.end_of_standard_support or found.major not in rows:
            return found
        major = rows[found.major]
        return dataclasses.replace(
            found,
            end_of_standard_support=major.end_of_standard_support,
            end_of_extended_support=major.end_of_extended_support,
        )

    def successor(self, version: Version, today: datetime.date) -> Version | None:
        """Return the version to upgrade to: a newer one that can be created and is supported beyond the notice period.

        Within the same major version, this is the one that is supported longest; otherwise the newest of the next
        major version.
        """
        newer = [
            each
            for each in self.of(version.kind)
            if each.order > version.order and each.is_major == version.is_major and self._is_suitable(each, today)
        ]
        if not newer:
            return None
        nearest = min(newer, key=lambda each: each.order)
        group = [each for each in newer if each.major == nearest.major] if nearest.major else [nearest]
        return max(group, key=_lasts if nearest.major == version.major else lambda each: each.order)

    def _is_suitable(self, version: Version, today: datetime.date) -> bool:
        """Return whether the version can be created, and it and its major version outlast the notice period."""
        major = self.find(version.kind, version.major)
        lasting = all(each.is_lasting(today) for each in (version, major) if each)
        return lasting and version.can_be_created(today)

    def page_of(self, version: Version) -> Page:
        """Return the page that the row was read from."""
        return self.pages[version.page]


@functools.cache
def committed() -> Calendar:
    """Return the calendar of this repository."""
    return parse(CALENDAR.read_text())


def parse(text: str) -> Calendar:
    """Return the calendar from a file's text."""
    data = json.loads(text)
    pages = {name: Page(**_dated(each)) for name, each in data["pages"].items()}
    return Calendar(pages, tuple(Version(**_dated(each)) for each in data["versions"]))


def _dated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values, with date strings converted to dates."""
    dates = ("read", "no_creation_from", "end_of_standard_support", "end_of_extended_support")
    return {name: datetime.date.fromisoformat(each) if name in dates else each for name, each in values.items()}


def _shortened(version: str) -> Iterator[str]:
    """Yield the version, then the version without its last number, and so on: `16.8`, `16`."""
    while version:
        yield version
        version = version.rpartition(".")[0]


def _lasts(version: Version) -> tuple[datetime.date, tuple[int, ...]]:
    """Return the sort key for the longest-supported version; one without a date sorts lowest."""
    return version.end_of_standard_support or datetime.date.min, version.order
