"""Releases: their order, which of them stay, and which is restored."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.errors import OpsError
from ops.publish.release import Release, kept, live_release, next_id, old_keys, to_restore

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def release(days_ago: int, **fields: Any) -> Release:
    id = f"{NOW - timedelta(days=days_ago):%Y%m%dT%H%M%SZ}"
    given: dict[str, Any] = {
        "hashed": frozenset({f"assets/{days_ago}.js"}),
        "pages": {"index.html": f"{days_ago:064}"},
        **fields,
    }
    return Release(id=id, is_finished=bool(given.pop("is_finished", True)), **given)


def test_manifest_is_read_as_it_was_written() -> None:
    written = release(0, tag="v1.0.0", commit="0a1b", restores="20261101T000000Z")
    assert Release.of(written.manifest()) == written
    assert written.key == ".releases/20261128T120000Z.json"


def test_ids_are_in_order_even_if_a_clock_is_late() -> None:
    assert next_id([], NOW) == "20261128T120000Z"
    assert next_id([release(0)], NOW) == "20261128T120001Z"
    assert next_id([release(0)], NOW - timedelta(hours=3)) == "20261128T120001Z"


def test_release_stays_while_it_is_recent_or_one_of_the_newest() -> None:
    releases = [release(days) for days in (400, 300, 40, 20, 10)]
    # The one of 40 days ago was published until 20 days ago.
    assert kept(releases, NOW, days=30, count=2) == releases[2:]
    assert kept(releases, NOW, days=5, count=2) == releases[3:]
    assert kept(releases, NOW, days=5, count=4) == releases[1:]


def test_old_are_files_manifests_and_copies_that_no_release_needs() -> None:
    releases = [release(400), release(300), release(1)]
    keys = {
        *(each.key for each in releases),
        *(f".releases/pages/{each.pages['index.html']}" for each in releases),
        *(f"assets/{days}.js" for days in (400, 300, 1)),
        ".releases/lock",
        "index.html",
        "unknown.txt",
    }
    modified = dict.fromkeys(keys, NOW - timedelta(days=200))
    first = releases[0]
    expected = {first.key, f".releases/pages/{first.pages['index.html']}", "assets/400.js", "unknown.txt"}
    assert old_keys(modified, releases, NOW, days=30, count=2) == expected
    # What was uploaded recently may belong to a publish that failed.
    modified["unknown.txt"] = NOW - timedelta(days=2)
    assert old_keys(modified, releases, NOW, days=30, count=2) == expected - {"unknown.txt"}


def test_unfinished_release_is_restored_only_by_its_name() -> None:
    releases = [release(9), release(8, is_finished=False, tag="v2.0.0"), release(7)]
    assert to_restore(releases, None) == releases[0]
    assert to_restore(releases, "v2.0.0") == releases[1]
    with pytest.raises(
        OpsError, match=r"there is no release v3; kept are 20261119T120000Z, 20261120T120000Z \(v2.0.0\)"
    ):
        to_restore(releases, "v3")


def test_live_is_the_newest_finished_release() -> None:
    releases = [release(9), release(8, tag="v2.0.0"), release(7, is_finished=False)]
    assert live_release(releases) is releases[1]
    assert live_release([]) is None
    assert releases[1].line(live=True) == "20261120T120000Z  v2.0.0  2 files  (live)"
    assert releases[2].line(live=False) == "20261121T120000Z  no tag  2 files  not finished"


def test_tag_of_several_releases_restores_the_newest() -> None:
    releases = [release(9, tag="v1.0.0"), release(8, tag="v1.0.0"), release(7, tag="v2.0.0")]
    assert to_restore(releases, "v1.0.0") is releases[1]
    assert to_restore(releases, releases[0].id) is releases[0]
