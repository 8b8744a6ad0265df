"""The blocks of an environment file, as text: what a person adds, changes, and removes."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from modules.environment_files import load_file
from modules.foundation.problems import SettingsError

_BLOCK = re.compile(r'^(\w+)(?: "([^"]+)")? \{(?:[^\n]*\}|.*?^\})\n', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block at the top of a file."""

    kind: str
    label: str
    text: str


def blocks(text: str) -> list[Block]:
    """Return the blocks of a formatted environment file."""
    return [Block(each[1], each[2] or "", each[0]) for each in _BLOCK.finditer(text)]


def without(text: str, gone: Collection[Block]) -> str:
    """Return the file without some of its blocks."""
    for block in gone:
        text = text.replace(block.text, "", 1)
    return text


def removals(path: Path, folder: Path) -> Iterator[list[Block]]:
    """Yield which blocks of a file can be removed at once, then which of what is left, until nothing more can.

    Blocks that name each other go together. The folder is for the files of each step.
    """
    text = path.read_text()
    while gone := next(filter(None, (_removable(text, folder / path.name, together) for together in (1, 2, 3))), []):
        yield gone
        text = without(text, gone)


def _removable(text: str, path: Path, together: int) -> list[Block]:
    """Return the blocks that no other block of the file needs, so many together."""
    found = [group for group in combinations(blocks(text), together) if _is_valid(without(text, group), path)]
    return [block for block in blocks(text) if any(block in group for group in found)]


def _is_valid(text: str, path: Path) -> bool:
    path.write_text(text)
    try:
        load_file(path)
    except SettingsError:
        return False
    return True
