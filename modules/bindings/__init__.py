"""Makes the provider's AWS bindings lazy: a synth loads only the resource types that it uses, not all 2,135.

Why
    The import of `cdktf_cdktf_provider_aws` takes most of the time of a synth in Python. Its `__init__` imports every
    submodule (23,000 classes), and in the Node.js process of the jsii kernel, `lib/index.js` requires every file. The
    rest is the conversation with the kernel: a thousand messages for a production environment, through two Node.js
    processes. The synthesized files are identical; docs/bench.md has the numbers, and `make bench` repeats them.

How
    `importing.py` runs the package's `__init__` without those imports, and imports a submodule when it is first used.
    It also registers the Python module of each type with the jsii runtime, since the kernel can return a type before
    its module is imported. `node.py` selects the Node.js of the kernel, and `preload.py` makes it load `preload.js`
    first, which replaces the exports of the index by getters, and reads definitions of types one at a time. `lean.py`
    loads the generated classes without docstrings, annotations, and checks of arguments, and stores their bytecode
    beside Python's. `kernel.py` and `process.py` save messages to the kernel and a second Node.js process;
    `references.py` writes references to attributes without a message (ADR 26). No installed file is edited.

Limits
    Only release 20.1.0 of the bindings and the two of `make exit` are made lazy, and only in the form that `layout.py`
    and `preload.js` expect; each half loads anything else as usual. The kernel of a release of jsii other than that in
    `kernel.py` is unchanged. All must be installed before jsii starts Node.js, which happens when cdktf is first
    imported. `GROUNDWORK_STOCK_BINDINGS=1` turns everything off.

What had no benefit, measured on production, and is therefore not done
    No garbage collection while loading; Node.js's compile cache (jsii links the packages into a new folder for every
    run, so that nothing is found in it); pydantic's deferred building of settings; larger young generations.

This package imports no other package of the project. It imports neither jsii nor cdktf before the program does, so that
reading settings does not load them.
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
