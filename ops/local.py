"""`make local`: bootstraps and applies an environment on the embedded AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local_aws.process import LocalAws, find, start
from modules.environment_files import EnvironmentFile
from ops.bootstrap import bootstrap
from ops.connection import connected
from ops.errors import ExitCode, OpsError
from ops.exclusive import exclusive
from ops.interrupts import SIGNALS
from ops.steps import step
from ops.synth import synthesize
from ops.target import Target, local
from ops.terraform import Terraform
from ops.unsaved import in_stacks
from ops.workspace import Workspace


@dataclass(frozen=True)
class LocalRun:
    """The result of `make local`."""

    local_aws: LocalAws
    terraform: Terraform
    changed: bool
    outputs: dict[str, Any]


def run_local(workspace: Workspace, file: EnvironmentFile, lock_timeout: int) -> LocalRun:
    """Apply the environment to the embedded AWS, which is started if it is not running.

    Waits up to `lock_timeout` seconds for another `make local` in the same build folder, and the same for a locked
    state. Raises OpsError.
    """
    env = file.settings.name
    with exclusive(workspace.local / "make-local.lock", f"make local ENV={env}", lock_timeout):
        local_aws = _started(workspace)
        with _reporting_a_crash(workspace, local_aws):
            return _applied(local(workspace, local_aws, lock_timeout=lock_timeout), local_aws, file)


def _started(workspace: Workspace) -> LocalAws:
    with step("start the embedded AWS") as doing:
        if not find(workspace.local):
            # The resources in unsaved states are gone together with the earlier embedded AWS.
            for path in in_stacks(workspace.local_output):
                path.unlink()
        local_aws = start(workspace.local)
        doing.result = local_aws.endpoint
    return local_aws


def _applied(target: Target, local_aws: LocalAws, file: EnvironmentFile) -> LocalRun:
    synthesize(target, file.settings)
    bootstrap(target, file.settings.account_id, file.settings.name, agreed=lambda _: True)
    terraform = connected(target, file)
    changed = terraform.plan()
    if changed:
        terraform.apply()
    return LocalRun(local_aws, terraform, changed, terraform.outputs())


@contextmanager
def _reporting_a_crash(workspace: Workspace, local_aws: LocalAws) -> Iterator[None]:
    """Replace the errors of Terraform and the SDK if the embedded AWS has ended in the meantime."""
    try:
        yield
    except Exception as error:
        if find(workspace.local) or (isinstance(error, OpsError) and error.code in SIGNALS.values()):
            raise
        raise OpsError(
            f"the embedded AWS (process {local_aws.pid}) ended while it was in use, and everything in it is lost; its "
            f"log: {local_aws.log}. Run `make local` again to start from nothing",
            ExitCode.UNAVAILABLE,
        ) from error
