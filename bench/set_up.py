"""Environment of the benchmark: `python3 -m bench.set_up` creates bench/.venv and bench/node_modules from lock files.

It is not the project's, whose packages are what is measured. Runs with the system's Python and its standard library.
"""

from ops.set_up import PROJECT, alone, install_python, install_with_npm, once

BENCH = PROJECT / "bench"
VENV, PYTHON_LOCK = BENCH / ".venv", "bench/requirements.lock"
NODE_MODULES, NODE_LOCK = BENCH / "node_modules", "bench/package-lock.json"

if __name__ == "__main__":
    with alone():
        once("Python packages of the benchmark", VENV, PYTHON_LOCK, lambda: install_python(VENV, PYTHON_LOCK))
        once("Node.js packages of the benchmark", NODE_MODULES, NODE_LOCK, lambda: install_with_npm(BENCH))
