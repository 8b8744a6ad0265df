"""Synthesis of all environments, each folder in a process of its own: the stacks, the cost, and which bindings ran."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exit.comparing import stacks
from modules.environment_files import chosen, load
from ops.errors import OpsError
from ops.functions import build
from ops.steps import step
from ops.tools import tail
from ops.workspace import PROJECT, Workspace

#: The folders of environment files.
ENVIRONMENTS = ("envs", "tests/environments")
RUN_MAIN, COUNT_LOADED = (Path(__file__).with_name(name) for name in ("run_main.py", "count_loaded.js"))


@dataclass(frozen=True)
class Synthesis:
    """The stacks of all environments, and what their synthesis took."""

    stacks: dict[str, Any]
    seconds: float
    """User and system CPU time of all folders and of their Node.js processes."""
    mib: int
    """Peak memory of the largest process."""
    loaded: dict[str, int]
    """The number of submodules of the bindings that were loaded, by language."""


def build_functions() -> None:
    """Build the functions of all environments, which a synth only reads."""
    for envs in ENVIRONMENTS:
        workspace = Workspace.of(PROJECT / envs)
        build(workspace.packages, chosen(load(workspace.envs), None), os.environ)


def synthesize(python: Path, code: Path, output: Path, package: str) -> Synthesis:
    """Run main.py of a folder for all environments with this Python. Raises OpsError."""
    shutil.rmtree(output, ignore_errors=True)
    found: dict[str, Any] = {}
    seconds, mib, loaded = 0.0, 0, {"Python": 0, "JavaScript": 0}
    for envs in ENVIRONMENTS:
        folder = output / envs
        folder.mkdir(parents=True)
        used = _run(python, code, folder, {"ENVS": str(PROJECT / envs), "BINDINGS": package})
        seconds += used.ru_utime + used.ru_stime
        # Linux counts in KiB, macOS in bytes.
        mib = max(mib, used.ru_maxrss // (1024 if os.uname().sysname == "Linux" else 1024**2))
        found |= {f"{envs}/{name}": stack for name, stack in stacks(folder).items()}
        for line in (folder / "loaded").read_text().splitlines():
            language, number = line.split()
            loaded[language] = max(loaded[language], int(number))
    return Synthesis(found, seconds, mib, loaded)


def _run(python: Path, code: Path, folder: Path, variables: Mapping[str, str]) -> Any:
    """Run main.py, and return the resources that it and its processes used."""
    workspace = Workspace.of(folder)
    options = f'{os.environ.get("NODE_OPTIONS", "")} --require "{COUNT_LOADED}"'.strip()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"ENV", "PYTHONPATH"}},
        "CDKTF_OUTDIR": str(folder),
        "LAMBDAS": str(workspace.lambdas),
        "GROUNDWORK_BUILD": str(workspace.build),
        "LOADED": str(folder / "loaded"),
        "NODE_OPTIONS": options,
        **variables,
    }
    name = f"synthesize {Path(variables['ENVS']).relative_to(PROJECT)} with {variables['BINDINGS']}"
    with step(name), (folder / "synth.log").open("w+") as log:
        process = subprocess.Popen([python, "-P", RUN_MAIN], cwd=code, env=environment, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            log.seek(0)
            raise OpsError(
                f"the synth failed: {tail(log.read(), 1)} ({log.name}); if a package is missing, run "
                "`rm -r build/exit`, then `make exit`"
            )
    return used
