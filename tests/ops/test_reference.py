"""The reference of environment files: current, and whole."""

import pytest
from pydantic import BaseModel

from modules.environment import Environment
from modules.hcl.reading import shape_of, written
from ops.reference import FOLDER, pages
from ops.workspace import PROJECT


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_committed_chapters_are_current(name: str) -> None:
    assert (PROJECT / FOLDER / name).read_text() == pages()[name], "run `make reference`"


def test_no_chapter_is_left_of_a_wing_that_is_gone() -> None:
    assert {path.name for path in (PROJECT / FOLDER).iterdir()} == set(pages())


def test_every_key_has_a_reason() -> None:
    """What a file may say, at any depth, says what it is for."""
    waiting: list[tuple[str, type[BaseModel]]] = [("", Environment)]
    seen = 0
    while waiting:
        path, model = waiting.pop()
        for name, info in written(model).items():
            seen += 1
            assert info.description, f"{path}{name} has no description"
            assert info.description.rstrip().endswith((".", "?")), f"{path}{name}: {info.description}"
            inner = shape_of(info).model
            if inner is not None:
                waiting.append((f"{path}{name}.", inner))
    assert seen > 100


def test_a_key_with_its_bounds_default_and_reason() -> None:
    backup = next(line for line in pages()["data.md"].splitlines() if line.startswith("| `daily_retention_days`"))
    assert "number (at least" in backup
    assert backup.count(" | ") == 3
