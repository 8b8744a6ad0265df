"""The blocks of an environment file, as text."""

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
    """A top-level block of a file."""

    kind: str
    label: str
    text: str


def blocks(text: str) -> list[Block]:
    """Return the blocks of a formatted environment file."""
    return [Block(each[1], each[2] or "", each[0]) for each in _BLOCK.finditer(text)]


def without(text: str, removed: Collection[Block]) -> str:
    """Return the file without some of its blocks."""
    for block in removed:
        text = text.replace(block.text, "", 1)
    return text


def removals(path: Path, folder: Path) -> Iterator[list[Block]]:
    """Yield the blocks of a file that can be removed together, then the same for the remaining blocks, and so on.

    Blocks that name each other are removed together. The folder is for the files of each step.
    """
    text = path.read_text()
    while found := next(filter(None, (_removable(text, folder / path.name, together) for together in (1, 2, 3))), []):
        yield found
        text = without(text, found)


def _removable(text: str, path: Path, together: int) -> list[Block]:
    """Return the groups of this many blocks that no other block of the file needs."""
    found = [group for group in combinations(blocks(text), together) if _is_valid(without(text, group), path)]
    return [block for block in blocks(text) if any(block in group for group in found)]


def _is_valid(text: str, path: Path) -> bool:
    path.write_text(text)
    try:
        load_file(path)
    except SettingsError:
        return False
    return True
