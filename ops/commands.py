"""The command line: `python -m ops --help`. Data on stdout, progress on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from modules.foundation.refusals import SettingsError
from modules.settings import EnvironmentFile, chosen, load
from ops import steps
from ops.errors import ExitCode, OpsError
from ops.interrupts import Interrupted, handled, interrupt
from ops.mishaps import explained
from ops.options import (
    ENVS,
    AccountOption,
    AutoApproveOption,
    EnvOption,
    EnvsOption,
    JsonOption,
    LocalOption,
    LockTimeoutOption,
    TodayOption,
    read_file,
    read_files,
)
from ops.pipeline.commands import ci
from ops.state_commands import state
from ops.today import today
from ops.workspace import PROJECT, Workspace

if TYPE_CHECKING:
    from ops.cloud import Planned

# No locals in a traceback: one of them may be a secret's value.
app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_show_locals=False
)
secret = typer.Typer(no_args_is_help=True, help="Put values into the secrets that an environment file names.")
app.add_typer(secret, name="secret")
app.add_typer(state, name="state")
app.add_typer(ci, name="ci")
_out = Console(highlight=False, soft_wrap=True, emoji=False)


@app.command()
def validate(envs: EnvsOption = ENVS, as_json: JsonOption = False, on: TodayOption = None) -> None:
    """Check the environment files, each by itself and all together."""
    problems, warnings, names = [], [], []
    try:
        files = load(envs, today())
        names = list(files)
        day = on.date() if on else today()
        warnings = [warning for file in files.values() for warning in file.warnings(day)]
    except SettingsError as error:
        problems = error.problems
    if as_json:
        report = {
            "problems": [problem.as_json() for problem in problems],
            "warnings": [warning.as_json() for warning in warnings],
            "environments": names,
        }
        _out.print(json.dumps(report, indent=2), markup=False)
    else:
        for problem in problems:
            steps.console.print(str(problem), markup=False)
        for warning in warnings:
            steps.warn(str(warning))
        if names:
            _out.print(f"{envs}: {', '.join(names)}: right", markup=False)
    if problems:
        raise typer.Exit(ExitCode.WRONG_SETTINGS)


@app.command()
def local(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, as_json: JsonOption = False, lock_timeout: LockTimeoutOption = 60
) -> None:
    """Put an environment on the embedded AWS: bootstrap, synth, init, plan, apply."""
    from ops.local import run_local

    workspace = Workspace.of(envs)
    result = run_local(workspace, read_file(envs, env), lock_timeout)
    if as_json:
        _out.print(json.dumps(result.outputs, indent=2), markup=False)
        return
    if not result.changed:
        _out.print(f"{env}: no changes")
    _tell_outputs(result.outputs)
    _out.print(
        f"\nembedded AWS      {result.local_aws.endpoint} (process {result.local_aws.pid}; `make local-stop` ends it)\n"
        f"its log           {result.local_aws.log}\n"
        f"synthesized stack {result.terraform.folder}\n"
        f"Terraform's logs  {workspace.logs}",
        markup=False,
    )


@app.command("local-stop")
def local_stop(envs: EnvsOption = ENVS) -> None:
    """End the embedded AWS, and with it all that was put there."""
    from ops.local_aws.process import stop

    _out.print("stopped" if stop(Workspace.of(envs).local) else "it is not running")


@app.command()
def synth(env: Annotated[str | None, typer.Option("--env", envvar="ENV")] = None, envs: EnvsOption = ENVS) -> None:
    """Synthesize all environments, or one, into cdktf.out."""
    from ops.synth import synthesize

    workspace = Workspace.of(envs)
    if env:
        read_file(envs, env)
    else:
        read_files(envs)
    synthesize(workspace, workspace.cloud_output, os.environ, env)
    _out.print(str(workspace.cloud_output), markup=False)


@app.command()
def build(env: Annotated[str | None, typer.Option("--env", envvar="ENV")] = None, envs: EnvsOption = ENVS) -> None:
    """Pack the functions of all environments, or of one; the commands that synthesize do it by themselves."""
    from ops.functions import build as build_functions

    environments = chosen(read_files(envs), env)
    for path in build_functions(Workspace.of(envs).packages, environments, os.environ):
        _out.print(str(path), markup=False)


@app.command()
def addresses(
    envs: EnvsOption = ENVS,
    give_up: Annotated[
        list[str] | None, typer.Option("--give-up", help="An address that shall be destroyed; may be repeated.")
    ] = None,
) -> None:
    """Synthesize, and write the committed lists of addresses anew; none is lost without a word."""
    from ops.addresses import write
    from ops.synth import synthesize

    read_files(envs)
    workspace = Workspace.of(envs)
    output = workspace.build / "addresses"
    synthesize(workspace, output, os.environ, None)
    for path in write(envs, output, give_up or []):
        _out.print(str(path), markup=False)


@app.command()
def reference() -> None:
    """Write docs/reference anew: every block and key of an environment file, from the settings."""
    from ops.reference import FOLDER, write

    for path in write(PROJECT / FOLDER):
        _out.print(str(path.relative_to(PROJECT)), markup=False)


@app.command()
def calendar(
    region: Annotated[str | None, typer.Option("--region", help="The region to ask; by default us-east-1.")] = None,
) -> None:
    """Write the versions calendar anew, with the shell's credentials; say what changed and what a person reads."""
    from modules.foundation.calendar import CALENDAR
    from ops.calendar import REGION, refresh

    for line in refresh(CALENDAR, region or REGION, os.environ, today()):
        _out.print(line, markup=False)


