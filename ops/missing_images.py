"""Images that an apply would start tasks with and that ECS cannot pull, found before the apply.

ECS would try again for many minutes, and then roll the deployment back, or never start a new service.
"""

from collections.abc import Iterator
from typing import Any

from modules.compute.keys.images import PLATFORMS, Registry, images_in, repository_name, repository_of
from modules.compute.keys.instance_types import Architecture
from modules.compute.repository.settings import registry_of
from modules.compute.task.settings import TaskSettings
from modules.environment_files import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.guard.plan import Plan
from ops.registry_images import MissingImageError, RegistryImages, UnreadableError
from ops.steps import warn
from ops.target import Target

_DEFINITION, _SERVICE = "aws_ecs_task_definition", "aws_ecs_service"
Place = tuple[str, ...]


def require_images(target: Target, file: EnvironmentFile, plan: Plan) -> None:
    """Raise OpsError if the apply of a plan would start tasks whose images ECS cannot pull.

    The embedded AWS runs no containers, and usually has no images.
    """
    if target.local_aws:
        return
    started = dict(_started(file, plan))
    if not started:
        return
    registry = registry_of(file.settings.registry, file.settings.names)
    session: Any = target.session(file.settings.account_id)
    ecr = session.client("ecr", region_name=registry.region)
    problems = list(_problems(file, plan, registry, ecr, started))
    if problems:
        raise OpsError("\n".join(problems), ExitCode.REFUSED)


def _started(file: EnvironmentFile, plan: Plan) -> Iterator[tuple[Place, Architecture]]:
    """Yield the blocks whose tasks will run a new revision after the apply, with the architecture of these tasks.

    A service that its pipeline owns is started by the apply that creates it; later revisions are drafts.
    """
    created = {each.address for each in plan.changes if "create" in each.change.actions}
    settings = file.settings
    tasks: list[tuple[Place, TaskSettings]] = [
        *((("service", label), each) for label, each in settings.service.items()),
        *((("scheduled_task", label), each) for label, each in settings.scheduled_task.items()),
    ]
    for (kind, label), task in tasks:
        name = f"{kind}_{label}".replace("-", "_")
        is_draft = getattr(task, "owned_by", "terraform") == "pipeline"
        starts = f"{_SERVICE}.{name}" in created or (f"{_DEFINITION}.{name}" in created and not is_draft)
        if starts and task.image:
            yield (kind, label), settings.ecs[task.cluster].architecture
    if settings.developers and f"{_DEFINITION}.developers_task" in created:
        yield ("developers",), settings.developers.architecture


def _problems(
    file: EnvironmentFile, plan: Plan, registry: Registry, ecr: Any, started: dict[Place, Architecture]
) -> Iterator[str]:
    """Yield the images that are missing or have another architecture, each with its line."""
    images = RegistryImages(ecr, registry, file.settings.account_id)
    new = {each.change.becomes("name") for each in plan.changes if each.type == "aws_ecr_repository"}
    for at, image in images_in(file.settings):
        architecture = next((value for place, value in started.items() if at[: len(place)] == place), None)
        if architecture is None:
            continue
        subject = f"{file.place(*at)}: {'.'.join(at)}"
        try:
            pushed = images.find(image)
        except UnreadableError as error:
            warn(f"{subject} {error}")
        except MissingImageError as error:
            is_new = repository_name(repository_of(image), registry.product) in new
            yield f"{subject} {_FIRST.format(image=image) if is_new else error}; ECS could not start its tasks"
        else:
            if PLATFORMS[architecture] not in pushed.platforms:
                yield f"{subject} {image} runs on {pushed.shown_platforms}, and its tasks on {PLATFORMS[architecture]}"


_FIRST = (
    "{image} cannot exist yet, since this apply creates its repository: remove the key, apply, push the image (the "
    "output `push_images` has the command), then write the key again"
)
