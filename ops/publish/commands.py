"""The command `python -m ops publish`."""

import os
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.ci_job import commit_of, tag_of
from ops.errors import ExitCode, OpsError
from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, read_file
from ops.printing import print_result
from ops.steps import warn
from ops.workspace import Workspace

if TYPE_CHECKING:
    from modules.environment_files import EnvironmentFile
    from ops.publish.release import Release

publishing = typer.Typer()


SiteArgument = Annotated[str, typer.Argument(help='The name of the `site` block, for example "www".')]
FromOption = Annotated[Path | None, typer.Option("--from", help="The folder of built files.")]
RollbackOption = Annotated[bool, typer.Option("--rollback", help="Publish an earlier release again.")]
ToOption = Annotated[
    str | None,
    typer.Option("--to", help="With --rollback, the ID or tag (its newest release); by default the release before."),
]
ListOption = Annotated[bool, typer.Option("--list", help="List the releases that can be restored.")]
TagOption = Annotated[str | None, typer.Option("--tag", help="The release's tag; in a job, that of the job.")]
KeepDaysOption = Annotated[
    int, typer.Option("--keep-days", min=1, help="Days for which files of earlier releases stay.")
]
KeepReleasesOption = Annotated[
    int, typer.Option("--keep-releases", min=2, help="How many of the newest releases stay restorable.")
]
ExcludeOption = Annotated[
    list[str] | None, typer.Option("--exclude", help="Files to leave out, '.vite/*'; can be repeated.")
]
NoSourceMapsOption = Annotated[bool, typer.Option("--no-source-maps", help="Leave out *.map.")]
PublicOption = Annotated[
    list[str] | None,
    typer.Option("--public", help="Files whose content looks like a secret, but is not one; can be repeated."),
]
TakeLockOption = Annotated[bool, typer.Option("--take-lock", help="Replace the lock of a command that no longer runs.")]


@publishing.command()
def publish(
    site: SiteArgument,
    folder: FromOption = None,
    rollback: RollbackOption = False,
    to: ToOption = None,
    show: ListOption = False,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    as_json: JsonOption = False,
    tag: TagOption = None,
    keep_days: KeepDaysOption = 30,
    keep_releases: KeepReleasesOption = 5,
    exclude: ExcludeOption = None,
    no_source_maps: NoSourceMapsOption = False,
    public: PublicOption = None,
    take_lock: TakeLockOption = False,
) -> None:
    """Publish a site's built files, list its releases, or restore one. Users never get a page without its files."""
    from ops import advice
    from ops.audit import AuditLog
    from ops.publish.build import Options, read_build
    from ops.publish.publish import Publishing, Retention
    from ops.target import clients_of, target_of

    _require_one(folder, rollback, show, to)
    file = read_file(envs, env)
    _require_declared(file, site)
    options = Options(exclude or [], public or [], source_maps=not no_source_maps)
    build = read_build(folder, file, site, options) if folder else None
    for warning in build.warnings if build else ():
        warn(warning)
    _use_role(file, site, os.environ)
    target = target_of(Workspace.of(envs), on_local=on_local)
    retention = Retention(keep_days, keep_releases)
    apply = advice.apply(target, env)
    chosen = Publishing(file, site, clients_of(target, file), retention, take_lock=take_lock, apply=apply)
    if show:
        _print_releases(chosen.releases(), site, as_json=as_json)
        return
    tag, commit = source_of(os.environ, tag)
    log = AuditLog(target, file)
    try:
        outcome = chosen.publish(build, tag=tag, commit=commit) if build else chosen.restore(to)
    except OpsError as error:
        if error.code != ExitCode.REFUSED:
            log.record("publish", site=site, tag=tag, restores=to, result="failed")
        raise
    log.record("publish", site=site, **outcome.as_json(), result="done")
    print_result(outcome.as_json(), outcome.lines(), as_json=as_json)


def source_of(environment: Mapping[str, str], tag: str | None) -> tuple[str | None, str | None]:
    """Return the tag and the commit of a release, as far as a job's variables say."""
    return tag or tag_of(environment), commit_of(environment)


def _require_one(folder: Path | None, rollback: bool, show: bool, to: str | None) -> None:
    if sum((folder is not None, rollback, show)) != 1:
        raise OpsError("write one of --from dist/, --rollback, and --list", ExitCode.REFUSED)
    if to and not rollback:
        raise OpsError("--to is for --rollback; to publish a folder, write --from dist/", ExitCode.REFUSED)


def _require_declared(file: "EnvironmentFile", label: str) -> None:
    sites = file.settings.site
    if label not in sites:
        known = f"it declares {', '.join(sites)}" if sites else "it declares none"
        raise OpsError(f'{file.document.file} declares no site "{label}", {known}', ExitCode.REFUSED)


def _use_role(file: "EnvironmentFile", label: str, environment: MutableMapping[str, str]) -> None:
    """Assume the site's role with the token of a job. Raises OpsError if no job may publish the site."""
    from ops.pipeline.credentials import has_token, use_application_role

    application = file.settings.site[label].published_by
    if application is None and has_token(environment):
        raise OpsError(
            f"{file.place('site', label)}: site.{label} has no published_by, so AWS lets no job publish it; add "
            '`published_by { gitlab = "group/project" }`, or remove the token from the job',
            ExitCode.REFUSED,
        )
    use_application_role(file.settings, application, "site", label, "publish", environment)


def _print_releases(releases: Sequence["Release"], label: str, *, as_json: bool) -> None:
    """Print the releases, the newest first."""
    from ops.publish.release import live_release

    live = live_release(releases)
    listed = [(each, each is live) for each in reversed(releases)]
    lines = [each.line(live=is_live) for each, is_live in listed] or [f"{label}: nothing was published yet"]
    print_result([each.as_json(live=is_live) for each, is_live in listed], lines, as_json=as_json)
