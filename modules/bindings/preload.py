"""JavaScript half: has the jsii kernel's Node process load `preload.js` first."""

from __future__ import annotations

import os
from pathlib import Path

SCRIPT = Path(__file__).with_name("preload.js")


def add_to_node_options() -> None:
    """Append `--require preload.js` to NODE_OPTIONS, once, after the existing options.

    Every Node process below this one inherits the variable, and so may this process from a parent of ours.
    """
    present = os.environ.get("NODE_OPTIONS", "")
    option = f"--require {_quoted(SCRIPT)}"
    if option not in present and SCRIPT.is_file():
        os.environ["NODE_OPTIONS"] = f"{present} {option}".strip()


def _quoted(path: Path) -> str:
    """The path as Node reads it out of NODE_OPTIONS: blanks only inside quotes, backslashes doubled there."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
