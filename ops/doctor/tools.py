"""The checks of the required programs, and of the installed packages against the lock files."""

import os
import sys

from ops import set_up
from ops.doctor.finding import Finding, Findings
from ops.tools import terraform_program


def tools() -> Findings:
    """Yield the programs that are missing or too old; if there are none, all programs with their versions."""
    problems = list(set_up.missing_tools())
    for problem in problems:
        message, _, remedy = problem.partition(": ")
        yield Finding("error", "tools", message, remedy)
    if not problems:
        names = ("node", "npm", terraform_program(os.environ))
        versions = [f"{name} {_version(name)}" for name in names]
        yield Finding("ok", "tools", ", ".join([f"Python {sys.version.split()[0]}", *versions]))


def installed() -> Findings:
    """Yield each lock file that has changed since its packages were installed."""
    stale = [
        lock
        for lock, folder in ((set_up.PYTHON_LOCK, set_up.VENV), (set_up.NODE_LOCK, set_up.NODE_MODULES))
        if not set_up.stamp(folder, lock).exists()
    ]
    for lock in stale:
        yield Finding("error", "installed", f"{lock} has changed since its packages were installed", "run `make setup`")
    if not stale:
        yield Finding("ok", "installed", "the packages of the lock files")


def _version(program: str) -> str:
    version = set_up.version_of(program)
    return set_up.dotted(version) if version else "?"
