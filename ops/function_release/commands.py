"""`python -m ops release-function`."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.ci_job import COMMIT_VARIABLES
from ops.errors import ExitCode, OpsError
from ops.options import ENVS, EnvOption, EnvsOption, JsonOption, LocalOption, read_file
from ops.printing import print_result
from ops.workspace import Workspace

if TYPE_CHECKING:
    from ops.function_release.canary import Shift
    from ops.function_release.release import FunctionReleases

function_release = typer.Typer()


@function_release.command("release-function")
def release_function(
    name: Annotated[str, typer.Argument(help='The name of the `function` block, for example "orders".')],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    on_local: LocalOption = False,
    package: Annotated[
        Path | None,
        typer.Option("--package", help="The zip. By default, the code in service with the newest configuration."),
    ] = None,
    tag: Annotated[str, typer.Option("--tag", envvar=["CI_COMMIT_TAG"], help="The release, for the lists.")] = "",
    commit: Annotated[str, typer.Option("--commit", envvar=COMMIT_VARIABLES, help="The commit of the code.")] = "",
    invoke: Annotated[
        Path | None, typer.Option("--invoke", help="A file with an event that the version must process first.")
    ] = None,
    weight: Annotated[
        int | None, typer.Option("--weight", min=1, max=99, help="Percent of the invocations for --minutes first.")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", min=1, max=1440, help="For how long --weight applies; 10 by default.")
    ] = None,
    max_errors: Annotated[
        int | None,
        typer.Option("--max-errors", min=0, help="Invocations that may fail meanwhile; one more takes it back."),
    ] = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Put the version that was in service before back into service.")
    ] = False,
    to: Annotated[int | None, typer.Option("--to", min=1, help="The version that --rollback goes back to.")] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only list the versions.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a version of a function that its pipeline owns into service, or an earlier one back; or list them."""
    from ops.function_release.release import Wanted

    _refuse_mixed(package, rollback=rollback, to=to, list_only=list_only)
    shifting = {"--weight": weight, "--minutes": minutes, "--max-errors": max_errors}
    _refuse_ignored({"--invoke": invoke, **shifting}, releases=not (rollback or list_only))
    releases = _releases(envs, env, name, on_local=on_local)
    if list_only:
        _print_versions(releases, as_json=as_json)
        return
    if rollback:
        done = releases.roll_back(str(to) if to else None)
    else:
        done = releases.release(Wanted(package, tag, commit, invoke, _shift(weight, minutes, max_errors)))
    print_result(asdict(done), [done.line], as_json=as_json)
    if done.result == "failed":
        raise typer.Exit(ExitCode.FUNCTION_RELEASE_FAILED)


def _releases(envs: Path, env: str, name: str, *, on_local: bool) -> "FunctionReleases":
    from ops.function_release.function import released_function
    from ops.function_release.release import FunctionReleases
    from ops.pipeline.credentials import use_application_role
    from ops.target import target_of

    file = read_file(envs, env)
    application = released_function(file, name).settings.deployed_by
    use_application_role(file.settings, application, "function", name, "release")
    return FunctionReleases(target_of(Workspace.of(envs), on_local=on_local), file, name)


def _print_versions(releases: "FunctionReleases", *, as_json: bool) -> None:
    from ops.function_release.release import lines

    found, waiting = releases.listed(), releases.pending()
    print_result({"versions": found, "pending": waiting}, lines(found, waiting), as_json=as_json)


def _refuse_mixed(package: Path | None, *, rollback: bool, to: int | None, list_only: bool) -> None:
    """Raise OpsError for options of which only one can be meant."""
    acts = {"--package": package is not None, "--rollback": rollback, "--list": list_only}
    given = [name for name, is_given in acts.items() if is_given]
    if len(given) > 1:
        raise OpsError(f"{' and '.join(given)} exclude each other; write one of them", ExitCode.REFUSED)
    if to is not None and not rollback:
        raise OpsError("--to is only for --rollback; add it, or remove --to", ExitCode.REFUSED)


def _refuse_ignored(options: Mapping[str, object], *, releases: bool) -> None:
    """Raise OpsError for options that would have no effect."""
    given = [name for name, value in options.items() if value is not None]
    use = "a release, not for --rollback or --list"
    if releases:
        given = [] if "--weight" in given else [name for name in given if name != "--invoke"]
        use = "--weight, which is missing"
    if given:
        verb, pronoun = ("is", "it") if len(given) == 1 else ("are", "them")
        raise OpsError(f"{' and '.join(given)} {verb} only for {use}; remove {pronoun}", ExitCode.REFUSED)


def _shift(weight: int | None, minutes: int | None, max_errors: int | None) -> "Shift | None":
    from ops.function_release.canary import Shift

    return Shift(weight, datetime.timedelta(minutes=minutes or 10), max_errors or 0) if weight else None
