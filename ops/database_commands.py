"""The commands of `python -m ops database`."""

from dataclasses import asdict
from typing import Annotated

import typer

from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, read_file
from ops.printing import print_result
from ops.workspace import Workspace

database = typer.Typer(no_args_is_help=True, help="Manage the users inside the databases of an environment file.")


@database.callback()
def _group() -> None:
    """Keep `logins` a command of its own while it is the only one."""


@database.command("logins")
def database_logins(
    name: Annotated[
        str | None, typer.Argument(help='The name of a `database` block, for example "main"; by default all.')
    ] = None,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Create the users of databases with their rights again, and lock others. An apply does so when they change."""
    from ops.database_logins import create_users
    from ops.errors import ExitCode
    from ops.target import clients_of, target_of

    file = read_file(envs, env)
    client = clients_of(target_of(Workspace.of(envs), on_local=on_local), file)("lambda")
    results = create_users(client, file, name)
    print_result(
        [asdict(each) for each in results], (line for each in results for line in each.lines()), as_json=as_json
    )
    if any(each.error for each in results):
        raise typer.Exit(ExitCode.LOGINS_FAILED)
