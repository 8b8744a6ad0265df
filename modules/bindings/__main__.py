"""Warm-up for set-up: `python -m modules.bindings`.

On its first run jsii unpacks the bindings and has a worker build an index of their types. A run that is over sooner
kills the worker, and then every later run reads 120 MB of JSON again, for 3 s and 1.2 GB. This run waits for the index.
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
    """Synthesize a stack with nothing in it and stay until jsii has kept its index; False if it never does."""
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder)
        AwsProvider(TerraformStack(app, "warm-up"), "aws")
        app.synth()
    kept = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE", "enabled").lower() == "enabled"
    end = time.monotonic() + PATIENCE_IN_SECONDS
    while kept and time.monotonic() < end:
        # Written last, when the files that it names are complete.
        if any(_cache().glob(f"{ASSEMBLY}/{VERSION}/*/.jsii.runtime.v*.json")):
            return True
        time.sleep(0.2)
    return False


def _cache() -> Path:
    """The folder into which jsii unpacks assemblies, by its own rules."""
    if chosen := os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/com.amazonaws.jsii/package-cache"
    return Path.home() / ".cache/aws/jsii/package-cache"


if __name__ == "__main__" and not warm_up():
    print(
        f"jsii kept no index of {ASSEMBLY} below {_cache()}: every synth will take some 3 s and 1.2 GB more. "
        "Is the folder writable, and JSII_RUNTIME_PACKAGE_CACHE not set to disabled?",
        file=sys.stderr,
    )
