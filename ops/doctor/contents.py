"""The contents that Terraform does not create: values of secrets, and images."""

from typing import Any

from botocore.exceptions import ClientError

from modules.compute.keys.images import images_in, repository_name
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
    registry = settings.registry.account_id if settings.registry else settings.account_id
    region = (settings.registry and settings.registry.region) or settings.region
    ecr = context.session.client("ecr", region_name=region)
    wanted = sorted({image for _, image in images_in(settings)})
    missing = [image for image in wanted if not _is_there(ecr, registry, settings.product, image)]
    for image in missing:
        label, _, tag = image.partition(":")
        name = f"{registry}.dkr.ecr.{region}.amazonaws.com/{repository_name(label, settings.product)}:{tag}"
        yield Finding(
            "warning", "images", f"{image} is not in the registry", f"build it, then run `docker push {name}`"
        )
    if not missing:
        yield Finding("ok", "images", f"{len(wanted)} declared, all in the registry" if wanted else "none declared")


def _is_there(ecr: Any, registry: str, product: str, image: str) -> bool:
    label, _, tag = image.partition(":")
    try:
        found = ecr.batch_get_image(
            registryId=registry, repositoryName=repository_name(label, product), imageIds=[{"imageTag": tag}]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "RepositoryNotFoundException":
            return False
        raise
    return bool(found["images"])
