"""Images in ECR: whether they exist, what they run on, and what their scans found."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError

from modules.compute.keys.images import PLATFORMS, repository_name, repository_of
from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.release.service import ReleasedService
from ops.steps import step

ScanLevel = Literal["critical", "high", "medium", "low", "none"]
#: [FindingSeverityCounts](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFindings.html), the
#: most severe first. UNDEFINED and UNTRIAGED findings have no level yet.
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
#: Media types that list the images of several platforms, and those of one image.
INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
#: [ImageScanStatus](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html): COMPLETE is
#: the end of a basic scan; with enhanced scanning, Amazon Inspector keeps the findings of an ACTIVE image up to date.
_SCANNED, _SCANNING = ("COMPLETE", "ACTIVE"), ("IN_PROGRESS", "PENDING")
#: A basic scan takes a minute or two, and starts with the push if the repository scans on push.
SCAN_SECONDS, NO_SCAN_SECONDS, _POLL_SECONDS = 600, 60, 5
_MOST_NAMED, _DOWNLOAD_SECONDS = 5, 30


@dataclass(frozen=True)
class PushedImage:
    """An image in the registry."""

    digest: str
    """The digest of its tag: of the index, if it has several platforms."""
    platforms: Mapping[str, str]
    """The digest of the image of each platform, `linux/arm64`."""


class Images:
    """The images of a service, in its registry."""

    def __init__(self, ecr: Any, service: ReleasedService, clock: Clock | None = None) -> None:
        """`ecr` is a client of the registry's Region."""
        self._ecr = ecr
        self._service = service
        self._clock = clock or Clock()

    def checked(self, image: str, level: ScanLevel) -> str:
        """Return the digest of an image, `api:1.4.3`. Raises OpsError with everything that speaks against it."""
        pushed = self.find(image)
        problems = [*self._platform_problems(image, pushed), *self._scan_problems(image, pushed, level)]
        if problems:
            raise OpsError("\n".join([*problems, "nothing was released"]), ExitCode.REFUSED)
        return pushed.digest

    def find(self, image: str) -> PushedImage:
        """Return an image with its platforms. Raises OpsError if ECS could not pull it.

        BatchGetImage is the request with which ECS pulls too.
        """
        request = {**self._in_repository(image), "imageIds": [{"imageTag": image.partition(":")[2]}]}
        try:
            answer = self._ecr.batch_get_image(**request, acceptedMediaTypes=[*INDEXES, *MANIFESTS])
        except ClientError as error:
            raise OpsError(self._not_readable(image, error), ExitCode.REFUSED) from None
        if not answer["images"]:
            reason = answer["failures"][0].get("failureReason") if answer.get("failures") else "no reason"
            raise OpsError(f"{image} is not in the registry {self._service.registry.host}: {reason}", ExitCode.REFUSED)
        found = answer["images"][0]
        digest, manifest = str(found["imageId"]["imageDigest"]), json.loads(found["imageManifest"])
        return PushedImage(digest, dict(self._platforms(image, digest, manifest)))

    def _platforms(self, image: str, digest: str, manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield each platform and its digest. The attestations of BuildKit have the platform `unknown/unknown`."""
        if "manifests" in manifest:
            for each in manifest["manifests"]:
                platform = each.get("platform", {})
                yield _platform(platform), str(each["digest"])
        elif "config" in manifest:
            yield _platform(self._config(image, manifest["config"]["digest"])), digest

    def _config(self, image: str, digest: str) -> Mapping[str, Any]:
        """Return the configuration of an image, which names its platform if there is no index."""
        answer = self._ecr.get_download_url_for_layer(**self._in_repository(image), layerDigest=digest)
        # The URL, of an S3 bucket of ECR, is signed and comes from AWS.
        with urllib.request.urlopen(answer["downloadUrl"], timeout=_DOWNLOAD_SECONDS) as response:
            found: Mapping[str, Any] = json.loads(response.read())
        return found

    def _platform_problems(self, image: str, pushed: PushedImage) -> Iterator[str]:
        needed = PLATFORMS[self._service.architecture]
        if needed not in pushed.platforms:
            has = ", ".join(sorted(each for each in pushed.platforms if "unknown" not in each)) or "no platform"
            cluster = self._service.settings.cluster
            yield (
                f"{image} runs on {has}, and the tasks of ecs.{cluster} on {needed}; build it with "
                f"`docker buildx build --platform {needed}`"
            )

    def _scan_problems(self, image: str, pushed: PushedImage, level: ScanLevel) -> Iterator[str]:
        """Yield findings at or above the level.

        [Scan images for software vulnerabilities in Amazon ECR]
        (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html): each image is scanned, and an
        index is none. So the image of the platform is what matters.
        """
        if level == "none":
            return
        digest = pushed.platforms.get(PLATFORMS[self._service.architecture], pushed.digest)
        found = self._scan(image, digest)
        if found is None:
            yield (
                f"{image} has not been scanned; does its repository scan on push? To release it without, write "
                "--scan-level none"
            )
            return
        status, counted = found["imageScanStatus"], SEVERITIES[: SEVERITIES.index(level.upper()) + 1]
        if status["status"] not in _SCANNED:
            why = f"{status['status']}: {status.get('description', 'no description')}".rstrip(".")
            yield f"the scan of {image} has no result ({why}); to release it without, write --scan-level none"
            return
        findings = found.get("imageScanFindings", {})
        counts = findings.get("findingSeverityCounts", {})
        if bad := [f"{counts[each]} {each}" for each in counted if counts.get(each)]:
            names = ", ".join(_names(findings, counted)) or "see the console"
            yield f"the scan of {image} found {', '.join(bad)} ({names}); correct them, and release a new version"

    def _scan(self, image: str, digest: str) -> Mapping[str, Any] | None:
        """Return the findings when the scan has ended, or its state after the maximum time; None without a scan."""
        started = self._clock.now()
        with step("wait for the scan") as doing:
            while True:
                waited = (self._clock.now() - started).total_seconds()
                try:
                    found: Mapping[str, Any] = self._ecr.describe_image_scan_findings(
                        **self._in_repository(image), imageId={"imageDigest": digest}
                    )
                    doing.result = found["imageScanStatus"]["status"]
                    if doing.result not in _SCANNING or waited >= SCAN_SECONDS:
                        return found
                except self._ecr.exceptions.ScanNotFoundException:
                    doing.result = "no scan"
                    if waited >= NO_SCAN_SECONDS:
                        return None
                except ClientError as error:
                    raise OpsError(self._not_readable(image, error), ExitCode.REFUSED) from None
                doing.progress(doing.result)
                self._clock.sleep(_POLL_SECONDS)

    def _in_repository(self, image: str) -> dict[str, str]:
        registry = self._service.registry
        name = repository_name(repository_of(image), registry.product)
        return {"registryId": registry.account_id, "repositoryName": name}

    def _not_readable(self, image: str, error: ClientError) -> str:
        registry, own = self._service.registry, self._service.names.account_id
        where = f"the repository of {image} in account {registry.account_id}, {registry.region}"
        if error.response["Error"]["Code"] == "RepositoryNotFoundException":
            return f"{where}, does not exist; deploy the environment that declares it"
        if error.response["Error"]["Code"] == "AccessDeniedException" and registry.account_id != own:
            label = repository_of(image)
            return f"{where}, cannot be read; add account {own} to repository.{label}.pull_account_ids, and deploy"
        return f"{where}, cannot be read: {error}"


def _platform(values: Mapping[str, Any]) -> str:
    return f"{values.get('os', 'unknown')}/{values.get('architecture', 'unknown')}"


def _names(findings: Mapping[str, Any], severities: tuple[str, ...]) -> Iterator[str]:
    """Yield the names of the first findings; those of enhanced scanning have another form."""
    basic = ((each.get("severity"), each.get("name")) for each in findings.get("findings", []))
    enhanced = (
        (each.get("severity"), each.get("packageVulnerabilityDetails", {}).get("vulnerabilityId"))
        for each in findings.get("enhancedFindings", [])
    )
    names = [str(name) for severity, name in (*basic, *enhanced) if severity in severities and name]
    yield from dict.fromkeys(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        yield f"and {len(names) - _MOST_NAMED} more"
