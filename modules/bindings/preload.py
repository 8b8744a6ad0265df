"""JavaScript half: makes the Node.js process of the jsii kernel load `preload.js` first."""

from __future__ import annotations

import os
from pathlib import Path

SCRIPT = Path(__file__).with_name("preload.js")


def add_to_node_options() -> None:
    """Append `--require preload.js` to NODE_OPTIONS, once, after the existing options.

    Child processes inherit the variable, so the option may already be in it.
    """
    present = os.environ.get("NODE_OPTIONS", "")
    option = f"--require {_quoted(SCRIPT)}"
    if option not in present and SCRIPT.is_file():
        os.environ["NODE_OPTIONS"] = f"{present} {option}".strip()


def _quoted(path: Path) -> str:
    """Return the path as NODE_OPTIONS requires it: in quotes because of spaces, with doubled backslashes."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
