"""The AWS provider, installed once for most of Terraform's runs in this folder.

Terraform hashes the provider's 700 MB in every command, and downloads them in every init on a machine without a mirror.
With a development override only an init does the former, and nothing the latter. The one installation is verified with
the committed lock file, and test_deploy.py and the jobs in scratch clones install it as everybody does
(`as_installed`).
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from modules.stack import LOCK_FILE
from ops.tools import terraform_program, tool_environment
from ops.workspace import Workspace

VARIABLE = "TF_CLI_CONFIG_FILE"
SOURCE = "registry.terraform.io/hashicorp/aws"
_CONFIG = """\
provider_installation {{
  dev_overrides {{
    "{source}" = "{installed}"
  }}
  # An init looks for the provider all the same.
  filesystem_mirror {{
    path = "{mirror}"
  }}
}}
"""
_BEFORE = os.environ.get(VARIABLE)


def installed_once(workspace: Workspace, folder: Path) -> Path:
    """Install the provider into the folder, and return a CLI config with which Terraform uses it."""
    shutil.copy(LOCK_FILE, folder)
    required = {"required_providers": {"aws": {"source": SOURCE}}}
    (folder / "main.tf.json").write_text(json.dumps({"terraform": required}))
    subprocess.run(
        [terraform_program(), "init", "-lockfile=readonly"],
        cwd=folder,
        env=tool_environment(workspace, os.environ),
        check=True,
        capture_output=True,
    )
    mirror = folder / ".terraform" / "providers"
    (installed,) = (mirror / SOURCE).glob("*/*")
    config = folder / "terraform.tfrc"
    config.write_text(_CONFIG.format(source=SOURCE, installed=installed, mirror=mirror))
    return config


def as_installed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables with the CLI config of the person who runs the tests, if there is one."""
    kept = {name: value for name, value in environment.items() if name != VARIABLE}
    return {**kept, VARIABLE: _BEFORE} if _BEFORE else kept
