"""What several commands take: options that mean the same everywhere, and the environment files that they name."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from modules.environment_files import EnvironmentFile, chosen, load
from modules.foundation.problems import Problem, SettingsError
from ops import steps
from ops.today import today

EnvsOption = Annotated[
    Path, typer.Option("--envs", envvar="ENVS", help="The folder of environment files.", show_default=True)
]
EnvOption = Annotated[str, typer.Option("--env", envvar="ENV", help="The environment.", show_default=True)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
LocalOption = Annotated[bool, typer.Option("--local", help="On the embedded AWS.")]
AccountOption = Annotated[bool, typer.Option("--account", help="The bootstrap stack of the account.")]
AutoApproveOption = Annotated[bool, typer.Option("--auto-approve", help="Do not ask; refused in production.")]
LockTimeoutOption = Annotated[
    int,
    typer.Option(
        "--lock-timeout",
        envvar="GROUNDWORK_LOCK_TIMEOUT",
        min=0,
        help="Seconds to wait for a state that somebody else has locked.",
    ),
]
TodayOption = Annotated[
    datetime.datetime | None,
    typer.Option("--today", formats=["%Y-%m-%d"], help="The day to judge versions on; by default today, by UTC."),
]
ENVS = Path("envs")


def read_files(envs: Path) -> dict[str, EnvironmentFile]:
    """Return the environments; print the warnings."""
    day = today()
    files = load(envs, day)
    for file in files.values():
        for warning in file.warnings(day):
            steps.warn(str(warning))
    return files


def read_file(envs: Path, env: str) -> EnvironmentFile:
    """Return the environment. Raises SettingsError when there is none of this name."""
    if not env:
        raise SettingsError([Problem(envs.as_posix(), 0, "the environment", "has no name", "write --env dev")])
    files = read_files(envs)
    chosen(files, env)
    return files[env]
