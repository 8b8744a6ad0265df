"""Types of a renamed copy, checked against the pair: also the code that no environment uses."""

import subprocess
import sys
from pathlib import Path

from exit.renaming import CODE
from ops.errors import OpsError
from ops.steps import step
from ops.tools import tail

CONFIG = Path(__file__).with_name("mypy.ini")


def type_errors(python: Path, code: Path) -> list[str]:
    """Return mypy's errors in the code, with the packages of this Python. Raises OpsError if mypy fails."""
    command = [sys.executable, "-m", "mypy", "--config-file", str(CONFIG), "--python-executable", str(python)]
    command += ["--cache-dir", str(code.parent / "mypy"), "--no-error-summary", "--no-pretty"]
    with step(f"check the types with {python.parents[2].name}"):
        done = subprocess.run([*command, *CODE], cwd=code, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise OpsError(f"mypy failed: {tail(done.stderr or done.stdout, 1)}; `make lint` checks the code itself")
    return [line for line in done.stdout.splitlines() if ": error: " in line]
