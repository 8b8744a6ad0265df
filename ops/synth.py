"""Synthesizes with the CDKTF CLI, and prepares each stack's folder for `terraform init`."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from modules.environment_files import chosen, load
from ops.errors import OpsError
from ops.functions import build
from ops.processes import run
from ops.steps import step
from ops.tools import NODE_PROGRAMS, log_path, tail, tool_environment
from ops.unsaved import in_stacks, refuse_unsaved
from ops.workspace import PROJECT, Workspace

LOCK_FILE = ".terraform.lock.hcl"


def synthesize(workspace: Workspace, output: Path, base: Mapping[str, str], env: str | None) -> None:
    """Build the functions and run `cdktf synth` into the output folder, for one environment or all.

    Raises OpsError, also if that folder contains a state that an apply could not save.
    """
    environments = chosen(load(workspace.envs), env)
    refuse_unsaved(in_stacks(output), environments[0].name, local=output == workspace.local_output)
    build(workspace.packages, environments, base)
    environment = tool_environment(workspace, base)
    environment.pop("ENV", None)
    if env:
        environment["ENV"] = env
    output.mkdir(parents=True, exist_ok=True)
    command = [str(NODE_PROGRAMS / "cdktf"), "synth", "--output", str(output)]
    with step(f"synthesize {env or 'all environments'}") as doing:
        finished = run(
            command,
            folder=PROJECT,
            environment=environment,
            log=log_path(workspace, "synth"),
            waiting=lambda: doing.progress("cdktf synth"),
        )
        if finished.code:
            raise OpsError(f"cdktf synth failed ({finished.log}):\n{tail(finished.output)}")
        pin_providers(output)


def pin_providers(output: Path) -> None:
    """Copy the committed lock file into each stack's folder, so that every init uses the same provider."""
    for folder in (output / "stacks").iterdir():
        shutil.copyfile(PROJECT / LOCK_FILE, folder / LOCK_FILE)
