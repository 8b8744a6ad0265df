"""The command line: `python -m ops --help`. Data on stdout, progress on stderr."""

import datetime
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from modules.environment_files import chosen, load
from modules.foundation.problems import SettingsError
from ops import steps
from ops.access.commands import access
from ops.application.commands import application
from ops.connect.commands import connect
from ops.dashboard.commands import dashboard
from ops.database_commands import database
from ops.deploy_commands import deployment
from ops.errors import ExitCode
from ops.experiment.commands import experiment
from ops.function_release.commands import function_release
from ops.options import (
    ENVS,
    AccountOption,
    EnvOption,
    EnvsOption,
    JsonOption,
    LocalOption,
    LockTimeoutOption,
    OneEnvOption,
    TodayOption,
    read_file,
    read_files,
)
from ops.pipeline.commands import ci
from ops.printing import output_lines, print_line, print_result
from ops.publish.commands import publishing
from ops.release.commands import releasing
from ops.secret_commands import secret
from ops.state_commands import state
from ops.today import today
from ops.vpn.commands import vpn
from ops.workspace import PROJECT, Workspace

# Tracebacks show no locals: one of them may be a secret's value.
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False)
app.add_typer(deployment)
app.add_typer(publishing)
app.add_typer(function_release)
app.add_typer(releasing)
app.add_typer(secret, name="secret")
app.add_typer(state, name="state")
app.add_typer(experiment, name="experiment")
app.add_typer(connect, name="connect")
app.add_typer(database, name="database")
ci.add_typer(application)
app.add_typer(ci, name="ci")
app.add_typer(access, name="access")
app.add_typer(dashboard, name="dashboard")
app.add_typer(vpn, name="vpn")


@app.command()
def validate(envs: EnvsOption = ENVS, as_json: JsonOption = False, on: TodayOption = None) -> None:
    """Check the environment files, each by itself and against each other."""
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
        print_line(json.dumps(report, indent=2))
    else:
        for problem in problems:
            steps.console.print(str(problem), markup=False)
        for warning in warnings:
            steps.warn(str(warning))
        if names:
            print_line(f"{envs}: {', '.join(names)}: valid")
    if problems:
        raise typer.Exit(ExitCode.INVALID_SETTINGS)


@app.command()
def local(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, as_json: JsonOption = False, lock_timeout: LockTimeoutOption = 60
) -> None:
    """Apply an environment to the embedded AWS: bootstrap, synth, init, plan, apply."""
    from ops.local import run_local

    workspace = Workspace.of(envs)
    result = run_local(workspace, read_file(envs, env), lock_timeout)
    lines = [
        *([] if result.changed else [f"{env}: no changes"]),
        *output_lines(result.outputs),
        "",
        f"embedded AWS      {result.local_aws.endpoint} (process {result.local_aws.pid}; `make local-stop` stops it)",
        f"its log           {result.local_aws.log}",
        f"synthesized stack {result.terraform.folder}",
        f"Terraform's logs  {workspace.logs}",
    ]
    print_result(result.outputs, lines, as_json=as_json)


@app.command("local-stop")
def local_stop(envs: EnvsOption = ENVS) -> None:
    """Stop the embedded AWS and discard everything in it."""
    from local_aws.process import stop

    print_line("stopped" if stop(Workspace.of(envs).local) else "not running")


@app.command()
def synth(env: OneEnvOption = None, envs: EnvsOption = ENVS) -> None:
    """Synthesize all environments, or one of them, into cdktf.out."""
    from ops.synth import synthesize, synthesize_all
    from ops.target import Target

    workspace = Workspace.of(envs)
    target = Target(workspace, workspace.cloud_output, os.environ, os.environ)
    if env:
        synthesize(target, read_file(envs, env).settings)
    else:
        synthesize_all(target, chosen(read_files(envs), None))
    print_line(target.output)


@app.command()
def build(env: OneEnvOption = None, envs: EnvsOption = ENVS) -> None:
    """Package the functions of all environments, or of one; commands that synthesize do this themselves."""
    from ops.functions import build as build_functions

    environments = chosen(read_files(envs), env)
    for path in build_functions(Workspace.of(envs).packages, environments, os.environ):
        print_line(path)


@app.command()
def addresses(
    envs: EnvsOption = ENVS,
    give_up: Annotated[
        list[str] | None, typer.Option("--give-up", help="An address to destroy; can be repeated.")
    ] = None,
) -> None:
    """Synthesize, and update the committed lists of addresses. Fails if an address would be lost."""
    from ops.addresses import write
    from ops.synth import synthesize_all
    from ops.target import Target

    workspace = Workspace.of(envs)
    target = Target(workspace, workspace.build / "addresses", os.environ, os.environ)
    synthesize_all(target, chosen(read_files(envs), None))
    for path in write(envs, target.output, give_up or []):
        print_line(path)


