"""The file with the job's token, renewed while an apply runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.pipeline.renewal import renew_in_background, token_file
from tests.support.waiting import awaited


@pytest.fixture
def path() -> Iterator[Path]:
    found = token_file("first")
    yield found
    found.unlink(missing_ok=True)


def test_only_its_user_can_read_the_file(path: Path) -> None:
    assert path.read_text() == "first"
    assert path.stat().st_mode & 0o077 == 0


def test_token_is_renewed_and_stays_private(path: Path) -> None:
    tokens = iter(["second", "third"])
    end = renew_in_background(path, lambda: next(tokens, "third"), seconds=0.01)
    awaited(lambda: path.read_text() == "third")
    end.set()
    assert path.stat().st_mode & 0o077 == 0


def test_failed_renewal_keeps_the_token_and_is_repeated(path: Path) -> None:
    seen: list[str] = []

    def request() -> str:
        seen.append(path.read_text())
        if len(seen) == 1:
            raise OpsError("no answer")
        return "second"

    end = renew_in_background(path, request, seconds=0.01)
    awaited(lambda: path.read_text() == "second")
    end.set()
    assert seen[:2] == ["first", "first"]
