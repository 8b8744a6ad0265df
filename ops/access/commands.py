"""The commands of `python -m ops access`: who has which access."""

import typer

from ops.errors import ExitCode
from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, file_of, read_files
from ops.printing import print_result
from ops.workspace import Workspace

access = typer.Typer(no_args_is_help=True, help="Review who may use an environment.")


@access.callback()
def _group() -> None:
    """Keep `review` a command of the group, although it is the only one."""


@access.command("review")
def access_review(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Compare the table of people with AWS, and list what was not used for 90 days. Changes nothing."""
    from ops.access.review import review
    from ops.access.table import expected_roles
    from ops.target import clients_of, target_of

    files = read_files(envs)
    file = file_of(files, envs, env)
    table = expected_roles(file, [each.settings for each in files.values()])
    clients = clients_of(target_of(Workspace.of(envs), on_local=on_local), file)
    found = review(table, clients("iam"))
    print_result(found.as_json(), found.lines(), as_json=as_json)
    if found.findings:
        raise typer.Exit(ExitCode.ACCESS_FINDINGS)
