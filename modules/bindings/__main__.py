"""Warm-up for set-up: `python -m modules.bindings`.

On its first run, jsii unpacks the bindings, and a worker process builds an index of their types. If the run ends before
the worker, no index is stored, and every later run reads 120 MB of JSON again, which takes 3 s and 1.2 GB. This run
waits for the index.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider

from .layout import ASSEMBLY, VERSION

# The index takes 7 s on two slow cores.
PATIENCE_IN_SECONDS = 120


def warm_up() -> bool:
    """Synthesize an empty stack, wait until jsii has stored its index, and return whether it has."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder)
        AwsProvider(TerraformStack(app, "warm-up"), "aws")
        app.synth()
    enabled = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE", "enabled").lower() == "enabled"
    end = time.monotonic() + PATIENCE_IN_SECONDS
    while enabled and time.monotonic() < end:
        # Written last, when the files that it names are complete.
        if any(_cache().glob(f"{ASSEMBLY}/{VERSION}/*/.jsii.runtime.v*.json")):
            return True
        time.sleep(0.2)
    return False


def _cache() -> Path:
    """Return the folder into which jsii unpacks assemblies."""
    if chosen := os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/com.amazonaws.jsii/package-cache"
    return Path.home() / ".cache/aws/jsii/package-cache"


if __name__ == "__main__" and not warm_up():
    print(
        f"jsii stored no index of {ASSEMBLY} below {_cache()}: every synth will take about 3 s and 1.2 GB "
        "more. Make the folder writable, and do not set JSII_RUNTIME_PACKAGE_CACHE to disabled.",
        file=sys.stderr,
    )
