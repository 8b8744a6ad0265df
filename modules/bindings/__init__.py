"""Makes the provider's AWS bindings lazy: a synth loads the few dozen resource types it uses, not all 2,135.

Why
    Importing `cdktf_cdktf_provider_aws` is most of a synth in Python. Its `__init__` imports every submodule
    (23,000 classes), and in the kernel's Node process `lib/index.js` requires every file. For 324 resources of
    77 types, with the types imported from submodules as usual, stock bindings take 12 s of user CPU and 1.2 GB,
    lazy ones 1.5 s and 0.34 GB. The synthesized files are the same to the byte. `make bench` measures it here.

What
    `importing.py` runs the package's `__init__` without those imports, serves a submodule when it is first asked
    for, and tells the jsii runtime which Python module holds a type that the kernel hands back before anyone has
    imported it. `node.py` names the Node.js that the kernel runs on, and `preload.py` has it load `preload.js`
    first, which turns the index into getters. Nothing is edited, generated or kept on disk.

Where it stops
    Only release 20.1.0 of the bindings, of the form that is known to `layout.py` and `preload.js`, is made lazy;
    anything else loads as it always did, each half for itself. The two halves must be there before jsii starts
    Node, which is when cdktf is first imported. `GROUNDWORK_STOCK_BINDINGS=1` leaves the bindings alone.

What had no benefit, measured on the same app once the bindings were lazy, and is therefore not here
    No garbage collection while loading, or a higher threshold; Node's compile cache; larger young generations and
    no stack traces in Node: nothing beyond the noise, which is 7 %. Remembering the type hints of a constructor:
    nothing at 300 resources, 9 % at 3,000. No type checks at all (`python -O` and the like): 6 % and 18 %, for which
    the kernel, not Python, would report mistakes.

This package is independent of the others and imports neither jsii nor cdktf, so that reading only settings does not
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
