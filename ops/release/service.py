"""The service of a release, as its environment file describes it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from modules.compute.keys.images import Image, Registry, image_reference, is_prerelease, repository_of
from modules.compute.keys.instance_types import Architecture
from modules.compute.repository.settings import registry_of
from modules.compute.service.settings import ServiceSettings
from modules.compute.task.keys.members import members
from modules.environment_files import EnvironmentFile
from modules.foundation.names import Names
from modules.foundation.problems import Problem, SettingsError, raise_problems
from ops.errors import ExitCode, OpsError

_IMAGE: TypeAdapter[str] = TypeAdapter(Image)


@dataclass(frozen=True)
class ReleasedService:
    """A service that a pipeline deploys, and the names of what belongs to it in AWS."""

    label: str
    settings: ServiceSettings
    names: Names
    registry: Registry
    architecture: Architecture
    scheduled_tasks: tuple[str, ...] = ()
    """The scheduled tasks that run its newest revision."""

    @property
    def name(self) -> str:
        """The name of the service, and of the family of its task definitions."""
        return self.names.of(self.label)

    @property
    def cluster(self) -> str:
        """The name of its cluster."""
        return self.names.of(self.settings.cluster)

    @property
    def log_group(self) -> str:
        """The log group of its tasks."""
        return self.names.log_group(f"service/{self.label}")

    @property
    def containers(self) -> list[str]:
        """The containers that run its image, the main container first; a release replaces the image in all of them."""
        generated = self.settings.generated_sidecars(self.label, self.names)
        return [name for name, each in members(self.settings, self.label, generated).items() if each.runs_main_image]

    def reference(self, image: str) -> str:
        """Return the reference of an image, `api:1.4.3`, as it is in a task definition."""
        return image_reference(image, self.registry)


def released_service(file: EnvironmentFile, label: str) -> ReleasedService:
    """Return the service of a block. Raises SettingsError if a pipeline does not deploy it."""
    settings, known = file.settings, file.settings.service
    if label not in known:
        remedy = f"name one of {', '.join(known)}" if known else "write its block, and deploy"
        raise SettingsError([Problem(file.document.file, 0, f"service.{label}", "is not declared", remedy)])
    service = known[label]
    raise_problems(file.document.problem(*each) for each in _not_released(label, service, settings.name))
    return ReleasedService(
        label,
        service,
        settings.names,
        registry_of(settings.registry, settings.names),
        settings.ecs[service.cluster].architecture,
        tuple(name for name, each in settings.scheduled_task.items() if each.service == label),
    )


def _not_released(label: str, service: ServiceSettings, env: str) -> Iterable[tuple[tuple[str, ...], object, str, str]]:
    """Yield why no pipeline deploys the service, as the arguments of a problem."""
    if service.owned_by == "terraform":
        rule = "is terraform: Terraform deploys this service, and its next apply would revert a release"
        remedy = f"write the new version in service.{label}.image, and run `make deploy ENV={env}`; or write owned_by "
        yield ("service", label, "owned_by"), None, rule, f'{remedy}= "pipeline", and deploy'
    if service.image is None:
        rule = "is missing, so Terraform has not created the service"
        remedy = f"push a first image, write it in service.{label}.image, and run `make deploy ENV={env}`"
        yield ("service", label, "image"), None, rule, remedy


def require_image(file: EnvironmentFile, service: ReleasedService, image: str) -> None:
    """Raise OpsError if the service's tasks cannot run an image of this name, as `--image` has it."""
    try:
        _IMAGE.validate_python(image)
        problems = list(_image_problems(file, service, image))
    except ValidationError as error:
        # Nothing else can be said about a name that is none.
        problems = [error.errors()[0]["msg"]]
    if problems:
        raise OpsError("\n".join(f"--image {image} {each}" for each in problems), ExitCode.REFUSED)


def _image_problems(file: EnvironmentFile, service: ReleasedService, image: str) -> Iterator[str]:
    own, repository = repository_of(service.settings.image or ""), repository_of(image)
    if repository != own:
        yield (
            f"is not in the repository of {service.label}, from which its tasks may pull; name an image of {own}, "
            f'such as "{service.settings.image}"'
        )
    if file.settings.tier == "production" and is_prerelease(image):
        yield (
            "is a prerelease, which its repository deletes after some days; build the release, and name its version, "
            f"such as {repository}:1.5.0"
        )
