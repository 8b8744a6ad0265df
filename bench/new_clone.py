"""Set-up in a new clone of the project, with empty caches of uv, npm, and pnpm, and with filled ones."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .contenders import REPOSITORY
from .measuring import Cost, measure


def set_up_costs() -> dict[str, Cost]:
    """Return the costs of the first set-up of a machine, and of one in a further clone."""
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        caches = {"UV_CACHE_DIR": f"{folder}/uv", "npm_config_cache": f"{folder}/npm"}
        caches["npm_config_store_dir"] = f"{folder}/pnpm"
        caches["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = f"{folder}/jsii"
        for name in ("make setup, cold", "make setup, warm"):
            clone = Path(folder, name[-4:])
            subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
            costs[name] = measure([sys.executable, "ops/set_up.py"], folder=clone, environment={**os.environ, **caches})
    return costs
