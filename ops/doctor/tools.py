"""The programs that we run, and whether what is installed is what the locks name."""

import os
import sys

from ops import set_up
from ops.doctor.finding import Finding, Findings
from ops.tools import terraform_program


def tools() -> Findings:
    """Yield which programs are missing or too old; all of them with their versions when none is."""
    problems = list(set_up.missing_tools())
    for problem in problems:
        told, _, remedy = problem.partition(": ")
        yield Finding("error", "tools", told, remedy)
    if not problems:
        names = ("node", "npm", terraform_program(os.environ))
        versions = [f"{name} {_version(name)}" for name in names]
        yield Finding("ok", "tools", ", ".join([f"Python {sys.version.split()[0]}", *versions]))


def installed() -> Findings:
    """Yield which lock file is another than the one that was installed from."""
    stale = [
        lock
        for lock, folder in ((set_up.PYTHON_LOCK, set_up.VENV), ("package-lock.json", set_up.NODE_MODULES))
        if not set_up.stamp(folder, lock).exists()
    ]
    for lock in stale:
        yield Finding("error", "installed", f"{lock} is not what was installed from", "run `make setup`")
    if not stale:
        yield Finding("ok", "installed", "what the lock files name")


def _version(program: str) -> str:
    version = set_up.version_of(program)
    return set_up.dotted(version) if version else "?"
