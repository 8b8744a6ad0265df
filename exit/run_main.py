"""Runs `main.py` of the current folder, and adds the number of loaded submodules of the bindings to LOADED.

It runs with the Python of a pair, in which nothing else of the project can be imported.
"""

import os
import re
import sys
from pathlib import Path


def run() -> int:
    """Return what main.py returns."""
    # Python was started with -P, so that files next to this one do not hide modules.
    sys.path.insert(0, str(Path.cwd()))
    from main import main

    code = main()
    package = re.compile(rf"{os.environ['BINDINGS']}\.[a-z]\w*")
    with Path(os.environ["LOADED"]).open("a") as file:
        file.write(f"Python {sum(map(bool, map(package.fullmatch, sys.modules)))}\n")
    return code


if __name__ == "__main__":
    sys.exit(run())
