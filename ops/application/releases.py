"""What the CI file of an application needs from the environment files: where its services run, and who may release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from modules.compute.keys.images import repository_of
from modules.compute.keys.instance_types import Architecture
from modules.compute.repository.settings import registry_of
from modules.delivery.pipeline.settings import project_of
from modules.environment_files import EnvironmentFile
from modules.foundation.ci_servers import ApplicationPipeline
from modules.foundation.problems import Problem, raise_problems
from modules.foundation.settings import Tier

Server = Literal["gitlab", "github"]
#: The page for systems that have no generated file.
RUNBOOK = "docs/runbooks/application-ci.md"


@dataclass(frozen=True)
class Release:
    """An environment, and the services that the application's pipeline releases there, in this order."""

    env: str
    tier: Tier
    images: Mapping[str, str]
    """The repository of each service."""


@dataclass(frozen=True)
class Repository:
    """An image repository, and the environment whose file has it."""

    label: str
    env: str
    expire_days: int
    """Days after which ECR deletes prereleases."""


@dataclass(frozen=True)
class Application:
    """An application's project on a CI server, what it builds, and where it releases that."""

    server: Server
    project: str
    default_branch: str
    audience: str
    """The audience of the tokens of its jobs, which for GitLab is the server's URL."""
    architecture: Architecture
    releases: Sequence[Release]
    repositories: Sequence[Repository]

    def of_tier(self, tier: Tier) -> list[Release]:
        """Return the environments of this tier."""
        return [each for each in self.releases if each.tier == tier]

    @property
    def builds_releases(self) -> bool:
        """Whether a release is built, since no environment runs a prerelease of it before."""
        return not self.of_tier("staging")


def application_of(files: Mapping[str, EnvironmentFile], services: Sequence[str], server: Server) -> Application:
    """Return the application whose pipeline on this server deploys these services.

    Raises SettingsError with all problems: a service that no pipeline deploys, another server or project, a repository
    that the project may not push to, or tasks of two architectures.
    """
    placed = {name: [file for file in files.values() if name in file.settings.service] for name in services}
    problems = [problem for name in services for problem in _without_pipeline(files, placed[name], name)]
    raise_problems(problems)
    released = [(file, name) for name in services for file in placed[name] if _pipeline(file, name)]
    raise_problems(_elsewhere(released, server))
    raise_problems([*_other_projects(released, server), *_architectures(released)])
    repositories = _repositories(files, released, server)
    first, name = released[0]
    pipeline = _pipeline(first, name)
    project = project_of(pipeline, first.settings.pipeline) if pipeline else None
    assert project is not None, "others are problems"
    order = get_args(Tier)
    return Application(
        server=server,
        project=project.path,
        default_branch=project.default_branch,
        audience=project.issuer.audience,
        architecture=_architecture(first, name),
        releases=sorted(_releases(files, released), key=lambda each: (order.index(each.tier), each.env)),
        repositories=repositories,
    )


def image_label(file: EnvironmentFile, name: str) -> str:
    """Return the repository of a service's image: the one that the service names, or one of its own name."""
    image = file.settings.service[name].image
    return repository_of(image) if image else name


def owner_of(files: Mapping[str, EnvironmentFile], file: EnvironmentFile, label: str) -> EnvironmentFile | None:
    """Return the file with the repository that the environment pulls from, or None if no file has it."""
    registry = registry_of(file.settings.registry, file.settings.names)
    owners = [
        each
        for each in files.values()
        if each.settings.account_id == registry.account_id and label in each.settings.repository
    ]
    # A registry in another Region may be a copy of the one that is pushed to.
    same = [each for each in owners if each.settings.region == registry.region]
    return next(iter([*same, *owners]), None)


def _pipeline(file: EnvironmentFile, name: str) -> ApplicationPipeline | None:
    return file.settings.service[name].deployed_by


def _project(pipeline: ApplicationPipeline, server: Server) -> str | None:
    return pipeline.gitlab if server == "gitlab" else pipeline.github


def _architecture(file: EnvironmentFile, name: str) -> Architecture:
    return file.settings.ecs[file.settings.service[name].cluster].architecture


def _releases(
    files: Mapping[str, EnvironmentFile], released: Sequence[tuple[EnvironmentFile, str]]
) -> Iterator[Release]:
    for env, file in files.items():
        images = {name: image_label(file, name) for where, name in released if where is file}
        if images:
            yield Release(env, file.settings.tier, images)


