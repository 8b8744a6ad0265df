"""The commands of `python -m ops state`: repair a state."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import (
    ENVS,
    AccountOption,
    EnvOption,
    EnvsOption,
    JsonOption,
    LocalOption,
    LockTimeoutOption,
    read_file,
)
from ops.printing import print_line, print_result
from ops.workspace import Workspace

if TYPE_CHECKING:
    from ops.state import StateOf

state = typer.Typer(no_args_is_help=True, help="Repair a state that was not saved, was deleted, or cannot be read.")


@state.command("push")
def state_push(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    account: AccountOption = False,
    lock_timeout: LockTimeoutOption = 10,
) -> None:
    """Push the state that an apply could not save (errored.tfstate). Terraform refuses an outdated one."""
    path = _state_of(envs, env, on_local=on_local, account=account).push(lock_timeout)
    print_line(f"{path}: pushed; the local file is deleted")


@state.command("versions")
def state_versions(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    account: AccountOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the versions of a state in its bucket, newest first."""
    found = _state_of(envs, env, on_local=on_local, account=account).remote.versions()
    print_result([each.as_json() for each in found], map(str, found), as_json=as_json)


@state.command("restore")
def state_restore(
    version: Annotated[str, typer.Option("--version-id", help="A version id from `state versions`.")],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    account: AccountOption = False,
) -> None:
    """Make an earlier version of a state the current one. Later versions stay in the bucket."""
    _state_of(envs, env, on_local=on_local, account=account).restore(version)
    print_line(f"{version} is the current state; run a plan and read what has changed since it was written")


@state.command("delete-lock")
def state_delete_lock(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, account: AccountOption = False
) -> None:
    """Delete a lock that Terraform cannot read. Release any other lock with force-unlock."""
    _state_of(envs, env, on_local=on_local, account=account).delete_unreadable_lock()
    print_line("deleted")


def _state_of(envs: Path, env: str, *, on_local: bool, account: bool) -> "StateOf":
    from ops.state import StateOf
    from ops.target import target_of

    return StateOf(target_of(Workspace.of(envs), on_local=on_local), read_file(envs, env), account=account)
