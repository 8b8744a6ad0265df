"""`python -m ops ci app`, and what the file that it writes runs: `ci version`, `ci image`, and `ci promote`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modules.environment_files import EnvironmentFile
from ops import steps
from ops.application.releases import Server
from ops.application.versions import Build, build_of, is_version
from ops.errors import ExitCode, OpsError
from ops.options import ENVS, EnvOption, EnvsOption, LocalOption, read_file, read_files
from ops.printing import print_line
from ops.workspace import PROJECT, Workspace

if TYPE_CHECKING:
    from ops.application.images import Images

application = typer.Typer()

RepositoryArgument = Annotated[str, typer.Argument(help='The name of the `repository` block, for example "api".')]
VersionOption = Annotated[
    str | None, typer.Option("--version", help="The version; in a job, that of the tag or branch.")
]
CommitOption = Annotated[str | None, typer.Option("--commit", help="The commit; in a job, that of the job.")]


@application.command("app")
def ci_app(
    server: Annotated[Server, typer.Option("--for", help="The CI server of the application.")],
    services: Annotated[list[str], typer.Option("--service", help="A service; repeat it for more, released in order.")],
    into: Annotated[Path, typer.Option("--into", help="The clone of the application's repository.")],
    ref: Annotated[
        str | None,
        typer.Option("--ref", help="A full commit, or a tag, of this repository, whose commit jobs use."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    envs: EnvsOption = ENVS,
) -> None:
    """Write the CI file of an application's repository: test, image, and release to each environment."""
    from ops.application import github, gitlab
    from ops.application.ref import commit_of
    from ops.application.releases import application_of
    from ops.application.source import source_of
    from ops.application.writing import write

    files = read_files(envs)
    found = application_of(files, services, server)
    source = source_of(files, found, envs, commit_of(ref, PROJECT))
    if server == "gitlab":
        text, name = gitlab.pipeline(found, source), gitlab.FILE
    else:
        text, name = github.pipeline(found, source), github.FILE
    print_line(write(text, into, name, force=force))
    for each in found.releases:
        steps.console.print(f"  {each.env}: {', '.join(each.images)}", markup=False)


@application.command("version")
def ci_version() -> None:
    """Print the version of this job's commit: that of its tag, or 0.0.0-dev.N.gCOMMIT on a branch."""
    print_line(build_of(os.environ).version)


@application.command("approved")
def ci_approved(env: EnvOption = "dev") -> None:
    """Fail unless jobs in the GitHub environment with this name wait for the approval of a reviewer."""
    from ops.pipeline.approval import require_approval

    require_approval(env)


@application.command("image")
def ci_image(
    repository: RepositoryArgument,
    auth: Annotated[Path, typer.Option("--auth", help="The file for the login: docker's config.json, or auth.json.")],
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    version: VersionOption = None,
    commit: CommitOption = None,
    on_local: LocalOption = False,
) -> None:
    """Log in to push an image, and print for a shell IMAGE, VERSION, and PUSHED: true if it exists, so do not push."""
    build = _build(version, commit)
    images = _images(envs, env, repository, on_local=on_local)
    pushed = images.is_pushed(build)
    images.log_in(auth)
    if pushed:
        steps.warn(f"{repository}:{build.version} exists already; it is not pushed again")
    print_line(f"IMAGE={images.name}:{build.version}")
    print_line(f"VERSION={build.version}")
    print_line(f"PUSHED={str(pushed).lower()}")


@application.command("promote")
def ci_promote(
    repository: RepositoryArgument,
    env: EnvOption = "dev",
    envs: EnvsOption = ENVS,
    version: VersionOption = None,
    commit: CommitOption = None,
    on_local: LocalOption = False,
) -> None:
    """Give the newest tested prerelease of a release its version, if it is from the same commit. Nothing is built."""
    build = _build(version, commit)
    if not build.is_release:
        raise OpsError(f"{build.version} is a prerelease, which is built; promote a release", ExitCode.REFUSED)
    images = _images(envs, env, repository, on_local=on_local)
    if images.is_pushed(build):
        print_line(f"{repository}:{build.version} exists already")
        return
    print_line(f"{repository}:{build.version} is {repository}:{images.promote(build)}")


def _build(version: str | None, commit: str | None) -> Build:
    if version is None or commit is None:
        if version or commit:
            raise OpsError("--version and --commit belong together; write both", ExitCode.REFUSED)
        return build_of(os.environ)
    if not is_version(version):
        raise OpsError(
            f"--version {version} is not SemVer 2.0.0 without +build; write 1.5.0 or 1.5.0-rc.1", ExitCode.REFUSED
        )
    return Build(version, commit)


def _images(envs: Path, env: str, label: str, *, on_local: bool) -> "Images":
    """Return the images of a repository, with the role that pushes to it."""
    from modules.compute.repository.settings import registry_of
    from ops.application.images import Images
    from ops.pipeline.credentials import use_application_role
    from ops.target import clients_of, target_of

    file = read_file(envs, env)
    _require_repository(file, label)
    application = file.settings.repository[label].pushed_by
    use_application_role(file.settings, application, "repository", label, "push")
    target = target_of(Workspace.of(envs), on_local=on_local)
    return Images(clients_of(target, file)("ecr"), registry_of(None, file.settings.names), label)


def _require_repository(file: EnvironmentFile, label: str) -> None:
    """Raise OpsError if the environment has no such repository."""
    known = file.settings.repository
    if label not in known:
        place = file.place("registry") if file.settings.registry else file.place()
        own = f"one of its own: {', '.join(known)}" if known else "add the `repository` block"
        raise OpsError(
            f"{place}: {file.settings.name} has no repository {label}; write --env with the environment that has it, "
            f"or {own}",
            ExitCode.REFUSED,
        )
