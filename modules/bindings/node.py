"""The Node.js that the jsii kernel runs on: the one of package-lock.json, where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "node_modules" / ".bin" / "node"
#: Node 22 warns of `util.isArray`, which CDKTF 0.21 calls; whoever reads the warning can do nothing about it.
QUIET = "--disable-warning=DEP0044"


def choose() -> None:
    """Name it to jsii, unless the shell names another: on an older one jsii prints a banner at every start."""
    if "JSII_NODE" in os.environ or not PROGRAM.exists():
        return
    os.environ["JSII_NODE"] = str(PROGRAM)
    present = os.environ.get("NODE_OPTIONS", "")
    if QUIET not in present:
        os.environ["NODE_OPTIONS"] = f"{present} {QUIET}".strip()
