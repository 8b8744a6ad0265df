"""Unsaved states: the `errored.tfstate` that an apply leaves in its folder when S3 cannot be reached.

This file is the only record of such an apply ("Command: state push",
https://developer.hashicorp.com/terraform/cli/commands/state/push).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from modules.foundation.names import is_account_stack
from ops.errors import ExitCode, OpsError
from ops.workspace import Workspace

ERRORED_STATE = "errored.tfstate"


def in_stacks(output: Path) -> Iterator[Path]:
    """Yield the unsaved states of the stacks synthesized into this folder."""
    yield from sorted(output.glob(f"stacks/*/{ERRORED_STATE}"))


def in_jobs(workspace: Workspace) -> Iterator[Path]:
    """Yield the unsaved states among the artifacts of the pipeline's apply jobs."""
    yield from sorted((workspace.build / "ci").glob(f"*/*/{ERRORED_STATE}"))


def refuse_unsaved(found: Iterable[Path], environment_name: str, *, local: bool) -> None:
    """Raise OpsError if there is an unsaved state: a plan would not see its resources, and a synth may delete it.

    (The CDKTF CLI deletes the folder of each stack that it does not synthesize.) `environment_name` is the environment
    through which commands find an account's bootstrap stack.
    """
    lines = [unsaved_message(path, _options(path.parent.name, environment_name, local=local)) for path in found]
    if lines:
        raise OpsError("\n".join(lines), ExitCode.REFUSED)


def unsaved_message(path: Path, options: str) -> str:
    """Return what to do about an unsaved state; `options` are the command options that select its stack."""
    return (
        f"an apply could not save the state of {path.parent.name}: only {path} records what it created. Push it "
        "before anything else (docs/runbooks/state.md, A state that was not saved): "
        f".venv/bin/python -m ops state push {options}"
    )


def _options(stack: str, environment_name: str, *, local: bool) -> str:
    on = "--local " if local else ""
    return f"{on}--account --env {environment_name}" if is_account_stack(stack) else f"{on}--env {stack}"
