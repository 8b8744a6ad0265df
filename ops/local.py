"""`make local`: bootstraps and applies an environment on the embedded AWS."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local_aws.process import LocalAws, find, start
from modules.environment import Environment
from modules.environment_files import EnvironmentFile
from ops.backend import Backend, RemoteState
from ops.bootstrap import bootstrap
from ops.connection import connected
from ops.errors import ExitCode, OpsError
from ops.exclusive import exclusive
from ops.interrupts import SIGNALS
from ops.steps import step, warn
from ops.synth import synthesize
from ops.target import Target, local
from ops.terraform import Terraform
from ops.unsaved import in_stacks
from ops.workspace import Workspace, stack_folder, stack_name

_TICK_SECONDS = 0.5


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
    with _account_applied(target, file.settings):
        terraform = connected(target, file)
        changed = terraform.plan()
        if changed:
            terraform.apply()
    return LocalRun(local_aws, terraform, changed, terraform.outputs())


@contextmanager
def _account_applied(target: Target, settings: Environment) -> Iterator[None]:
    """Apply the account's stack, and yield as soon as its bucket can take states; at exit, all of it is applied.

    The provider waits for a minute until the bucket's lifecycle rules are in effect, which no state needs.
    """
    stack = stack_name(settings, account=True)
    remote = RemoteState(target.session(settings.account_id), Backend.of(stack_folder(target.output, stack)), "")
    with ThreadPoolExecutor(1) as pool:
        account = pool.submit(bootstrap, target, settings.account_id, settings.name, agreed=lambda _: True)
        try:
            while not account.done() and not remote.bucket_exists():
                time.sleep(_TICK_SECONDS)
            if account.done():
                account.result()
            yield
        except BaseException:
            if not account.done():
                warn(f"waiting until {stack} is applied, so that its state is complete")
            raise
        with step(f"finish {stack}"):
            account.result()


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
