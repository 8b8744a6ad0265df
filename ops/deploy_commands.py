"""The commands of `python -m ops` that plan and change an environment on AWS, with the shell's credentials."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import (
    ENVS,
    AutoApproveOption,
    EnvOption,
    EnvsOption,
    JsonOption,
    LocalOption,
    LockTimeoutOption,
    file_of,
    read_file,
    read_files,
    refuse_unasked,
)
from ops.printing import asked, output_lines, print_line, print_progress, print_result
from ops.today import today
from ops.workspace import Workspace

if TYPE_CHECKING:
    from modules.environment_files import EnvironmentFile
    from ops.deploy import Planned
    from ops.terraform import Terraform

deployment = typer.Typer()


@deployment.command()
def bootstrap(env: EnvOption = "dev", envs: EnvsOption = ENVS) -> None:
    """Create the state bucket of an environment's account, with the shell's credentials. Safe to run again."""
    from ops.bootstrap import bootstrap as bootstrap_account
    from ops.synth import synthesize
    from ops.target import cloud

    target = cloud(Workspace.of(envs))
    file = read_file(envs, env)
    synthesize(target, file.settings)
    bootstrap_account(target, file.settings.account_id, env, agreed=partial(_agreed, file))


@deployment.command()
def plan(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, lock_timeout: LockTimeoutOption = 300, as_json: JsonOption = False
) -> None:
    """Show what a deploy would change, and what the guard and Checkov refuse, with the shell's credentials."""
    from ops.deploy import planned
    from ops.guard.guard import accounts_of
    from ops.target import cloud

    files = read_files(envs)
    target = cloud(Workspace.of(envs), lock_timeout=lock_timeout)
    with planned(target, file_of(files, envs, env), accounts_of(files.values()), today()) as found:
        print_result(found.review.as_json(), _plan_lines(found), as_json=as_json)
        if found.review.code:
            raise typer.Exit(found.review.code)


@deployment.command()
def deploy(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    lock_timeout: LockTimeoutOption = 300,
    auto_approve: AutoApproveOption = False,
    as_json: JsonOption = False,
) -> None:
    """Plan, check the plan with the guard and Checkov, ask for confirmation, and apply it."""
    from ops.deploy import planned
    from ops.guard.guard import accounts_of
    from ops.target import cloud

    files = read_files(envs)
    file = file_of(files, envs, env)
    refuse_unasked(file, auto_approve=auto_approve)
    target = cloud(Workspace.of(envs), lock_timeout=lock_timeout)
    with planned(target, file, accounts_of(files.values()), today()) as found:
        # With --json, stdout contains only the outputs.
        for line in _plan_lines(found):
            (print_progress if as_json else print_line)(line)
        outputs = found.apply(lambda question: auto_approve or asked(question))
    print_result(outputs, output_lines(outputs), as_json=as_json)


@deployment.command()
def destroy(env: EnvOption = "dev", envs: EnvsOption = ENVS, auto_approve: AutoApproveOption = False) -> None:
    """Destroy an environment (`cdktf destroy`) after confirmation, with the shell's credentials. Never production."""
    from ops.deploy import destroy as destroy_environment
    from ops.deploy import refuse_production
    from ops.target import cloud

    file = read_file(envs, env)
    refuse_production(file)
    arguments = ["--auto-approve"] if auto_approve else []
    destroy_environment(cloud(Workspace.of(envs)), file, arguments, lambda question: auto_approve or asked(question))


@deployment.command("delete-scaled-readers")
def delete_scaled_readers(
    name: Annotated[str, typer.Argument(help='The name of the `database` block, for example "main".')],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    auto_approve: AutoApproveOption = False,
) -> None:
    """Delete the readers that scaling added to an Aurora cluster, so that the cluster can be deleted."""
    from ops.scaled_readers import deletable_readers, delete_readers
    from ops.target import clients_of, target_of

    file = read_file(envs, env)
    refuse_unasked(file, auto_approve=auto_approve)
    clients = clients_of(target_of(Workspace.of(envs), on_local=on_local), file)
    cluster, readers = deletable_readers(clients, file, name)
    if not readers:
        print_line(f"{cluster}: scaling added no readers")
    elif auto_approve or asked(f"Delete {', '.join(readers)} of {cluster}, and remove its scaling?"):
        delete_readers(clients, cluster, readers)


def _plan_lines(planned: "Planned") -> list[str]:
    """Return a plan and the note that the pipeline's plan jobs write about it."""
    from ops.note.note import environment_subject, markdown

    return [
        planned.text,
        markdown(f"Plan of `{planned.file.settings.name}`", environment_subject(planned.file, planned.review)),
    ]


def _agreed(file: "EnvironmentFile", terraform: "Terraform") -> bool:
    """Show the plan of an environment's account and a note about it, and ask for confirmation."""
    from ops.guard.plan import parse_plan
    from ops.note.note import account_subject, markdown

    print_line(terraform.show_plan())
    subject = account_subject(file, parse_plan(terraform.show_plan_json(), "the plan"))
    print_line(markdown(f"Plan of account `{file.settings.account_id}`", subject))
    return asked("Apply this plan?")
