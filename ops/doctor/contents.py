"""The contents that Terraform does not create: values of secrets, and images."""

from typing import Any

from botocore.exceptions import ClientError

from modules.compute.keys.images import Registry, image_reference, images_in, repository_name
from modules.compute.repository.settings import registry_of
from ops.doctor.context import Context
from ops.doctor.finding import Finding, Findings
from ops.secrets import states


def secrets(context: Context) -> Findings:
    """Yield the applied secrets without a value: anything that reads them does not start."""
    found = states(context.target, context.file)
    empty = [each for each in found if each.state == "no value yet"]
    for each in empty:
        yield Finding(
            "error", "secrets", f"{each.name} has no value", f"run {context.command(f'secret set {each.label}')}"
        )
    if not empty:
        yield Finding("ok", "secrets", f"{len(found)} declared, and every applied one has a value")


def images(context: Context) -> Findings:
    """Yield the images that are missing from their registry, with the API that tasks use to pull them."""
    settings = context.file.settings
    registry = registry_of(settings.registry, settings.names)
    ecr = context.session.client("ecr", region_name=registry.region)
    wanted = sorted({image for _, image in images_in(settings)})
    missing = [image for image in wanted if not _exists(ecr, registry, image)]
    for image in missing:
        remedy = f"build it, then run `docker push {image_reference(image, registry)}`"
        yield Finding("warning", "images", f"{image} is not in the registry", remedy)
    if not missing:
        yield Finding("ok", "images", f"{len(wanted)} declared, all in the registry" if wanted else "none declared")


def _exists(ecr: Any, registry: Registry, image: str) -> bool:
    label, _, tag = image.partition(":")
    name = repository_name(label, registry.product)
    try:
        found = ecr.batch_get_image(registryId=registry.account_id, repositoryName=name, imageIds=[{"imageTag": tag}])
    except ClientError as error:
        if error.response["Error"]["Code"] == "RepositoryNotFoundException":
            return False
        raise
    return bool(found["images"])
