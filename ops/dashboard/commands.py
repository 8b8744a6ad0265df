"""`python -m ops dashboard`: the CloudWatch dashboard of an environment as a preview, and in Grafana."""

import os

import typer

from ops.options import ENVS, EnvOption, EnvsOption, read_file
from ops.printing import print_line
from ops.workspace import Workspace, stack_folder

dashboard = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show the dashboard of an environment.")


@dashboard.command()
def preview(env: EnvOption = "dev", envs: EnvsOption = ENVS) -> None:
    """Write the dashboard as a web page with invented values, and print its path. Needs no account."""
    from ops.dashboard.preview import body_of, page
    from ops.synth import synthesize
    from ops.target import Target

    workspace, file = Workspace.of(envs), read_file(envs, env)
    target = Target(workspace, workspace.build / "dashboards", os.environ, os.environ)
    synthesize(target, file.settings)
    path = target.output / f"{env}.html"
    path.write_text(page(env, body_of(stack_folder(target.output, env), file)))
    print_line(path)


@dashboard.command()
def grafana(env: EnvOption = "dev", envs: EnvsOption = ENVS) -> None:
    """Copy the applied dashboard into the environment's Grafana workspace, and print its URL. Safe to run again."""
    from ops.dashboard.workspace import copy_dashboard
    from ops.target import clients_of, target_of

    file = read_file(envs, env)
    target = target_of(Workspace.of(envs), on_local=False, lock_timeout=0)
    print_line(copy_dashboard(clients_of(target, file), file.settings))
