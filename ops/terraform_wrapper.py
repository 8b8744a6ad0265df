"""A wrapper around Terraform that keeps it running when the CDKTF CLI exits.

When interrupted, the CLI forwards one Ctrl-C and exits at once. This closes the terminal that it gave Terraform, and
the SIGHUP would end Terraform while it saves the state. Therefore the CLI runs this program instead of Terraform.
"""

import fcntl
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ops.errors import OpsError
from ops.processes import missing, run_attached
from ops.tools import terraform_program
from ops.workspace import PROJECT, Workspace

_PROGRAM = "GROUNDWORK_SHIELDED_TERRAFORM"
_RUNNING = "GROUNDWORK_TERRAFORM_IS_RUNNING"


def shielded(workspace: Workspace, environment: Mapping[str, str]) -> tuple[dict[str, str], Callable[[], None]]:
    """Return the environment variables for the CDKTF CLI, and a function that waits until its Terraform has ended.

    Raises OpsError if Terraform is missing.
    """
    terraform = shutil.which(terraform_program(environment), path=environment.get("PATH"))
    if not terraform:
        raise missing(terraform_program(environment), "not found")
    folder = workspace.build / "shield"
    folder.mkdir(parents=True, exist_ok=True)
    program, running = folder / "terraform", folder / f"running-{os.getpid()}"
    python = f"PYTHONPATH={shlex.quote(str(PROJECT))} exec {shlex.quote(sys.executable)}"
    program.write_text(f'#!/bin/sh\n{python} -m ops.terraform_wrapper "$@"\n')
    program.chmod(0o755)

    def wait() -> None:
        with running.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
        running.unlink()

    return {
        **environment,
        "TERRAFORM_BINARY_NAME": str(program),
        _PROGRAM: terraform,
        _RUNNING: str(running),
    }, wait


def main() -> None:
    """Run Terraform and wait until it has ended."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with Path(os.environ[_RUNNING]).open("a") as running:
        fcntl.flock(running, fcntl.LOCK_SH)
        try:
            code = run_attached([os.environ[_PROGRAM], *sys.argv[1:]], folder=Path.cwd(), environment=environment)
        except OpsError as error:
            code = error.code
    sys.exit(code)


if __name__ == "__main__":
    main()
