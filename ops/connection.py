"""Terraform in an environment's stack: synthesized, initialized, and connected to its state."""

from modules.environment_files import EnvironmentFile
from ops.functions import build_for_here
from ops.state import require_sound
from ops.synth import synthesize
from ops.target import Target
from ops.terraform import Terraform


def synthesized(target: Target, file: EnvironmentFile) -> Terraform:
    """Synthesize the environment, and return Terraform connected to its state. Raises OpsError."""
    synthesize(target, file.settings)
    return connected(target, file)


def connected(target: Target, file: EnvironmentFile) -> Terraform:
    """Return Terraform in the environment's synthesized stack, connected to its state. Raises OpsError.

    The state is checked first.
    """
    require_sound(target, target.terraform(file.settings.name, file.settings.name))
    return initialized(target, file)


def initialized(target: Target, file: EnvironmentFile) -> Terraform:
    """Return Terraform in the environment's synthesized stack.

    For the embedded AWS, functions are also built for this machine.
    """
    if target.local_aws:
        folder = target.local_aws.packages_for_here
        build_for_here(target.workspace.packages, file.settings, folder, target.init_environment)
    target.prepare(file.settings.name)
    terraform = target.terraform(file.settings.name, file.settings.name)
    terraform.init()
    return terraform
