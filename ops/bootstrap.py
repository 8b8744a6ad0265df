"""The account's bootstrap: the state bucket is made by a stack whose own state will lie in it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.backend import Backend, RemoteState
from ops.errors import ExitCode, OpsError
from ops.steps import step
from ops.target import Target
from ops.terraform import Terraform

#: After `local_aws_override`: of several overrides the last in the order of their names decides.
_BACKEND_OVERRIDE = "state_first_override.tf.json"


def bootstrap(target: Target, account_id: str, environment_name: str, agreed: Callable[[Terraform], bool]) -> None:
    """Make or update the account's bootstrap stack, its state first on this machine and then in the bucket.

    Can be run again at any point. `agreed` is asked before anything is applied. Raises OpsError.
    """
    stack = f"account-{account_id}"
    target.prepare(stack)
    terraform = target.terraform(stack, environment_name)
    backend = Backend.of(terraform.folder)
    remote = RemoteState(target.session(account_id), backend)
    local_state = state_file(target, backend)
    with step("look for the state bucket") as doing:
        bucket_exists = remote.bucket_exists()
        state_exists = bucket_exists and remote.exists()
        doing.result = backend.bucket if state_exists else f"{backend.bucket} is not there yet"
    (terraform.folder / _BACKEND_OVERRIDE).unlink(missing_ok=True)
    if bucket_exists and not state_exists and not local_state.exists():
        raise OpsError(_lost_state(terraform, backend), ExitCode.REFUSED)
    if not state_exists:
        with state_on_this_machine(terraform, local_state):
            terraform.init()
            _apply(terraform, agreed)
        # The state goes into the bucket that it has just made.
        terraform.move_state()
    else:
        terraform.init()
        _apply(terraform, agreed)
    # What is left on this machine would only grow old.
    for leftover in local_state.parent.glob("terraform.tfstate*"):
        leftover.unlink()


def state_file(target: Target, backend: Backend) -> Path:
    """Return where the bootstrap's state lies until its bucket exists."""
    return target.workspace.build / "bootstrap" / backend.bucket / "terraform.tfstate"


@contextmanager
def state_on_this_machine(terraform: Terraform, path: Path) -> Iterator[None]:
    """Let the stack's state lie in a file of this machine instead of its bucket."""
    path.parent.mkdir(parents=True, exist_ok=True)
    override = terraform.folder / _BACKEND_OVERRIDE
    override.write_text(json.dumps({"terraform": {"backend": {"local": {"path": str(path)}}}}))
    try:
        yield
    finally:
        override.unlink()


def _apply(terraform: Terraform, agreed: Callable[[Terraform], bool]) -> None:
    if terraform.plan():
        if not agreed(terraform):
            raise OpsError("nothing was changed", ExitCode.REFUSED)
        terraform.apply()


def _lost_state(terraform: Terraform, backend: Backend) -> str:
    return (
        f"the bucket {backend.bucket} exists, but neither it nor this machine holds the bootstrap's state "
        f"({backend.key}).\n"
        "Another machine may have begun the bootstrap: finish it there. If its state is lost, restore an old version "
        "of that object, or take what exists into a new state, then run the same command again:\n"
        f"    {terraform.recover_command}"
    )
