"""The image of a release: its architecture, and what its scan found."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from botocore.exceptions import ClientError

from modules.compute.keys.images import PLATFORMS
from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.registry_images import PushedImage, RegistryImages
from ops.release.service import ReleasedService
from ops.steps import step

ScanLevel = Literal["critical", "high", "medium", "low", "none"]
#: [FindingSeverityCounts](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFindings.html), the
#: most severe first. UNDEFINED and UNTRIAGED findings have no level yet.
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
#: [ImageScanStatus](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html): COMPLETE is
#: the end of a basic scan; with enhanced scanning, Amazon Inspector keeps the findings of an ACTIVE image up to date.
_SCANNED, _SCANNING = ("COMPLETE", "ACTIVE"), ("IN_PROGRESS", "PENDING")
#: A basic scan takes a minute or two, and starts with the push if the repository scans on push.
SCAN_SECONDS, NO_SCAN_SECONDS, _POLL_SECONDS = 600, 60, 5
_MOST_NAMED = 5


class Images:
    """The images of a service."""

    def __init__(self, ecr: Any, service: ReleasedService, clock: Clock | None = None) -> None:
        """`ecr` is a client of the registry's Region."""
        self._ecr = ecr
        self._service = service
        self._clock = clock or Clock()
        self._registry = RegistryImages(ecr, service.registry, service.names.account_id)

    def digest_of(self, image: str) -> str:
        """Return the digest of an image, `api:1.4.3`. Raises OpsError if ECS could not pull it."""
        return self._registry.find(image).digest

    def checked(self, image: str, level: ScanLevel, commit: str) -> PushedImage:
        """Return an image. Raises OpsError with everything that speaks against it.

        A commit, also an abbreviated one, must be that of the image's annotation, if the image has one.
        """
        pushed = self._registry.find(image)
        problems = [
            *_commit_problems(image, pushed, commit),
            *self._platform_problems(image, pushed),
            *self._scan_problems(image, pushed, level),
        ]
        if problems:
            raise OpsError("\n".join([*problems, "nothing was released"]), ExitCode.REFUSED)
        return pushed

    def _platform_problems(self, image: str, pushed: PushedImage) -> Iterator[str]:
        needed = PLATFORMS[self._service.architecture]
        if needed not in pushed.platforms:
            cluster = self._service.settings.cluster
            yield (
                f"{image} runs on {pushed.shown_platforms}, and the tasks of ecs.{cluster} on {needed}; build it with "
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
                        **self._registry.in_repository(image), imageId={"imageDigest": digest}
                    )
                    doing.result = found["imageScanStatus"]["status"]
                    if doing.result not in _SCANNING or waited >= SCAN_SECONDS:
                        return found
                except self._ecr.exceptions.ScanNotFoundException:
                    doing.result = "no scan"
                    if waited >= NO_SCAN_SECONDS:
                        return None
                except ClientError as error:
                    raise self._registry.explained(image, error) from None
                doing.progress(doing.result)
                self._clock.sleep(_POLL_SECONDS)


def _commit_problems(image: str, pushed: PushedImage, commit: str) -> Iterator[str]:
    if commit and pushed.commit and not pushed.commit.startswith(commit):
        yield f"{image} was built from commit {pushed.commit}, not {commit}; write --commit {pushed.commit}"


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
