"""Checkov (https://www.checkov.io), a policy scanner for plans, in its own virtual environment.

It needs a hundred packages that nothing else should depend on. They are installed into .venv-checkov from
requirements-checkov.lock when they are first needed.
"""

import fcntl
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import set_up
from ops.errors import ExitCode, OpsError
from ops.processes import run
from ops.steps import step
from ops.terraform import NO_LOG
from ops.workspace import PROJECT

VENV = PROJECT / ".venv-checkov"
LOCK = "requirements-checkov.lock"
#: Checkov's exit codes for no findings and for findings. Anything else is a failure of Checkov.
_DONE = (0, 1)


@dataclass(frozen=True, order=True)
class Finding:
    """A resource that fails a check."""

    address: str
    check: str
    title: str
    """The title of the check in Checkov."""


def installed() -> Path:
    """Return the Python with Checkov, which is installed first if it is missing or differs from the lock file."""
    # Two simultaneous commands would install into the same folder.
    with (PROJECT / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        set_up.once("checkov", VENV, LOCK, lambda: set_up.install_python(VENV, LOCK))
    return VENV / "bin" / "python"


def scan(plans: Mapping[str, str]) -> dict[str, tuple[Finding, ...]]:
    """Return Checkov's findings in each named plan (the output of `terraform show -json`), from a single run.

    Raises OpsError if Checkov cannot run. Plans contain sensitive values in plain text, and Checkov reads only files:
    they are in a temporary folder that only this user can open, and are deleted at the end.
    """
    python = installed()
    with tempfile.TemporaryDirectory(prefix="groundwork-scan-") as name, step("scan for policies") as doing:
        folder = Path(name)
        for plan, text in plans.items():
            (folder / f"{plan}.json").write_text(text)
        finished = run(
            [str(python), "-m", "checkov.main", *_arguments(folder, plans)],
            folder=folder,
            environment=_environment(folder),
            # Its output may contain values too.
            log=NO_LOG,
            waiting=lambda: doing.progress("checkov"),
        )
        results = folder / "results_json.json"
        if finished.code not in _DONE or not results.exists():
            raise OpsError(_failed(f"ended with exit code {finished.code}"), ExitCode.MISSING_TOOL)
        return _findings(json.loads(results.read_text()), plans)


def _arguments(folder: Path, plans: Iterable[str]) -> list[str]:
    return [
        *(argument for plan in plans for argument in ("--file", str(folder / f"{plan}.json"))),
        *("--framework", "terraform_plan"),
        *("--output", "json", "--output-file-path", str(folder)),
        # No code in the results, and no network: neither the platform's list of checks nor its guidelines.
        *("--compact", "--quiet", "--skip-download", "--skip-results-upload"),
    ]


def _environment(folder: Path) -> dict[str, str]:
    """Return environment variables without the shell's: no credentials, and no API key to upload results with.

    The folder is also its home, so that no user configuration changes what is checked.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True",
        "LOG_LEVEL": "ERROR",
    }


def _findings(results: dict[str, Any], plans: Iterable[str]) -> dict[str, tuple[Finding, ...]]:
    """Read Checkov's results. Without any resource, they contain only the counts."""
    if results.get("summary", results).get("parsing_errors"):
        raise OpsError(_failed("could not read the plan"), ExitCode.MISSING_TOOL)
    found: dict[str, set[Finding]] = {name: set() for name in plans}
    for each in results.get("results", {}).get("failed_checks", []):
        name = Path(each["file_path"]).stem
        found[name].add(Finding(each["resource"], each["check_id"], each["check_name"]))
    return {name: tuple(sorted(each)) for name, each in found.items()}


def _failed(how: str) -> str:
    return (
        f"Checkov {how}; its output is not shown because it may contain values of the plan. "
        f"Check whether it runs: {VENV.name}/bin/python -m checkov.main --version; if not: rm -r {VENV.name}"
    )
