"""States that an apply could not save, because S3 was not reached: `errored.tfstate` in the folder that it ran in.

"S3 Backend" keeps nothing else of such an apply: https://developer.hashicorp.com/terraform/cli/commands/state/push.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ops.errors import ExitCode, OpsError
from ops.workspace import Workspace

ERRORED_STATE = "errored.tfstate"


def in_stacks(output: Path) -> Iterator[Path]:
    """Yield those of the stacks that were synthesized into this folder."""
    yield from sorted(output.glob(f"stacks/*/{ERRORED_STATE}"))


def in_jobs(workspace: Workspace) -> Iterator[Path]:
    """Yield those of the pipeline's apply jobs, where their artifacts lie."""
    yield from sorted((workspace.build / "ci").glob(f"*/*/{ERRORED_STATE}"))


def refuse_unsaved(found: Iterable[Path], environment_name: str, *, local: bool) -> None:
    """Raise OpsError when there is one: a plan would know nothing of what it holds, and a synth may delete it.

    (The CDKTF CLI deletes the folder of each stack that it does not synthesize.) An account's bootstrap stack is
    reached by the environment of this name.
    """
    lines = [told(path, _options(path.parent.name, environment_name, local=local)) for path in found]
    if lines:
        raise OpsError("\n".join(lines), ExitCode.REFUSED)


def told(path: Path, options: str) -> str:
    """Return what to do about one; `options` are those by which a command of ours finds its stack."""
    return (
        f"an apply could not save the state of {path.parent.name}: what it made is known to {path} alone. Push it "
        "before anything else (docs/runbooks/state.md, A state that was not saved): "
        f".venv/bin/python -m ops state push {options}"
    )


def _options(stack: str, environment_name: str, *, local: bool) -> str:
    on = "--local " if local else ""
    return f"{on}--account --env {environment_name}" if stack.startswith("account-") else f"{on}--env {stack}"
