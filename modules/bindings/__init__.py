"""Makes the provider's AWS bindings lazy: a synth loads only the resource types that it uses, not all 2,135.

Why
    The import of `cdktf_cdktf_provider_aws` takes most of the time of a synth in Python. Its `__init__` imports every
    submodule (23,000 classes), and in the Node.js process of the jsii kernel, `lib/index.js` requires every file. For
    324 resources of 77 types, which are imported from submodules as usual, the stock bindings take 12 s of user CPU
    and 1.2 GB, the lazy ones 1.5 s and 0.34 GB. The synthesized files are identical. `make bench` repeats the
    measurement.

How
    `importing.py` runs the package's `__init__` without those imports, and imports a submodule when it is first used.
    It also registers the Python module of each type with the jsii runtime, since the kernel can return a type before
    its module is imported. `node.py` selects the Node.js of the kernel, and `preload.py` makes it load `preload.js`
    first, which replaces the exports of the index by getters. No file is edited, generated, or stored.

Limits
    Only release 20.1.0 of the bindings and the two of `make exit` are made lazy, and only in the form that `layout.py`
    and `preload.js` expect; each half loads anything else as usual. Both halves must be installed before jsii starts
    Node.js, which happens when cdktf is first imported. `GROUNDWORK_STOCK_BINDINGS=1` turns both halves off.

What had no benefit, measured on the same app with lazy bindings, and is therefore not done
    No garbage collection while loading, or a higher threshold; Node.js's compile cache; larger young generations and
    no stack traces in Node.js: no difference beyond the noise, which is 7%. Caching the type hints of constructors:
    no difference for 300 resources, 9% for 3,000. No type checks at all (`python -O` and the like): 6% and 18%, but
    the kernel, not Python, would report mistakes.

This package imports no other package of the project, and neither jsii nor cdktf, so that reading settings does not
load them.
"""

from __future__ import annotations

import os
import sys
import warnings

from . import importing, node, preload

STOCK = "GROUNDWORK_STOCK_BINDINGS"


def install() -> None:
    """Make the AWS bindings lazy in this process and in its jsii kernel; a second call changes nothing."""
    node.choose()
    if os.environ.get(STOCK) == "1":
        return
    if "constructs" in sys.modules and not importing.is_added():
        warnings.warn(
            "cdktf was imported before modules, so the kernel loads all of the AWS bindings and takes longer; "
            "import modules first.",
            RuntimeWarning,
            stacklevel=2,
        )
    importing.add_to_meta_path()
    preload.add_to_node_options()
