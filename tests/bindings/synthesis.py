"""Runs a synth command in its own process, with stock or with lazy bindings, and collects what it writes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from modules.bindings import STOCK

REPOSITORY = Path(__file__).parents[2]


def run(command: Sequence[str], **environment: str) -> str:
    """Run a command from the repository and return its output; fail with its errors."""
    # Preloads of the parent process must not affect this one.
    inherited = {name: value for name, value in os.environ.items() if name not in {STOCK, "NODE_OPTIONS"}}
    path = os.pathsep.join(filter(None, [environment.pop("PYTHONPATH", ""), str(REPOSITORY)]))
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**inherited, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def synthesize(
    command: Sequence[str], output: Path, *, stock: bool = False, environment: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """Run any command that synthesizes a CDKTF app; return each file that it wrote, by its path.

    The app must leave its output folder to CDKTF_OUTDIR and import `modules` before cdktf.
    """
    run(command, **{"CDKTF_OUTDIR": str(output), STOCK: str(int(stock)), **(environment or {})})
    return {
        file.relative_to(output).as_posix(): file.read_bytes() for file in sorted(output.rglob("*")) if file.is_file()
    }
