"""Environment of the benchmark: `python3 -m bench.set_up` creates bench/.venv from bench/requirements.lock.

It is not the project's, whose packages are what is measured. Runs with the system's Python and its standard library.
"""

from ops.set_up import PROJECT, alone, install_python, once

VENV = PROJECT / "bench" / ".venv"
LOCK = "bench/requirements.lock"

if __name__ == "__main__":
    with alone():
        once("packages of the benchmark", VENV, LOCK, lambda: install_python(VENV, LOCK))
