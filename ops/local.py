"""`make local`: an environment on the embedded AWS, the whole way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local_aws.process import LocalAws, find, start
from modules.environment_files import EnvironmentFile
from ops.bootstrap import bootstrap
from ops.errors import ExitCode, OpsError
from ops.exclusive import exclusive
from ops.functions import build_for_here
from ops.interrupts import SIGNALS
from ops.state import require_sound
from ops.steps import step
from ops.synth import synthesize
from ops.target import Target, local
from ops.terraform import Terraform
from ops.unsaved import in_stacks
from ops.workspace import Workspace


@dataclass(frozen=True)
class LocalRun:
    """What `make local` has made."""

    local_aws: LocalAws
    terraform: Terraform
    changed: bool
    outputs: dict[str, Any]


def run_local(workspace: Workspace, file: EnvironmentFile, lock_timeout: int) -> LocalRun:
    """Put the environment on the embedded AWS; start it if it is not running.

    Another command that does so in the same build folder, or a state that somebody else has locked, is waited for,
    `lock_timeout` seconds each. Raises OpsError.
    """
    env = file.settings.name
    with exclusive(workspace.local / "make-local.lock", f"make local ENV={env}", lock_timeout):
        local_aws = _started(workspace)
        with _told_when_it_died(workspace, local_aws):
            return _put(local(workspace, local_aws, lock_timeout=lock_timeout), local_aws, file)


def _started(workspace: Workspace) -> LocalAws:
    with step("start the embedded AWS") as doing:
        if not find(workspace.local):
            # With the embedded AWS that they were made on, all that they tell of is gone.
            for path in in_stacks(workspace.local_output):
                path.unlink()
        local_aws = start(workspace.local)
        doing.result = local_aws.endpoint
    return local_aws


def _put(target: Target, local_aws: LocalAws, file: EnvironmentFile) -> LocalRun:
    synthesize(target.workspace, target.output, target.init_environment, file.settings.name)
    bootstrap(target, file.settings.account_id, file.settings.name, agreed=lambda _: True)
    terraform = connected(target, file)
    changed = terraform.plan()
    if changed:
        terraform.apply()
    return LocalRun(local_aws, terraform, changed, terraform.outputs())


@contextmanager
def _told_when_it_died(workspace: Workspace, local_aws: LocalAws) -> Iterator[None]:
    """Say so instead of what Terraform and the SDK say of an embedded AWS that has ended under them."""
    try:
        yield
    except Exception as error:
        if find(workspace.local) or (isinstance(error, OpsError) and error.code in SIGNALS.values()):
            raise
        raise OpsError(
            f"the embedded AWS (process {local_aws.pid}) ended while it was worked with, and with it all that was put "
            f"there; its log: {local_aws.log}. Run `make local` again: it begins anew",
            ExitCode.UNAVAILABLE,
        ) from error


def connected(target: Target, file: EnvironmentFile) -> Terraform:
    """Return Terraform in the environment's synthesized stack, connected to its state. Raises OpsError.

    A state that must not be planned on is refused first.
    """
    require_sound(target, target.terraform(file.settings.name, file.settings.name))
    return initialized(target, file)


def initialized(target: Target, file: EnvironmentFile) -> Terraform:
    """Return Terraform in the environment's synthesized stack.

    Functions that run on the embedded AWS are there as this machine can run them.
    """
    if target.local_aws:
        folder = target.local_aws.packages_for_here
        build_for_here(target.workspace.packages, file.settings, folder, target.init_environment)
    target.prepare(file.settings.name)
    terraform = target.terraform(file.settings.name, file.settings.name)
    terraform.init()
    return terraform
