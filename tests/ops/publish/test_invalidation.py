"""Paths of invalidations, and the wait for them."""

from typing import Any

import pytest

from ops.clock import Clock
from ops.publish.invalidation import MOST_PATHS, WAIT_SECONDS, invalidate, paths_of


def test_paths_are_those_of_viewers_and_those_after_the_function() -> None:
    keys = ["index.html", "docs/index.html", "a.html"]
    assert paths_of(keys, "folders") == ["/", "/a.html", "/docs/", "/docs/index.html", "/index.html"]
    assert paths_of(keys, "single-page") == ["/", "/a.html", "/docs/index.html", "/index.html"]


def test_only_unsafe_characters_are_encoded() -> None:
    assert paths_of(["näme.html", "a b%[c].html", "x@y(1),+z=&.html"], "folders") == [
        "/a%20b%25%5Bc%5D.html",
        "/n%C3%A4me.html",
        "/x@y(1),+z=&.html",
    ]


def test_many_paths_are_one_wildcard() -> None:
    pages = [f"{number}.html" for number in range(MOST_PATHS)]
    assert len(paths_of(pages, "folders")) == MOST_PATHS
    assert paths_of([*pages, "one-more.html"], "folders") == ["/*"]


class Cloudfront:
    """Invalidations that end after some looks."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def create_invalidation(self, **_: Any) -> dict[str, Any]:
        return self.get_invalidation()

    def get_invalidation(self, **_: Any) -> dict[str, Any]:
        self._looks -= 1
        return {"Invalidation": {"Id": "I1", "Status": "InProgress" if self._looks >= 0 else "Completed"}}


@pytest.mark.parametrize(("looks", "is_late"), [(3, False), (10**6, True)])
def test_wait_is_bounded(looks: int, is_late: bool, capsys: pytest.CaptureFixture[str]) -> None:
    slept: list[float] = []
    assert invalidate(Cloudfront(looks), "E1", ["/"], Clock(sleep=slept.append)) == "I1"
    assert sum(slept) == (WAIT_SECONDS if is_late else 15)
    assert ("still in progress after 15 minutes" in capsys.readouterr().err) == is_late