@app.command()
def reference() -> None:
    """Regenerate docs/reference: every block and key of an environment file, from the settings."""
    from ops.reference.pages import FOLDER, write

    for path in write(PROJECT / FOLDER):
        print_line(path.relative_to(PROJECT))


@app.command()
def calendar(
    region: Annotated[str | None, typer.Option("--region", help="The Region to query; us-east-1 by default.")] = None,
) -> None:
    """Update the versions calendar with the shell's credentials; print changes and the pages to read by hand."""
    from modules.foundation.calendar import CALENDAR
    from ops.calendar import REGION, refresh

    for line in refresh(CALENDAR, region or REGION, os.environ, today()):
        print_line(line)


@app.command(context_settings={"ignore_unknown_options": True})
def terraform(
    arguments: Annotated[list[str], typer.Argument(help="Arguments of Terraform, after --.")],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    account: AccountOption = False,
) -> None:
    """Run Terraform in an environment's synthesized stack, for example import, state, or force-unlock."""
    from ops.run_terraform import run_terraform

    code = run_terraform(Workspace.of(envs), read_file(envs, env), arguments, on_local=on_local, account=account)
    raise typer.Exit(code)


@app.command()
def recover(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    account: AccountOption = False,
    lock_timeout: LockTimeoutOption = 300,
    as_json: JsonOption = False,
) -> None:
    """Import the resources that a killed apply created, and show the plan of the rest. Applies nothing."""
    from ops.recovery.recover import recover as recover_stack
    from ops.target import target_of

    file = read_file(envs, env)
    target = target_of(Workspace.of(envs), on_local=on_local, lock_timeout=lock_timeout)
    recovery = recover_stack(target, file, account=account)
    print_result(asdict(recovery), recovery.lines(), as_json=as_json)
    if recovery.unclear:
        raise typer.Exit(ExitCode.REFUSED)


@app.command()
def guard(
    plan_file: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.json", help="The output of `terraform show -json`; - reads it from standard input."
        ),
    ],
    env: Annotated[
        str | None,
        typer.Option("--env", envvar="ENV", help="The environment; without one, the rules of production apply."),
    ] = None,
    envs: EnvsOption = ENVS,
    stack: Annotated[
        Path | None, typer.Option("--stack", help="The stack's cdk.tf.json, for policies that the plan lacks.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse a plan that loses data or protections, or exposes something, unless envs/unlocks/ENV.hcl allows it."""
    from ops.guard.guard import run_guard

    judgement = run_guard(plan_file, stack, envs, env, today())
    print_result(judgement.as_json(), judgement.lines(), as_json=as_json)
    if judgement.refused:
        raise typer.Exit(ExitCode.GUARDED)


@app.command()
def audit(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    days: Annotated[int, typer.Option("--days", min=1, help="How far to look back.")] = 30,
    as_json: JsonOption = False,
) -> None:
    """List who changed an environment with these commands: deploys, releases, unlocks, secrets, connections, ..."""
    from ops.audit import AuditLog
    from ops.target import target_of

    log = AuditLog(target_of(Workspace.of(envs), on_local=on_local), read_file(envs, env))
    found = list(log.entries(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)))
    lines = map(str, found) if found else [f"{env}: no changes in {days} days"]
    print_result([each.as_json() for each in found], lines, as_json=as_json)


@app.command()
def scan(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    lock_timeout: LockTimeoutOption = 300,
    as_json: JsonOption = False,
) -> None:
    """Plan an environment and check the plan with Checkov. ops/scan/skips.hcl lists the checks that are skipped."""
    from ops.scan.scan import scan_environment

    found = scan_environment(Workspace.of(envs), read_file(envs, env), on_local=on_local, lock_timeout=lock_timeout)
    print_result(found.as_json(), found.lines(), as_json=as_json)
    if found.findings:
        raise typer.Exit(ExitCode.POLICY_BROKEN)


@app.command()
def doctor(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Check what a deploy needs: tools, locks, clock, credentials, state, quotas, secrets. Changes nothing."""
    from ops.doctor.examine import examine

    found = examine(Workspace.of(envs), read_file(envs, env), today(), on_local=on_local)
    print_result([each.as_json() for each in found], map(str, found), as_json=as_json)
    if any(each.level == "error" for each in found):
        raise typer.Exit(ExitCode.UNHEALTHY)


@app.command("push-credentials")
def push_credentials(
    name: Annotated[str | None, typer.Argument(help='The name of the `push` block, for example "mobile".')] = None,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Create the platform applications of push blocks from their secrets, or update their credentials."""
    from ops.push_credentials import put
    from ops.target import target_of

    done = []
    for each in put(target_of(Workspace.of(envs), on_local=on_local), read_file(envs, env), name):
        done.append(asdict(each))
        if not as_json:
            print_line(f"{each.push}  {each.platform}  {each.arn}  {each.done}")
    if as_json:
        print_line(json.dumps(done, indent=2))
