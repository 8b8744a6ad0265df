"""The environment of a CodeBuild project: its image, its size, and how long a build may take."""

from typing import Literal

from pydantic import Field

from modules.compute.keys.images import SidecarImage
from modules.compute.keys.instance_types import Architecture
from modules.foundation.settings import TieredSettings

#: [AWS CodeBuild User Guide, Build environment compute modes and types]
#: (https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html): the sizes that both
#: architectures have. ARM_CONTAINER does not exist in every Region.
ComputeType = Literal["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"]
#: [AWS CodeBuild User Guide, Docker images provided by CodeBuild]
#: (https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html): Amazon Linux 2023. Their
#: Dockerfiles (https://github.com/aws/aws-codebuild-docker-images) install the AWS CLI, kubectl, and Node.js.
CURATED: dict[Architecture, tuple[str, str]] = {
    "arm64": ("aws/codebuild/amazonlinux-aarch64-standard", "3.0"),
    "x86_64": ("aws/codebuild/amazonlinux-x86_64-standard", "5.0"),
}
#: [CreateProject, timeoutInMinutes](https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html).
LEAST_MINUTES, MOST_MINUTES = 5, 2160


class BuildEnvironmentSettings(TieredSettings):
    """The keys that all blocks with a CodeBuild project have."""

    architecture: Architecture = Field(
        default="x86_64",
        description="The architecture of the build machine, and of images that it builds. CodeBuild has x86_64 in "
        "every Region, and arm64, which is cheaper, only in some.",
    )
    standard_version: str | None = Field(
        default=None,
        pattern=r"^\d+\.\d+(-[0-9.]+)?$",
        examples=["5.0"],
        description="The version of AWS's standard image of Amazon Linux 2023; by default 5.0 for x86_64 and 3.0 for "
        "arm64. AWS updates the content of a version for security, and it has no digest; a release of it, such as "
        "5.0-1.0.0, stays as it is, but is not cached, so builds start later.",
    )
    image: SidecarImage | None = Field(
        default=None,
        examples=["build-tools:1.0.0"],
        description="An own image in place of AWS's: from a `repository`, which has immutable tags, or from the ECR "
        "Public Gallery.",
    )
    compute_type: ComputeType = Field(
        default="BUILD_GENERAL1_SMALL",
        description="The size of the build machine: 2 vCPUs and at least 3 GB of memory, 4 and 7, or 8 and 15.",
    )
    build_timeout: int = Field(
        default=20,
        ge=LEAST_MINUTES,
        le=MOST_MINUTES,
        description="Minutes after which CodeBuild stops a build, which has then failed. A hanging one costs money.",
    )

    @property
    def curated_image(self) -> str:
        """The identifier of AWS's standard image."""
        name, version = CURATED[self.architecture]
        return f"{name}:{self.standard_version or version}"