@app.command()
def bootstrap(env: EnvOption = "dev", envs: EnvsOption = ENVS) -> None:
    """Make the state bucket of an environment's account, with the shell's credentials. Can be run again."""
    from ops.bootstrap import bootstrap as bootstrap_account
    from ops.synth import synthesize
    from ops.target import cloud

    target = cloud(Workspace.of(envs))
    file = read_file(envs, env)
    synthesize(target.workspace, target.output, target.environment, env)
    bootstrap_account(target, file.settings.account_id, env, agreed=_agreed)


@app.command()
def plan(env: EnvOption = "dev", envs: EnvsOption = ENVS, lock_timeout: LockTimeoutOption = 300) -> None:
    """Show what a deploy would change and what the guard says of it, with the shell's credentials."""
    from ops.cloud import planned
    from ops.target import cloud

    with planned(cloud(Workspace.of(envs), lock_timeout=lock_timeout), read_file(envs, env), today()) as found:
        _tell_planned(found)
        if found.judgement.refused:
            raise typer.Exit(ExitCode.GUARDED)


@app.command()
def deploy(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    lock_timeout: LockTimeoutOption = 300,
    auto_approve: AutoApproveOption = False,
) -> None:
    """Plan, ask the guard and the person, and apply that plan, with the shell's credentials."""
    from ops.cloud import planned
    from ops.target import cloud

    file = read_file(envs, env)
    _refuse_unasked(file, auto_approve=auto_approve)
    with planned(cloud(Workspace.of(envs), lock_timeout=lock_timeout), file, today()) as found:
        _tell_planned(found)
        _tell_outputs(found.apply(lambda question: auto_approve or _asked(question)))


@app.command()
def destroy(env: EnvOption = "dev", envs: EnvsOption = ENVS, auto_approve: AutoApproveOption = False) -> None:
    """Destroy an environment after asking, with the shell's credentials; never production (`cdktf destroy`)."""
    from ops.cloud import destroy as destroy_environment
    from ops.cloud import refuse_production
    from ops.target import cloud

    file = read_file(envs, env)
    refuse_production(file)
    arguments = ["--auto-approve"] if auto_approve else []
    destroy_environment(cloud(Workspace.of(envs)), file, arguments, lambda question: auto_approve or _asked(question))


@app.command("delete-scaled-readers")
def delete_scaled_readers(
    name: Annotated[str, typer.Argument(help='The name behind `database` in the environment file, "main".')],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    auto_approve: AutoApproveOption = False,
) -> None:
    """Delete the readers that scaling added to an Aurora cluster, before the cluster is taken away."""
    from ops.scaled_readers import clients_of, deletable_readers, delete_readers
    from ops.target import target_of

    file = read_file(envs, env)
    _refuse_unasked(file, auto_approve=auto_approve)
    clients = clients_of(target_of(Workspace.of(envs), on_local=on_local), file)
    cluster, readers = deletable_readers(clients, file, name)
    if not readers:
        _out.print(f"{cluster}: no readers that scaling added", markup=False)
    elif auto_approve or _asked(f"Delete {', '.join(readers)} of {cluster}, and end its scaling?"):
        delete_readers(clients, cluster, readers)


@app.command(context_settings={"ignore_unknown_options": True})
def terraform(
    arguments: Annotated[list[str], typer.Argument(help="Terraform's own arguments, behind --.")],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    account: AccountOption = False,
) -> None:
    """Run Terraform itself in an environment's synthesized stack: import, state, force-unlock."""
    from ops.direct import run_terraform

    code = run_terraform(Workspace.of(envs), read_file(envs, env), arguments, on_local=on_local, account=account)
    raise typer.Exit(code)


@app.command()
def recover(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    account: AccountOption = False,
    lock_timeout: LockTimeoutOption = 300,
) -> None:
    """Import what an apply that was killed has created in AWS, and show the plan of the rest. Applies nothing."""
    from ops.recovery.command import recover as recover_stack
    from ops.target import target_of

    file = read_file(envs, env)
    target = target_of(Workspace.of(envs), on_local=on_local, lock_timeout=lock_timeout)
    recovery = recover_stack(target, file, account=account)
    _tell(None, recovery.told(), as_json=False)
    if recovery.unclear:
        raise typer.Exit(ExitCode.REFUSED)


