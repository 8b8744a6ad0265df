"""checkov (https://www.checkov.io), which knows what a plan should not do, in an environment of its own.

It brings a hundred packages that nothing of ours shall depend on: .venv-checkov, made from requirements-checkov.lock
when it is first needed.
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
#: What checkov ends with: nothing found, something found. All else is a failure of its own.
_DONE = (0, 1)


@dataclass(frozen=True, order=True)
class Finding:
    """A resource that fails a check."""

    address: str
    check: str
    title: str
    """What the check wants, in checkov's words."""


@dataclass(frozen=True)
class Report:
    """What checkov says of one plan."""

    findings: tuple[Finding, ...]
    addresses: frozenset[str]
    """All resources that the plan leaves behind."""


def installed() -> Path:
    """Return the Python that has checkov; install that first where it is missing or another than the lock names."""
    # Two commands at once would install into the same folder.
    with (PROJECT / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        set_up.once("checkov", VENV, LOCK, lambda: set_up.install_python(VENV, LOCK))
    return VENV / "bin" / "python"


def scan(plans: Mapping[str, str]) -> dict[str, Report]:
    """Return what checkov finds in each plan, all in one run; they are what `terraform show -json` prints, by a name.

    Raises OpsError when it cannot run. Plans have sensitive values in clear: they lie in a folder that only this user
    can open, and only until the end.
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
            # What it prints may show values too.
            log=NO_LOG,
            waiting=lambda: doing.progress("checkov"),
        )
        results = folder / "results_json.json"
        if finished.code not in _DONE or not results.exists():
            raise OpsError(_failed(f"ended with exit code {finished.code}"), ExitCode.MISSING_TOOL)
        return _reports(json.loads(results.read_text()), plans)


def _arguments(folder: Path, plans: Iterable[str]) -> list[str]:
    return [
        *(argument for plan in plans for argument in ("--file", str(folder / f"{plan}.json"))),
        *("--framework", "terraform_plan"),
        *("--output", "json", "--output-file-path", str(folder)),
        # No code in the results, and nothing from the network: neither its platform's list of checks nor guidelines.
        *("--compact", "--quiet", "--skip-download", "--skip-results-upload"),
    ]


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment without the shell's: no credentials, no key by which checkov would send the results away.

    Its home is the folder too, so that no configuration of the user's changes what is checked.
    """
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True",
        "LOG_LEVEL": "ERROR",
    }


def _reports(results: dict[str, Any], plans: Mapping[str, str]) -> dict[str, Report]:
    """Read checkov's results; where there is no resource at all it prints the counts alone."""
    if results.get("summary", results).get("parsing_errors"):
        raise OpsError(_failed("could not read the plan"), ExitCode.MISSING_TOOL)
    found: dict[str, set[Finding]] = {name: set() for name in plans}
    for each in results.get("results", {}).get("failed_checks", []):
        name = Path(each["file_path"]).stem
        found[name].add(Finding(each["resource"], each["check_id"], each["check_name"]))
    return {name: Report(tuple(sorted(found[name])), _addresses(json.loads(text))) for name, text in plans.items()}


def _addresses(plan: dict[str, Any]) -> frozenset[str]:
    module = plan.get("planned_values", {}).get("root_module", {})
    return frozenset(each["address"] for each in module.get("resources", []))


def _failed(how: str) -> str:
    return (
        f"checkov {how}; what it said may hold values of the plan and is not shown. "
        f"Look whether it runs: {VENV.name}/bin/python -m checkov.main --version; if not: rm -r {VENV.name}"
    )