def _without_pipeline(
    files: Mapping[str, EnvironmentFile], placed: Sequence[EnvironmentFile], name: str
) -> Iterator[Problem]:
    """Yield a problem for a service that no environment has, or that no environment lets a pipeline deploy."""
    if not placed:
        folder = next(iter(files.values())).document.file.rpartition("/")[0]
        known = sorted({each for file in files.values() for each in file.settings.service}) or ["none"]
        rule = f"is in no environment file; their services are {', '.join(known)}"
        yield Problem(folder, 0, f"--service {name}", rule, "write one of them")
    elif not any(_pipeline(file, name) for file in placed):
        for file in placed:
            rule = "is deployed by no pipeline"
            remedy = f'write owned_by = "pipeline" and deployed_by {{ ... }}, as {RUNBOOK} shows'
            yield file.document.problem(("service", name), None, rule, remedy)


def _elsewhere(released: Sequence[tuple[EnvironmentFile, str]], server: Server) -> Iterator[Problem]:
    """Yield services that something else than a project on this server deploys."""
    other: Server = "github" if server == "gitlab" else "gitlab"
    for file, name in released:
        pipeline = _pipeline(file, name)
        if pipeline is None or _project(pipeline, server):
            continue
        at = ("service", name, "deployed_by")
        if pipeline.role:
            remedy = f"that system calls the commands itself, as {RUNBOOK} shows"
            yield file.document.problem((*at, "role"), pipeline.role, "is not a project of a CI server", remedy)
        else:
            rule = f"is a project on {'GitHub' if server == 'gitlab' else 'GitLab'}"
            remedy = f"write --for {other}, or deployed_by {{ {server} = ... }}"
            yield file.document.problem((*at, other), _project(pipeline, other), rule, remedy)


def _other_projects(released: Sequence[tuple[EnvironmentFile, str]], server: Server) -> Iterator[Problem]:
    """Yield services that another project deploys than the first: a CI file belongs to one project."""
    places: dict[str | None, str] = {}
    for file, name in released:
        pipeline = _pipeline(file, name)
        project = _project(pipeline, server) if pipeline else None
        places.setdefault(project, file.place("service", name, "deployed_by", server))
        if len(places) > 1 and project != next(iter(places)):
            first, where = next(iter(places.items()))
            at = ("service", name, "deployed_by", server)
            rule = f"is not {first} ({where}), and a CI file belongs to one project"
            yield file.document.problem(at, project, rule, "write the same project, or write a file for each service")


def _architectures(released: Sequence[tuple[EnvironmentFile, str]]) -> Iterator[Problem]:
    """Yield clusters of another architecture than the first: an image is built for one."""
    first, name = released[0]
    expected = _architecture(first, name)
    where = first.place("ecs", first.settings.service[name].cluster)
    for file, each in released[1:]:
        found, cluster = _architecture(file, each), file.settings.service[each].cluster
        if found != expected:
            rule = f"is not {expected} ({where}), and an image is built once, for one architecture"
            yield file.document.problem(
                ("ecs", cluster, "architecture"), found, rule, "write the same architecture in all environments"
            )


def _repositories(
    files: Mapping[str, EnvironmentFile], released: Sequence[tuple[EnvironmentFile, str]], server: Server
) -> list[Repository]:
    """Return the repositories of the images. Raises SettingsError unless the project may push to all of them."""
    found: dict[str, Repository] = {}
    problems: list[Problem] = []
    for file, name in released:
        label, pipeline = image_label(file, name), _pipeline(file, name)
        owner = owner_of(files, file, label)
        if owner is None:
            rule = "is in a repository that none of these files has, so that nobody may push to it"
            remedy = f'write repository "{label}" {{ pushed_by {{ ... }} }} in the file of the registry\'s account'
            problems.append(file.document.problem(("service", name, "image"), label, rule, remedy))
            continue
        project = _project(pipeline, server) if pipeline else None
        problems += _not_pushed(owner, label, server, project or "")
        days = owner.settings.repository[label].expire_prereleases_after_days
        found[label] = Repository(label, owner.settings.name, days)
    raise_problems(problems)
    return list(found.values())


def _not_pushed(owner: EnvironmentFile, label: str, server: Server, project: str) -> Iterator[Problem]:
    """Yield a problem unless the project may push to the repository."""
    pushed_by = owner.settings.repository[label].pushed_by
    if pushed_by is None:
        rule = "is a repository that nobody may push to"
        remedy = f'write pushed_by {{ {server} = "{project}" }}'
        yield owner.document.problem(("repository", label), None, rule, remedy)
    elif _project(pushed_by, server) != project:
        other = pushed_by.gitlab or pushed_by.github or pushed_by.role
        rule = f"does not let {project} push, but {other}"
        remedy = f"write the project that deploys; or {other} builds, and calls the commands itself ({RUNBOOK})"
        yield owner.document.problem(("repository", label, "pushed_by"), None, rule, remedy)
