"""`plan`, `deploy`, and `destroy`, as on AWS.

They refuse AWS_ENDPOINT_URL, so the shell's AWS config names the embedded AWS and the account's credentials, and
GROUNDWORK_ENDPOINT_URL allows the endpoint.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from local_aws.process import LocalAws
from ops.endpoints import ALLOWED
from ops.target import Target
from ops.workspace import PROJECT
from tests.local.account import HEADER, write_aws_config
from tests.local.provider import as_installed
from tests.support.environments import write

ENVIRONMENT = f"""\
{HEADER}
network {{
  cidr               = "10.44.0.0/20"
  availability_zones = ["a", "c"]
  nat                = "none"
}}
"""


@pytest.fixture(scope="module")
def shell(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment variables of a shell with its own profile."""
    folder = tmp_path_factory.mktemp("shell")
    config = write_aws_config(folder / "config", bare_account, local_aws)
    kept = {name: value for name, value in as_installed(os.environ).items() if not name.startswith("AWS_")}
    envs = write(_made(folder / "envs"), {"trial": ENVIRONMENT})
    return {
        **kept,
        "AWS_CONFIG_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true",
        ALLOWED: local_aws.endpoint,
        "GROUNDWORK_BUILD": str(folder / "build"),
        "ENVS": str(envs),
        "ENV": "trial",
        # No other request can leave this machine.
        "HTTPS_PROXY": local_aws.endpoint,
        "HTTP_PROXY": local_aws.endpoint,
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def ops(shell: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ops", *arguments],
        cwd=PROJECT,
        env=dict(shell),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    # The CDKTF CLI colors its output even without a terminal.
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", done.stdout)


def test_plan_deploy_plan_destroy(shell: Mapping[str, str]) -> None:
    assert "Plan: 45 to add, 0 to change, 0 to destroy." in ops(shell, "plan")
    assert 'vpc_id = "vpc-' in ops(shell, "deploy", "--auto-approve")
    again = ops(shell, "plan")
    assert "No changes. Your infrastructure matches the configuration." in again
    assert "- Guard: passed, 0 unlocked by a record" in again
    assert "- Policy scan: passed" in again
    assert "Destroy complete!" in ops(shell, "destroy", "--auto-approve")
