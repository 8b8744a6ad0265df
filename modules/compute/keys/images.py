"""Image names, `api:1.4.2`, and the registry that images are pulled from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from modules.compute.keys.instance_types import Architecture
from modules.foundation.problems import broken_rule
from modules.foundation.settings import LABEL_LIMIT

#: [Semantic Versioning 2.0.0](https://semver.org), without build metadata: a tag cannot contain a plus sign ("OCI
#: Distribution Specification").
_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?P<prerelease>-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
#: [OCI Distribution Specification, Pulling manifests]
#: (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests): a tag's length.
_TAG_LIMIT = 128
#: [Amazon ECR Public User Guide, Public registries]
#: (https://docs.aws.amazon.com/AmazonECR/latest/public/public-registries.html): registry alias, repository, and tag.
PUBLIC_REGISTRY = "public.ecr.aws/"
_PUBLIC = re.compile(
    r"public\.ecr\.aws/[a-z0-9][a-z0-9_-]*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?"
)
#: Docker's names of the architectures ([Multi-platform builds]
#: (https://docs.docker.com/build/building/multi-platform/)).
PLATFORMS: Mapping[Architecture, str] = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
_REMEDY = 'write repository and version, "api:1.4.2"'


def _image(value: str) -> str:
    name, colon, tag = value.partition(":")
    if "/" in value or "@" in value:
        raise broken_rule("contains a registry or a digest; an environment has one registry for all images", _REMEDY)
    if not _NAME.fullmatch(name) or len(name) > LABEL_LIMIT:
        raise broken_rule("does not begin with the name of a `repository` block", _REMEDY)
    if not colon or tag == "latest":
        raise broken_rule("has no version: the running image would change without a plan", _REMEDY)
    if not _VERSION.fullmatch(tag) or len(tag) > _TAG_LIMIT:
        raise broken_rule(
            "does not end in a semantic version: three numbers and optionally a prerelease, without a "
            "range, a leading v, or +build",
            f'{_REMEDY} or "api:1.5.0-rc.1"',
        )
    return value


def _sidecar_image(value: str) -> str:
    if not value.startswith(PUBLIC_REGISTRY):
        if "/" in value:
            rule = "is in another registry; tasks pull from the environment's and from the ECR Public Gallery"
            raise broken_rule(rule, f"copy the image into a `repository`, and {_REMEDY}")
        return _image(value)
    tag = _PUBLIC.fullmatch(value)
    if not tag or tag["tag"] == "latest" or not (tag["tag"] or tag["digest"]):
        rule = "does not end in a version or digest of an image in the ECR Public Gallery"
        raise broken_rule(rule, f'write one such as "{PUBLIC_REGISTRY}nginx/nginx:1.29.3"')
    return value


#: An image as an environment file names it: repository and version.
Image = Annotated[str, AfterValidator(_image)]
#: An image that is not the product's: in a `repository`, or in the ECR Public Gallery.
SidecarImage = Annotated[str, AfterValidator(_sidecar_image)]


@dataclass(frozen=True)
class Registry:
    """The ECR registry that holds the product's repositories; each account has one in each Region."""

    product: str
    account_id: str
    region: str

    @property
    def host(self) -> str:
        """The host that images are pushed to and pulled from."""
        return f"{self.account_id}.dkr.ecr.{self.region}.amazonaws.com"


def is_public(image: str) -> bool:
    """Return whether the image is in the ECR Public Gallery, rather than in the product's registry."""
    return image.startswith(PUBLIC_REGISTRY)


def repository_of(image: str) -> str:
    """Return the label of the image's `repository` block."""
    return image.partition(":")[0]


def repository_name(label: str, product: str) -> str:
    """Return the repository's name in ECR: without an environment, since all environments run the same image."""
    return f"{product}/{label}"


def image_reference(image: str, registry: Registry) -> str:
    """Return the image reference for Docker, ECS, and Kubernetes: host, repository, version."""
    if is_public(image):
        return image
    label, _, tag = image.partition(":")
    return f"{registry.host}/{repository_name(label, registry.product)}:{tag}"


def repository_arn(image: str, registry: Registry) -> str:
    """Return the ARN of the image's repository, for the policy of a role that pulls the image."""
    name = repository_name(repository_of(image), registry.product)
    return f"arn:aws:ecr:{registry.region}:{registry.account_id}:repository/{name}"


def is_prerelease(image: str) -> bool:
    """Return whether the image's version is a prerelease, `1.5.0-rc.1`."""
    found = _VERSION.fullmatch(image.partition(":")[2])
    return bool(found and found["prerelease"])


#: An image and its place in the environment file, `("service", "api", "image")`.
PlacedImage = tuple[tuple[str, ...], str]


def images_in(block: object, at: tuple[str, ...] = ()) -> Iterator[PlacedImage]:
    """Yield the image of each key `image` in the block and in the blocks inside it, except public images."""
    if isinstance(block, BaseModel):
        for name in type(block).model_fields:
            value = getattr(block, name)
            if name == "image" and isinstance(value, str) and not is_public(value):
                yield (*at, name), value
            yield from images_in(value, (*at, name))
    elif isinstance(block, Mapping):
        for label, value in block.items():
            yield from images_in(value, (*at, str(label)))
