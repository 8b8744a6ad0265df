"""Images in ECR: the login for the tools that push, which commit an image is from, and a prerelease's release."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from modules.compute.keys.images import Registry, repository_name
from ops.application.releases import RUNBOOK
from ops.application.versions import Build, newest_candidate
from ops.errors import ExitCode, OpsError
from ops.registry_images import DOCKER_TYPES, OCI_TYPES, REVISION

#: [OCI image specification, Pre-defined annotation keys]
#: (https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys).
VERSION = "org.opencontainers.image.version"


@dataclass(frozen=True)
class Image:
    """An image, as its manifest describes it."""

    tag: str
    manifest: str
    media_type: str

    @property
    def revision(self) -> str | None:
        """The commit that it was built from, or None if its manifest does not say."""
        return self._annotations.get(REVISION)

    @property
    def can_be_annotated(self) -> bool:
        """Whether its manifest may have annotations."""
        return self.media_type in OCI_TYPES

    def as_version(self, version: str) -> str:
        """Return the manifest with this version: the same layers and configuration under another digest."""
        manifest = {**json.loads(self.manifest), "annotations": {**self._annotations, VERSION: version}}
        return json.dumps(manifest, separators=(",", ":"))

    @property
    def _annotations(self) -> Mapping[str, str]:
        return json.loads(self.manifest).get("annotations") or {}


@dataclass(frozen=True)
class Images:
    """The images of one repository in ECR."""

    ecr: Any
    registry: Registry
    label: str

    @property
    def name(self) -> str:
        """The name under which tools push and pull, without a tag."""
        return f"{self.registry.host}/{self._name}"

    @property
    def _name(self) -> str:
        return repository_name(self.label, self.registry.product)

    def find(self, tag: str) -> Image | None:
        """Return the image with this tag, or None. Raises OpsError if there is no such repository."""
        # A tag that does not exist is in `failures`, and no error.
        with _repository(self.label):
            answer = self.ecr.batch_get_image(
                repositoryName=self._name,
                imageIds=[{"imageTag": tag}],
                acceptedMediaTypes=[*OCI_TYPES, *DOCKER_TYPES],
            )
        images = answer.get("images", [])
        if not images:
            return None
        manifest = images[0]["imageManifest"]
        kind = images[0].get("imageManifestMediaType") or json.loads(manifest).get("mediaType", "")
        return Image(tag, manifest, kind)

    def tags(self) -> list[str]:
        """Return all tags of the repository."""
        pages = self.ecr.get_paginator("list_images").paginate(
            repositoryName=self._name, filter={"tagStatus": "TAGGED"}
        )
        return [each["imageTag"] for page in pages for each in page["imageIds"] if "imageTag" in each]

    def is_pushed(self, build: Build) -> bool:
        """Return whether this build's image exists already, as when a job runs again.

        Raises OpsError if it is from another commit, or does not say from which: tags of images are immutable.
        """
        found = self.find(build.version)
        if found and found.revision is None:
            raise OpsError(
                f"{self.label}:{build.version} exists and does not say which commit it is from; a version never "
                f"changes: tag the commit with the next one, and push an OCI image with the annotation "
                f"{REVISION} ({RUNBOOK})",
                ExitCode.REFUSED,
            )
        if found and found.revision != build.commit:
            raise OpsError(
                f"{self.label}:{build.version} exists and was built from commit {found.revision}, not {build.commit}; "
                "a version never changes: tag the commit with the next one",
                ExitCode.REFUSED,
            )
        return found is not None

    def promote(self, build: Build) -> str:
        """Push the newest candidate of a release once more, as the release, and return the candidate's tag.

        The release has the tested layers and configuration. Its manifest differs in one annotation and so has another
        digest: as a second tag of the candidate's manifest it would be deleted with the candidate ([Lifecycle policy
        properties in Amazon ECR]
        (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html)). ECR's way to add a
        tag is the same request ([Retagging an image in Amazon ECR]
        (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-retag.html)), and needs no program but this one.

        Raises OpsError unless the candidate was built from the release's commit.
        """
        tag = newest_candidate(build.version, self.tags())
        candidate = self.find(tag) if tag else None
        if tag is None or candidate is None:
            raise OpsError(
                f"{self.label} has no image {build.version}-rc.N that was tested; tag the commit "
                f"v{build.version}-rc.1, and v{build.version} after its release to staging",
                ExitCode.REFUSED,
            )
        if not candidate.can_be_annotated or candidate.revision is None:
            raise OpsError(
                f"{self.label}:{tag} does not say which commit it is from; push it as an OCI image with the annotation "
                f"{REVISION} ({RUNBOOK})",
                ExitCode.REFUSED,
            )
        if candidate.revision != build.commit:
            raise OpsError(
                f"{self.label}:{tag} was built from commit {candidate.revision}, but v{build.version} is at "
                f"{build.commit}: what would be released was not tested; tag the tested commit "
                f"(git tag v{build.version} v{tag}^{{}}), or release this one to staging first",
                ExitCode.REFUSED,
            )
        manifest = candidate.as_version(build.version)
        self.ecr.put_image(
            repositoryName=self._name,
            imageManifest=manifest,
            imageManifestMediaType=candidate.media_type,
            imageTag=build.version,
            imageDigest=f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}",
        )
        return tag

    def log_in(self, file: Path) -> None:
        """Write the login for docker, buildah, and skopeo, valid for 12 hours, to a file that only this user can read.

        ["GetAuthorizationToken"](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
        API_GetAuthorizationToken.html) returns what such a file contains: user and password, in Base64. Other logins
        in the file are kept.
        """
        token = self.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
        file.parent.mkdir(parents=True, exist_ok=True)
        content = _content(file)
        content["auths"] = {**content.get("auths", {}), self.registry.host: {"auth": token}}
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            os.fchmod(opened.fileno(), 0o600)
            json.dump(content, opened)


def _content(file: Path) -> dict[str, Any]:
    text = file.read_text() if file.exists() else ""
    try:
        content = json.loads(text or "{}")
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise OpsError(f"{file} is not a file with logins in JSON; name another one", ExitCode.REFUSED)
    return content


@contextmanager
def _repository(label: str) -> Iterator[None]:
    """Turn the error for a repository that does not exist into a message."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "RepositoryNotFoundException":
            raise
        raise OpsError(
            f"the repository {label} does not exist yet; apply the environment that has it", ExitCode.REFUSED
        ) from None
