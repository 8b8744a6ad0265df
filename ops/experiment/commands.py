"""The commands of `python -m ops experiment`: list and run chaos experiments."""

from pathlib import Path
from typing import Annotated

import typer

from ops.options import (
    ENVS,
    AutoApproveOption,
    EnvOption,
    EnvsOption,
    JsonOption,
    LocalOption,
    read_file,
    refuse_unasked,
)
from ops.printing import asked, print_progress, print_result
from ops.workspace import Workspace

experiment = typer.Typer(no_args_is_help=True, help="List and run the chaos experiments of an environment file.")


@experiment.command("list")
def experiment_list(
    env: EnvOption = "dev", envs: EnvsOption = ENVS, on_local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """List the environment's experiments, and how each ended the last time."""
    from ops.experiment.template import experiments_of, last_run, template_id
    from ops.target import clients_of, target_of

    file = read_file(envs, env)
    fis = clients_of(target_of(Workspace.of(envs), on_local=on_local), file)("fis")
    found = []
    for each in experiments_of(file):
        template = template_id(fis, each)
        last = last_run(fis, template) if template else None
        state = f"{last[0]} {last[1]}" if last else "never run" if template else "not applied"
        found.append({"experiment": each.label, "fault": each.settings.fault, "template": template, "last": state})
    lines = (f"{each['experiment']}  {each['fault']}  {each['last']}" for each in found)
    print_result(found, lines, as_json=as_json)


@experiment.command("run")
def experiment_run(
    name: Annotated[str, typer.Argument(help='The name of the `experiment` block, for example "one-task-lost".')],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    auto_approve: AutoApproveOption = False,
    reports: Annotated[Path, typer.Option("--reports", help="The folder of reports.")] = Path("docs/experiments"),
    as_json: JsonOption = False,
) -> None:
    """Run an experiment after confirmation, and write a report. Ctrl-C stops the experiment."""
    from ops.audit import AuditLog
    from ops.experiment import report
    from ops.experiment.run import CODES, run
    from ops.experiment.template import declared, refuse_locked
    from ops.target import clients_of, target_of

    file = read_file(envs, env)
    chosen = declared(file, name)
    refuse_unasked(file, auto_approve=auto_approve)
    refuse_locked(file, name)
    target = target_of(Workspace.of(envs), on_local=on_local)
    clients = clients_of(target, file)
    result = run(chosen, clients, agreed=lambda question: auto_approve or asked(question), show=print_progress)
    AuditLog(target, file).record("experiment", experiment=name, id=result.id, result=result.outcome)
    path = report.write(result, reports)
    print_result(report.as_json(result, path), [f"{name}: {result.outcome}", f"report  {path}"], as_json=as_json)
    if CODES[result.outcome]:
        raise typer.Exit(CODES[result.outcome])
