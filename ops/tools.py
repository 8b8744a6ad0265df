"""The programs that commands run, and the environment in which they run them."""

import os
from collections.abc import Mapping
from pathlib import Path

from ops.provider_mirror import cli_config
from ops.workspace import PROJECT, Workspace

NODE_PROGRAMS = PROJECT / "node_modules" / ".bin"


def terraform_program(environment: Mapping[str, str] = os.environ) -> str:
    """Return the Terraform to run: TERRAFORM_BINARY_NAME, as the CDKTF CLI has it, or `terraform`."""
    return environment.get("TERRAFORM_BINARY_NAME") or "terraform"


def tool_environment(workspace: Workspace, base: Mapping[str, str]) -> dict[str, str]:
    """Return `base` with what every Terraform and CDKTF of ours needs."""
    environment = dict(base)
    environment |= {
        "PATH": os.pathsep.join([str(NODE_PROGRAMS), base.get("PATH", os.defpath)]),
        "CHECKPOINT_DISABLE": "1",
        # Parallel inits race for the plugin cache that the CDKTF CLI sets up by itself.
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",
        "TF_INPUT": "0",
        "TF_IN_AUTOMATION": "1",
        "ENVS": str(workspace.envs.resolve()),
        "LAMBDAS": str(workspace.packages.sources),
        "GROUNDWORK_BUILD": str(workspace.build),
    }
    environment.pop("TF_PLUGIN_CACHE_DIR", None)
    config = cli_config(workspace.build, base)
    if config:
        environment["TF_CLI_CONFIG_FILE"] = str(config)
    return environment


def tail(text: str, lines: int = 25) -> str:
    """Return the last lines of a program's output."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def log_path(workspace: Workspace, name: str) -> Path:
    """Return where the program's output goes."""
    return workspace.logs / f"{name}.log"
