"""Options that several commands share, and the environment files that they name."""

import datetime
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from modules.environment_files import EnvironmentFile, chosen, load
from modules.foundation.problems import Problem, SettingsError
from ops import steps
from ops.errors import ExitCode, OpsError
from ops.today import today

ENVS = Path("envs")


def environment_names() -> list[str]:
    """Return the names of the environment files, with which the shell completes `--env`."""
    return sorted(path.stem for path in Path(os.environ.get("ENVS") or ENVS).glob("*.hcl"))


EnvsOption = Annotated[
    Path, typer.Option("--envs", envvar="ENVS", help="The folder of environment files.", show_default=True)
]
EnvOption = Annotated[
    str,
    typer.Option("--env", envvar="ENV", help="The environment.", show_default=True, autocompletion=environment_names),
]
#: The environment of a command that handles all of them by default.
OneEnvOption = Annotated[
    str | None, typer.Option("--env", envvar="ENV", help="One environment.", autocompletion=environment_names)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
LocalOption = Annotated[bool, typer.Option("--local", help="Use the embedded AWS.")]
AccountOption = Annotated[bool, typer.Option("--account", help="Use the account's bootstrap stack.")]
AutoApproveOption = Annotated[
    bool, typer.Option("--auto-approve", help="Do not ask for confirmation. Not allowed in production.")
]
LockTimeoutOption = Annotated[
    int,
    typer.Option(
        "--lock-timeout",
        envvar="GROUNDWORK_LOCK_TIMEOUT",
        min=0,
        help="Seconds to wait for a locked state.",
    ),
]
TodayOption = Annotated[
    datetime.datetime | None,
    typer.Option(
        "--today", formats=["%Y-%m-%d"], help="The date for which versions are checked; today in UTC by default."
    ),
]


def read_files(envs: Path) -> dict[str, EnvironmentFile]:
    """Return the environments, and print their warnings."""
    day = today()
    files = load(envs, day)
    for file in files.values():
        for warning in file.warnings(day):
            steps.warn(str(warning))
    return files


def read_file(envs: Path, env: str) -> EnvironmentFile:
    """Return the environment. Raises SettingsError if no environment has this name."""
    return file_of(read_files(envs), envs, env)


def file_of(files: Mapping[str, EnvironmentFile], envs: Path, env: str) -> EnvironmentFile:
    """Return the environment among those of the folder. Raises SettingsError if none has this name."""
    if not env:
        raise SettingsError([Problem(envs.as_posix(), 0, "the environment", "has no name", "write --env dev")])
    chosen(files, env)
    return files[env]


def refuse_unasked(file: EnvironmentFile, *, auto_approve: bool) -> None:
    """Raise OpsError if a command in production would not ask for confirmation."""
    if auto_approve and file.settings.tier == "production":
        raise OpsError(
            "--auto-approve is not allowed in production: a person must read the plan first", ExitCode.REFUSED
        )
