"""Revisions of a service's task definition."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.errors import ExitCode, OpsError
from ops.release.service import ReleasedService

_REVISION = re.compile(r"(?:(?P<family>[A-Za-z0-9_-]+):)?(?P<number>[1-9][0-9]*)")
#: The tags of a released revision; a tag value has at most 256 characters.
IMAGE_TAG, COMMIT_TAG = "release-image", "release-commit"


@dataclass(frozen=True)
class Revision:
    """A revision of the task definition."""

    arn: str
    containers: Mapping[str, Mapping[str, Any]]
    """The container definitions, by name."""
    tags: Mapping[str, str]

    @property
    def number(self) -> int:
        """The number of the revision in its family."""
        return revision_number(self.arn)


class Revisions:
    """The revisions of one service."""

    def __init__(self, ecs: Any, service: ReleasedService) -> None:
        self._ecs = ecs
        self._service = service

    def with_image(self, image: str, commit: str | None) -> Revision:
        """Return a revision with an image, `api:1.4.3`, in all containers that run the service's image.

        It is the newest active one with another image: Terraform's draft, if an apply has changed something since the
        last release. If that one already has the image, it is returned as it is, so that a release can be repeated.
        """
        found = self._ecs.describe_task_definition(taskDefinition=self._service.name, include=["TAGS"])
        definition, reference = found["taskDefinition"], self._service.reference(image)
        containers = [
            {**each, "image": reference} if each["name"] in self._service.containers else each
            for each in definition["containerDefinitions"]
        ]
        if containers == definition["containerDefinitions"]:
            return _revision(found)
        tags = {each["key"]: each["value"] for each in found.get("tags", []) if each["key"] != COMMIT_TAG}
        tags |= {IMAGE_TAG: image, **({COMMIT_TAG: commit} if commit else {})}
        # A revision has more fields than can be registered.
        fields = self._ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
        kept = {name: value for name, value in definition.items() if name in fields and value not in (None, "", [], {})}
        request = {**kept, "containerDefinitions": containers}
        listed = [{"key": key, "value": value} for key, value in tags.items()]
        return _revision(self._ecs.register_task_definition(**request, tags=listed))

    def find(self, number: int) -> Revision:
        """Return a revision by its number. Raises OpsError if no task can be started from it."""
        name = f"{self._service.name}:{number}"
        try:
            found = self._ecs.describe_task_definition(taskDefinition=name, include=["TAGS"])
        except self._ecs.exceptions.ClientException:
            raise OpsError(f"{name} does not exist", ExitCode.REFUSED) from None
        if (status := found["taskDefinition"]["status"]) != "ACTIVE":
            raise OpsError(f"{name} is {status}, and ECS starts no task from it", ExitCode.REFUSED)
        return _revision(found)

    def image_of(self, revision: Revision) -> str:
        """Return the image of a revision's main container as environment files write it: `api:1.4.3`."""
        reference = str(revision.containers[self._service.label]["image"])
        return reference.rpartition("/")[2]


def revision_number(arn: str) -> int:
    """Return the number in the ARN or name of a revision."""
    return int(arn.rpartition(":")[2])


def written_revision(service: ReleasedService, text: str) -> int:
    """Return the number of a revision written as `41` or `agora-prod-api:41`. Raises OpsError."""
    found = _REVISION.fullmatch(text)
    if not found or found["family"] not in (None, service.name):
        raise OpsError(
            f"--to {text} is not a revision of {service.name}; write its number, such as 41: "
            f"`.venv/bin/python -m ops releases {service.label}` lists them",
            ExitCode.REFUSED,
        )
    return int(found["number"])


def _revision(answer: Mapping[str, Any]) -> Revision:
    definition = answer["taskDefinition"]
    containers = {each["name"]: each for each in definition["containerDefinitions"]}
    tags = {each["key"]: each["value"] for each in answer.get("tags", [])}
    return Revision(str(definition["taskDefinitionArn"]), containers, tags)
