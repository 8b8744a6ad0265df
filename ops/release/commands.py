"""`python -m ops release`, `rollback`, and `releases`."""

import datetime
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ops.ci_job import COMMIT_VARIABLES
from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, read_file
from ops.printing import print_progress, print_result
from ops.workspace import Workspace

if TYPE_CHECKING:
    from modules.environment_files import EnvironmentFile
    from ops.release.history import Release
    from ops.release.release import Releases

releasing = typer.Typer()

ServiceArgument = Annotated[str, typer.Argument(help='The name of the `service` block, for example "api".')]
TimeoutOption = Annotated[int, typer.Option("--timeout", min=1, help="Minutes to follow the deployment.")]
#: The level from which findings stop a release, by tier. In dev, only the image's own pipeline looks at them.
SCAN_LEVELS: dict[str, Literal["critical", "high", "none"]] = {
    "development": "none",
    "staging": "critical",
    "production": "high",
}


@releasing.command()
def release(
    service: ServiceArgument,
    image: Annotated[str, typer.Option("--image", help='Repository and version, for example "api:1.4.3".')],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    commit: Annotated[str, typer.Option("--commit", envvar=COMMIT_VARIABLES, help="The image's commit.")] = "",
    scan_level: Annotated[
        Literal["critical", "high", "medium", "low", "none"] | None,
        typer.Option("--scan-level", help="Findings of this level stop the release: high in production by default."),
    ] = None,
    skip_migration: Annotated[bool, typer.Option("--skip-migration", help="Do not run the migration.")] = False,
    timeout: TimeoutOption = 30,
    as_json: JsonOption = False,
) -> None:
    """Deploy an image of a service that its pipeline owns, and follow the deployment until it runs or has failed."""
    from ops.applied import applied
    from ops.release.release import Wanted
    from ops.release.service import released_service, require_image

    file = read_file(envs, env)
    # Before credentials are necessary.
    require_image(file, released_service(file, service), image)
    level = scan_level or SCAN_LEVELS[file.settings.tier]
    wanted = Wanted(image, commit, level, skip_migration, datetime.timedelta(minutes=timeout))
    found = _releases(file, envs, service, on_local=on_local)
    with applied(file, on_local=on_local):
        done = found.release(wanted)
    _end(done, as_json=as_json)


@releasing.command()
def rollback(
    service: ServiceArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    to: Annotated[
        str | None, typer.Option("--to", help="A revision; by default the last one that ran before successfully.")
    ] = None,
    timeout: TimeoutOption = 30,
    as_json: JsonOption = False,
) -> None:
    """Deploy an earlier revision of a service, and follow the deployment. Runs no migration."""
    from ops.applied import applied
    from ops.release.revisions import written_revision
    from ops.release.service import released_service

    file = read_file(envs, env)
    number = written_revision(released_service(file, service), to) if to else None
    found = _releases(file, envs, service, on_local=on_local)
    with applied(file, on_local=on_local):
        done = found.roll_back(number, datetime.timedelta(minutes=timeout))
    _end(done, as_json=as_json)


@releasing.command()
def releases(
    service: ServiceArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the releases and rollbacks of a service, the newest first: revision, image, commit, time, who, result."""
    from ops.applied import applied
    from ops.release.history import running_release

    file = read_file(envs, env)
    found = _releases(file, envs, service, on_local=on_local)
    with applied(file, on_local=on_local):
        running, done = found.running(), found.list()
    newest = running_release(done, running)
    listed = [(each, each is newest) for each in reversed(done)]
    lines = [each.line(runs=runs) for each, runs in listed]
    lines = lines or [f"{service}: no releases; revision {running or 'none'} runs"]
    data = [{**asdict(each), "running": runs} for each, runs in listed]
    print_result(data, lines, as_json=as_json)


def _releases(file: "EnvironmentFile", envs: Path, service: str, *, on_local: bool) -> "Releases":
    from ops.pipeline.credentials import use_application_role
    from ops.release.release import Releases
    from ops.release.service import released_service
    from ops.target import target_of

    application = released_service(file, service).settings.deployed_by
    use_application_role(file.settings, application, "service", service, "deploy")
    return Releases(target_of(Workspace.of(envs), on_local=on_local), file, service, show=print_progress)


def _end(done: "Release", *, as_json: bool) -> None:
    """Print how a release ended. Raises OpsError if it did not succeed."""
    from ops.release.release import failure

    line = f"{done.service}: {done.image} runs, revision {done.revision}; before {done.replaced}"
    error = failure(done)
    if error is None or as_json:
        print_result(done.fields(), [line], as_json=as_json)
    if error:
        raise error
