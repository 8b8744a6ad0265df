"""Commands that a message recommends, with the options of the command that failed."""

from ops.options import ENVS
from ops.target import Target


def selection(target: Target, environment: str) -> str:
    """Return the options that choose the same target and environment: `--env dev --local --envs FOLDER`."""
    local = " --local" if target.local_aws else ""
    envs = "" if _is_default(target) else f" --envs {target.workspace.envs}"
    return f"--env {environment}{local}{envs}"


def apply(target: Target, environment: str) -> str:
    """Return the command that applies the environment."""
    envs = "" if _is_default(target) else f" ENVS={target.workspace.envs}"
    return f"make {'local' if target.local_aws else 'deploy'} ENV={environment}{envs}"


def _is_default(target: Target) -> bool:
    return target.workspace.envs.resolve() == ENVS.resolve()
