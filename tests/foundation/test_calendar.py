"""The versions calendar: rules for its rows, and the committed calendar."""

import dataclasses
import datetime
from typing import Any

import pytest

from modules.foundation.calendar import NOTICE, Calendar, Kind, Page, Version, committed

TODAY = datetime.date(2026, 11, 26)
PAGE = Page("Release calendar", "https://docs.aws.amazon.com/calendar", TODAY)


def day(days: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=days)


def row(version: str, left: int | None = None, kind: Kind = "postgres", **more: Any) -> Version:
    """Return a row whose standard support ends in this many days."""
    end = None if left is None else day(left)
    return Version(kind, version, "page", end_of_standard_support=end, **more)


def calendar(*rows: Version) -> Calendar:
    return Calendar({"page": PAGE}, rows)


def postgres(*minors: Version, major: str = "16", left: int = 800) -> Calendar:
    return calendar(row(major, left, major=major), *(dataclasses.replace(each, major=major) for each in minors))


def successor(rows: Calendar, version: str, kind: Kind = "postgres") -> str | None:
    found = rows.find(kind, version)
    assert found
    after = rows.successor(found, TODAY)
    return after.version if after else None


def test_a_version_is_found_by_itself_or_by_its_major_version() -> None:
    rows = postgres(row("16.8", 10))
    assert rows.find("postgres", "16.8") == row("16.8", 10, major="16")
    assert rows.find("postgres", "16.99") == rows.find("postgres", "16") == row("16", 800, major="16")
    assert rows.find("postgres", "17.1") is rows.find("mysql", "16.8") is None


def test_minor_version_without_an_end_has_the_end_of_its_major_version() -> None:
    rows = calendar(row("16", 20, major="16", end_of_extended_support=day(90)), row("16.9", major="16"))
    found = rows.find("postgres", "16.9")
    assert found
    assert (found.version, found.days_left(TODAY), found.end_of_extended_support) == ("16.9", 20, day(90))


@pytest.mark.parametrize(
    ("fields", "creatable"),
    [
        ({}, True),
        ({"can_create": False}, False),
        ({"no_creation_from": day(1)}, True),
        ({"no_creation_from": day(0)}, False),
    ],
)
def test_whether_a_version_can_be_created_on_a_day(fields: dict[str, Any], creatable: bool) -> None:
    assert row("16.8", **fields).can_be_created(TODAY) is creatable


@pytest.mark.parametrize(("left", "lasting"), [(None, True), (181, True), (180, False), (0, False), (-5, False)])
def test_version_is_lasting_if_its_end_is_after_the_notice_period(left: int | None, lasting: bool) -> None:
    assert datetime.timedelta(days=180) == NOTICE
    assert row("16.8", left).is_lasting(TODAY) is lasting


def test_the_successor_is_the_longest_lasting_of_the_same_major_version() -> None:
    rows = postgres(row("16.8", 5), row("16.10", 700), row("16.13", 300), row("16.14", 60), row("16.15"))
    assert successor(rows, "16.8") == "16.10"
    assert successor(rows, "16.10") == "16.13"
    assert successor(rows, "16.13") == "16.15"
    assert successor(rows, "16.15") is None


def test_the_successor_is_one_that_can_be_created() -> None:
    assert successor(postgres(row("16.8", 5), row("16.9", 900, can_create=False), row("16.10", 300)), "16.8") == "16.10"


def test_successor_of_an_ending_major_version_is_the_newest_of_the_next_one() -> None:
    ends, next_one = postgres(row("14.20", 90), major="14", left=90), postgres(row("15.1", 900), row("15.2", 300))
    rows = calendar(*ends.versions, *next_one.versions)
    assert successor(rows, "14.20") == "15.2"
    assert successor(rows, "14") == "16"


def test_successor_in_kubernetes_is_the_next_lasting_minor_version() -> None:
    rows = calendar(
        *(row(f"1.{minor}", left, "kubernetes") for minor, left in ((33, -9), (34, 6), (36, 250), (37, None)))
    )
    assert successor(rows, "1.33", "kubernetes") == successor(rows, "1.34", "kubernetes") == "1.36"
    assert successor(rows, "1.36", "kubernetes") == "1.37"
    assert successor(rows, "1.37", "kubernetes") is None


def test_versions_are_ordered_by_their_numbers() -> None:
    versions = ["8.0.mysql_aurora.3.09.0", "8.0.mysql_aurora.3.10.0", "8.0.mysql_aurora.3.10.6"]
    assert versions == sorted(versions, key=lambda each: row(each).order)
    assert row("16.9").order < row("16.10").order


def test_each_committed_row_has_a_page_and_is_unique() -> None:
    rows = committed()
    assert {each.page for each in rows.versions} == set(rows.pages)
    assert all(
        page.url.startswith(("https://docs.aws.amazon.com/", "https://aws.amazon.com/")) for page in rows.pages.values()
    )
    keys = [(each.kind, each.version) for each in rows.versions]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("kind", "version", "end"),
    [
        ("aurora-mysql", "8.0.mysql_aurora.3.08.2", "2026-08-31"),
        ("aurora-mysql", "8.0.mysql_aurora.3.10.6", "2028-04-30"),
        ("kubernetes", "1.33", "2026-07-29"),
        ("kubernetes", "1.34", "2026-12-02"),
        ("lambda", "python3.13", "2029-06-30"),
    ],
)
def test_end_is_the_one_that_aws_publishes(kind: Kind, version: str, end: str) -> None:
    found = committed().find(kind, version)
    assert found
    assert str(found.end_of_standard_support) == end


@pytest.mark.parametrize(("kind", "version"), [("postgres", "16.8"), ("aurora-postgresql", "16.6")])
def test_version_that_aws_no_longer_creates_cannot_be_created(kind: Kind, version: str) -> None:
    found = committed().find(kind, version)
    assert found
    assert not found.can_be_created(TODAY)
