"""Synthesizes for a target with the CDKTF CLI."""

from collections.abc import Sequence

from modules.environment import Environment
from ops.errors import OpsError
from ops.functions import build
from ops.processes import run
from ops.steps import step
from ops.target import Target
from ops.tools import NODE_PROGRAMS, log_path, tail, tool_environment
from ops.unsaved import in_stacks, refuse_unsaved
from ops.workspace import PROJECT


def synthesize(target: Target, environment: Environment) -> None:
    """Build the environment's functions, and synthesize its stack and its account's into the target's output folder.

    Raises OpsError, also if that folder contains a state that an apply could not save.
    """
    _synthesize(target, [environment], environment.name)


def synthesize_all(target: Target, environments: Sequence[Environment]) -> None:
    """Do the same for all environments of the folder."""
    _synthesize(target, environments, "")


def _synthesize(target: Target, environments: Sequence[Environment], env: str) -> None:
    """Run `cdktf synth` for the environment, or for all without a name, as main.py expects it in ENV."""
    workspace, output = target.workspace, target.output
    refuse_unsaved(in_stacks(output), environments[0].name, local=target.local_aws is not None)
    build(workspace.packages, environments, target.init_environment)
    output.mkdir(parents=True, exist_ok=True)
    with step(f"synthesize {env or 'all environments'}") as doing:
        finished = run(
            [str(NODE_PROGRAMS / "cdktf"), "synth", "--output", str(output)],
            folder=PROJECT,
            environment=tool_environment(workspace, target.init_environment) | {"ENV": env},
            log=log_path(workspace, "synth"),
            waiting=lambda: doing.progress("cdktf synth"),
        )
        if finished.code:
            raise OpsError(f"cdktf synth failed ({finished.log}):\n{tail(finished.output)}")
