"""The programs that commands run, and their environment variables."""

import os
from collections.abc import Mapping
from pathlib import Path

from ops.provider_mirror import cli_config, find_mirror, plugin_cache
from ops.workspace import PROJECT, Workspace

NODE_PROGRAMS = PROJECT / "node_modules" / ".bin"


def terraform_program(environment: Mapping[str, str] = os.environ) -> str:
    """Return the Terraform program: TERRAFORM_BINARY_NAME, as in the CDKTF CLI, or `terraform`."""
    return environment.get("TERRAFORM_BINARY_NAME") or "terraform"


def tool_environment(workspace: Workspace, base: Mapping[str, str]) -> dict[str, str]:
    """Return `base` with the variables that every run of Terraform and CDKTF needs."""
    environment = dict(base)
    environment |= {
        "PATH": os.pathsep.join([str(NODE_PROGRAMS), base.get("PATH", os.defpath)]),
        "CHECKPOINT_DISABLE": "1",
        # With a mirror, there is nothing to cache.
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",
        "TF_INPUT": "0",
        "TF_IN_AUTOMATION": "1",
        "ENVS": str(workspace.envs.resolve()),
        "LAMBDAS": str(workspace.packages.sources),
        "GROUNDWORK_BUILD": str(workspace.build),
    }
    environment["TF_CLI_CONFIG_FILE"] = str(cli_config(workspace.build, base))
    environment.pop("TF_PLUGIN_CACHE_DIR", None)
    if find_mirror(base) is None:
        environment["TF_PLUGIN_CACHE_DIR"] = str(plugin_cache(base))
    return environment


def tail(text: str, lines: int = 25) -> str:
    """Return the last lines of a program's output."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def log_path(workspace: Workspace, name: str) -> Path:
    """Return the log file of a program."""
    return workspace.logs / f"{name}.log"
