"""Images in a registry of ECR: whether ECS can pull them, and what they run on."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.compute.keys.images import Registry, repository_name, repository_of
from ops.errors import ExitCode, OpsError

#: Media types of an image, and of an index of images for several platforms: OCI's, and Docker's, which have no
#: annotations. Without them in a request, ECR would convert the manifest, or refuse.
OCI_TYPES = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json")
DOCKER_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_DOWNLOAD_SECONDS = 30
#: [OCI image specification, Pre-defined annotation keys]
#: (https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys).
REVISION = "org.opencontainers.image.revision"


class MissingImageError(OpsError):
    """ECS could not pull the image; the message begins with it."""


class UnreadableError(OpsError):
    """The caller may not read the repository."""


@dataclass(frozen=True)
class PushedImage:
    """An image in the registry."""

    digest: str
    """The digest of its tag: of the index, if it has several platforms."""
    platforms: Mapping[str, str]
    """The digest of the image of each platform, `linux/arm64`."""
    commit: str = ""
    """The commit that it was built from, if its manifest has the annotation."""

    @property
    def shown_platforms(self) -> str:
        """The platforms that it runs on. The attestations of BuildKit have the platform `unknown/unknown`."""
        return ", ".join(sorted(each for each in self.platforms if "unknown" not in each)) or "no platform"


class RegistryImages:
    """The images of a registry, read from an account."""

    def __init__(self, ecr: Any, registry: Registry, account_id: str) -> None:
        """`ecr` is a client of the registry's Region, `account_id` the account that reads."""
        self._ecr = ecr
        self._registry = registry
        self._account_id = account_id

    def find(self, image: str) -> PushedImage:
        """Return an image, `api:1.4.3`. Raises MissingImageError or UnreadableError.

        BatchGetImage is the request with which ECS pulls too.
        """
        request = {**self.in_repository(image), "imageIds": [{"imageTag": image.partition(":")[2]}]}
        try:
            answer = self._ecr.batch_get_image(**request, acceptedMediaTypes=[*OCI_TYPES, *DOCKER_TYPES])
        except ClientError as error:
            raise self.explained(image, error) from None
        if not answer["images"]:
            reason = answer["failures"][0].get("failureReason") if answer.get("failures") else "no reason"
            message = f"{image} is not in the registry {self._registry.host}: {reason}"
            raise MissingImageError(message, ExitCode.REFUSED)
        found = answer["images"][0]
        digest, manifest = str(found["imageId"]["imageDigest"]), json.loads(found["imageManifest"])
        commit = str((manifest.get("annotations") or {}).get(REVISION, ""))
        return PushedImage(digest, dict(self._platforms(image, digest, manifest)), commit)

    def in_repository(self, image: str) -> dict[str, str]:
        """Return the parameters that name the repository of an image."""
        name = repository_name(repository_of(image), self._registry.product)
        return {"registryId": self._registry.account_id, "repositoryName": name}

    def explained(self, image: str, error: ClientError) -> OpsError:
        """Return the error of a request for an image, with what to do."""
        account = self._registry.account_id
        where = f"{image} cannot be read: its repository, in account {account} and {self._registry.region},"
        code = error.response["Error"]["Code"]
        if code == "RepositoryNotFoundException":
            message = f"{where} does not exist; deploy the environment that declares it"
            return MissingImageError(message, ExitCode.REFUSED)
        if code == "AccessDeniedException" and account != self._account_id:
            key = f"repository.{repository_of(image)}.pull_account_ids"
            message = f"{where} does not allow it; add account {self._account_id} to {key}, and deploy"
            return UnreadableError(message, ExitCode.REFUSED)
        if code == "LayersNotFoundException":
            message = f"{where} lacks the image's configuration, which names its platform; push the image again"
            return UnreadableError(message, ExitCode.REFUSED)
        return UnreadableError(f"{where} was not readable: {_reason(error)}", ExitCode.REFUSED)

    def _platforms(self, image: str, digest: str, manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield each platform and its digest."""
        if "manifests" in manifest:
            for each in manifest["manifests"]:
                yield _platform(each.get("platform", {})), str(each["digest"])
        elif "config" in manifest:
            yield _platform(self._config(image, manifest["config"]["digest"])), digest

    def _config(self, image: str, digest: str) -> Mapping[str, Any]:
        """Return the configuration of an image, which names its platform if there is no index."""
        try:
            answer = self._ecr.get_download_url_for_layer(**self.in_repository(image), layerDigest=digest)
        except ClientError as error:
            raise self.explained(image, error) from None
        # The URL, of an S3 bucket of ECR, is signed and comes from AWS.
        with urllib.request.urlopen(answer["downloadUrl"], timeout=_DOWNLOAD_SECONDS) as response:
            found: Mapping[str, Any] = json.loads(response.read())
        return found


def _reason(error: ClientError) -> str:
    """Return why a request failed, without the page of HTML that a server or a proxy may send instead of a message."""
    if "<html" not in str(error).lower():
        return str(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "an error")
    return f"{error.operation_name} was answered with a page of HTML and status {status}"


def _platform(values: Mapping[str, Any]) -> str:
    return f"{values.get('os', 'unknown')}/{values.get('architecture', 'unknown')}"