@app.command()
def guard(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN.json", help="What `terraform show -json` prints.")],
    env: Annotated[
        str | None,
        typer.Option("--env", envvar="ENV", help="The environment; without one the plan is judged as production's."),
    ] = None,
    envs: EnvsOption = ENVS,
    stack: Annotated[
        Path | None, typer.Option("--stack", help="The stack's cdk.tf.json, for policies that only the apply tells.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse a plan that loses data or a protection, or opens something, unless envs/unlocks/ENV.hcl allows it."""
    from ops.guard.command import run_guard

    judgement = run_guard(plan_file, stack, envs, env, today())
    _tell(judgement.as_json(), judgement.told(), as_json=as_json)
    if judgement.refused:
        raise typer.Exit(ExitCode.GUARDED)


@app.command()
def scan(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    lock_timeout: LockTimeoutOption = 300,
    as_json: JsonOption = False,
) -> None:
    """Plan an environment and check the plan by checkov's policies; ops/scan/skips.hcl says which we do not follow."""
    from ops.scan.command import scan_environment

    found = scan_environment(Workspace.of(envs), read_file(envs, env), on_local=on_local, lock_timeout=lock_timeout)
    _tell(found.as_json(), found.told(), as_json=as_json)
    if found.findings:
        raise typer.Exit(ExitCode.POLICY_BROKEN)


@app.command()
def doctor(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Look at all that a deploy needs: tools, locks, clock, credentials, state, quotas, secrets. Changes nothing."""
    from ops.doctor.command import examine

    found = examine(Workspace.of(envs), read_file(envs, env), today(), on_local=on_local)
    _tell([each.as_json() for each in found], map(str, found), as_json=as_json)
    if any(each.level == "error" for each in found):
        raise typer.Exit(ExitCode.UNHEALTHY)


@secret.command("set")
def secret_set(
    name: Annotated[str, typer.Argument(help='The name behind `secret` in the environment file, "slack-webhook".')],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
) -> None:
    """Put a value in, from standard input or a prompt that shows nothing; never as an argument."""
    from ops.secrets import put, read_value, require_declared
    from ops.target import target_of

    file = read_file(envs, env)
    require_declared(file, name)
    target = target_of(Workspace.of(envs), on_local=on_local)
    value = read_value(lambda: str(typer.prompt(f"Value of {name} in {env}", hide_input=True, err=True)))
    _out.print(f"{put(target, file, name, value)}: put in", markup=False)


@secret.command("list")
def secret_list(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Show the environment's secrets and which have a value; the values stay where they are."""
    from ops.secrets import states
    from ops.target import target_of

    found = states(target_of(Workspace.of(envs), on_local=on_local), read_file(envs, env))
    lines = (f"{each.label}  {each.name}  {each.state}" for each in found)
    _tell([asdict(each) for each in found], lines, as_json=as_json)


@app.command("push-credentials")
def push_credentials(
    name: Annotated[
        str | None, typer.Argument(help='The name behind `push` in the environment file, "mobile".')
    ] = None,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make the platform applications of push blocks from their secrets, or give them new credentials."""
    from ops.push_credentials import put
    from ops.target import target_of

    done = []
    for each in put(target_of(Workspace.of(envs), on_local=on_local), read_file(envs, env), name):
        done.append(asdict(each))
        if not as_json:
            _out.print(f"{each.push}  {each.platform}  {each.arn}  {each.done}", markup=False)
    if as_json:
        _out.print(json.dumps(done, indent=2), markup=False)


def _tell(data: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print what was found, for a machine or for a person."""
    for line in [json.dumps(data, indent=2)] if as_json else lines:
        _out.print(line, markup=False)


def _tell_planned(planned: "Planned") -> None:
    """Print a plan and what the guard says of it."""
    for line in (planned.text, *planned.judgement.told()):
        _out.print(line, markup=False)


def _tell_outputs(outputs: Mapping[str, object]) -> None:
    for name, value in outputs.items():
        _out.print(f"{name} = {json.dumps(value, indent=2)}", markup=False)


def _agreed(terraform: object) -> bool:
    """Show the plan and ask the person."""
    from ops.terraform import Terraform

    assert isinstance(terraform, Terraform)
    _out.print(terraform.show_plan(), markup=False)
    return _asked("Apply this plan?")


def _asked(question: str) -> bool:
    """Ask the person; without one, the answer is no."""
    return sys.stdin.isatty() and typer.confirm(question, err=True)


def _refuse_unasked(file: EnvironmentFile, *, auto_approve: bool) -> None:
    if auto_approve and file.settings.tier == "production":
        raise OpsError("production is changed only through a plan that a person has read", ExitCode.REFUSED)


def main() -> None:
    """Run a command; every expected error is a message and an exit code, never a traceback."""
    try:
        with handled(interrupt):
            app(standalone_mode=True)
    except SettingsError as error:
        steps.console.print(str(error), markup=False)
        sys.exit(ExitCode.WRONG_SETTINGS)
    except Interrupted as error:
        _end(OpsError("interrupted; nothing was being applied", error.code))
    except OpsError as error:
        _end(error)
    except Exception as error:
        told = explained(error)
        if told is None:
            raise
        steps.give_up_if_broken(sys.stdout)
        _end(told)


def _end(error: OpsError) -> NoReturn:
    steps.console.print(f"[red]error[/] {escape(str(error))}")
    sys.exit(error.code)
