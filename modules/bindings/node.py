"""Node.js of the jsii kernel: the version of pnpm-lock.yaml, if it is installed."""

from __future__ import annotations

import os
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "node_modules" / ".bin" / "node"
#: Node 22 warns of `util.isArray`, which CDKTF 0.21 calls; users cannot do anything about the warning.
QUIET = "--disable-warning=DEP0044"


def choose() -> None:
    """Make jsii use this Node.js, unless JSII_NODE is set: with an older one, jsii prints a warning at every start."""
    if "JSII_NODE" in os.environ or not PROGRAM.exists():
        return
    os.environ["JSII_NODE"] = str(PROGRAM)
    present = os.environ.get("NODE_OPTIONS", "")
    if QUIET not in present:
        os.environ["NODE_OPTIONS"] = f"{present} {QUIET}".strip()
