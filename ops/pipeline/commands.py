"""`python -m ops ci`: the jobs of GitLab's and GitHub's pipelines as commands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modules.environment_files import EnvironmentFile
from ops.ci_job import COMMIT_VARIABLES
from ops.errors import ExitCode
from ops.note.commands import ci_note
from ops.options import (
    ENVS,
    EnvOption,
    EnvsOption,
    JsonOption,
    LocalOption,
    LockTimeoutOption,
    file_of,
    read_file,
    read_files,
)
from ops.printing import print_line, print_result
from ops.today import today
from ops.workspace import PROJECT, Workspace

if TYPE_CHECKING:
    from modules.delivery.pipeline.role_names import Right
    from ops.target import Target

ci = typer.Typer(
    no_args_is_help=True,
    help="The jobs of the pipelines on GitLab or GitHub, and `app`, which a person runs for an application's.",
)
ci.command("note")(ci_note)

CommitOption = Annotated[str, typer.Option("--commit", envvar=COMMIT_VARIABLES, help="The pipeline's commit.")]


@ci.command("write")
def ci_write(envs: EnvsOption = ENVS) -> None:
    """Regenerate .gitlab-ci.yml and .github/workflows/infrastructure.yml from the environments and the import graph."""
    from ops.pipeline.files import files, write
    from ops.pipeline.folders import in_repository
    from ops.pipeline.touched import touched

    environments = [file.settings for file in read_files(envs).values()]
    texts = files(environments, touched(environments, in_repository(envs)))
    for name, done in write(texts, PROJECT).items():
        print_line(f"{name}: {done}")


@ci.command("plan")
def ci_plan(
    commit: CommitOption,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    lock_timeout: LockTimeoutOption = 300,
) -> None:
    """Plan an environment, check the plan with the guard and Checkov, and store it in build/ci/ENV."""
    from ops.guard.guard import accounts_of
    from ops.pipeline.jobs import plan_job

    files = read_files(envs)
    file = file_of(files, envs, env)
    target = _target(envs, file, "plan", on_local=on_local, lock_timeout=lock_timeout)
    found = plan_job(target, file, accounts_of(files.values()), commit, today())
    for line in found.lines():
        print_line(line)
    if found.code:
        raise typer.Exit(found.code)


@ci.command("apply")
def ci_apply(
    commit: CommitOption,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    lock_timeout: LockTimeoutOption = 300,
) -> None:
    """Apply exactly the plan in build/ci/ENV. Fails if the plan, the commit, or the state has changed."""
    from ops.pipeline.approval import require_approval
    from ops.pipeline.jobs import apply_job

    file = read_file(envs, env)
    require_approval(env)
    changed = apply_job(_target(envs, file, "apply", on_local=on_local, lock_timeout=lock_timeout), file, commit)
    print_line(f"{env}: {'applied' if changed else 'no changes'}")


@ci.command("drift")
def ci_drift(
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    lock_timeout: LockTimeoutOption = 300,
    as_json: JsonOption = False,
) -> None:
    """Compare the state with AWS, and fail if anything was changed outside Terraform. Changes nothing."""
    from ops.pipeline.drift import drift_job, publish

    file = read_file(envs, env)
    target = _target(envs, file, "plan", on_local=on_local, lock_timeout=lock_timeout)
    drifted = drift_job(target, file)
    total = f"{env}: {f'{len(drifted)} resources drifted' if drifted else 'no drift'}"
    print_result(drifted, [*drifted, total], as_json=as_json)
    if drifted:
        publish(target, file, drifted)
        raise typer.Exit(ExitCode.DRIFTED)


def _target(envs: Path, file: EnvironmentFile, right: "Right", *, on_local: bool, lock_timeout: int) -> "Target":
    """Return the target of the job, with the role that the job's token can assume."""
    from ops.pipeline.credentials import use_role
    from ops.target import target_of

    use_role(file.settings, right)
    return target_of(Workspace.of(envs), on_local=on_local, lock_timeout=lock_timeout)
