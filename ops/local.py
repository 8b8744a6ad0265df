"""`make local`: an environment on the embedded AWS, the whole way."""

from dataclasses import dataclass
from typing import Any

from modules.settings import EnvironmentFile
from ops.bootstrap import bootstrap
from ops.functions import build_for_here
from ops.local_aws.process import LocalAws, start
from ops.state import require_sound
from ops.steps import step
from ops.synth import synthesize
from ops.target import Target, local
from ops.terraform import Terraform
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

    A state that somebody else has locked is waited for, `lock_timeout` seconds. Raises OpsError.
    """
    with step("start the embedded AWS") as doing:
        local_aws = start(workspace.local)
        doing.result = local_aws.endpoint
    target = local(workspace, local_aws, lock_timeout=lock_timeout)
    synthesize(workspace, target.output, target.init_environment, file.settings.name)
    bootstrap(target, file.settings.account_id, file.settings.name, agreed=lambda _: True)
    terraform = connected(target, file)
    changed = terraform.plan()
    if changed:
        terraform.apply()
    return LocalRun(local_aws, terraform, changed, terraform.outputs())


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
