"""Commands that a message recommends, with the options of the command that failed."""

from ops.options import ENVS
from ops.target import Target


def selection(target: Target, environment: str) -> str:
    """Return the options that choose the same target and environment: `--env dev --local --envs FOLDER`."""
    local = " --local" if target.local_aws else ""
    envs = "" if _is_default(target) else f" --envs {target.workspace.envs}"
    return f"--env {environment}{local}{envs}"


def apply(target: Target, environment: str) -> str:
    """Return the command that applies the environment, with its folder unless that is the usual one."""
    envs = "" if _is_default(target) else f" ENVS={target.workspace.envs}"
    return f"{apply_command(environment, on_local=target.local_aws is not None)}{envs}"


def apply_command(environment: str, *, on_local: bool) -> str:
    """Return the command that applies the environment."""
    return f"make {'local' if on_local else 'deploy'} ENV={environment}"


def _is_default(target: Target) -> bool:
    return target.workspace.envs.resolve() == ENVS.resolve()
