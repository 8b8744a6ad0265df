"""Every block of every committed environment can be removed."""

import re
from pathlib import Path

import pytest

from tests.conftest import FURTHER, REFERENCE
from tests.local import test_life
from tests.support.blocks import blocks, removals

FILES = [path for folder in (REFERENCE, FURTHER) for path in sorted(folder.glob("*.hcl"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_block_can_be_removed(path: Path, tmp_path: Path) -> None:
    """Each step leaves a valid file; at most three blocks need each other."""
    text = path.read_text()
    removed = [block for step in removals(path, tmp_path) for block in step]
    assert sorted(each.text for each in removed) == sorted(each.text for each in blocks(text))
    assert len(removed) == len(re.findall(r'^\w+( "[^"]+")? \{', text, re.MULTILINE))


def test_environments_that_are_edited_have_every_kind_of_block() -> None:
    edited = [path for path in FILES if path.stem in test_life.NAMES]
    assert _kinds(edited) | set(test_life.LAST) == _kinds(FILES)


def _kinds(paths: list[Path]) -> set[str]:
    return {block.kind for path in paths for block in blocks(path.read_text())}
