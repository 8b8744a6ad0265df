"""The `repository` block, which keeps images, and the `registry` block, which names the registry to pull from."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from modules.compute.keys.images import Registry
from modules.foundation.ci_servers import ApplicationPipeline
from modules.foundation.lists import named_twice
from modules.foundation.names import Names
from modules.foundation.problems import raise_findings
from modules.foundation.settings import AccountId, Region, Settings, TieredSettings, tiered

#: With fewer images, a release could be deleted before it is deployed to production.
LEAST_IMAGES_KEPT = 10
#: [Amazon ECR service quotas, Rules per replication configuration]
#: (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html): one for each Region.
REPLICATION_LIMIT = 10


class RepositorySettings(TieredSettings):
    """A `repository` block: an ECR repository of the product, named `<product>/<label>` in every environment."""

    renamed: ClassVar[Mapping[str, str]] = {"expire_candidates_after_days": "expire_prereleases_after_days"}

    pull_account_ids: tuple[AccountId, ...] = Field(
        default=(),
        examples=[["111111111111", "222222222222"]],
        description="Other accounts that may pull, and read what scans found: those of the other environments that run "
        "the same image.",
    )
    pushed_by: ApplicationPipeline | None = Field(
        default=None,
        description="Whose jobs, on the default branch and on tags v*, may push to this repository only. The outputs "
        "contain the ARN of the role.",
    )
    keep_images: int = Field(
        default=100,
        ge=LEAST_IMAGES_KEPT,
        description="The number of tagged images to keep, the most recently pushed ones. They must include the images "
        "that production runs.",
    )
    expire_prereleases_after_days: int = Field(
        default=30,
        ge=1,
        description="Days after which an image with a prerelease tag, such as 1.5.0-rc.1, is deleted, even if it also "
        "has a release tag: a release has a manifest of its own (`ops ci promote`).",
    )
    expire_untagged_after_days: int = Field(
        default=7, ge=1, description="Days after which an image without a tag is deleted."
    )
    replicate_to_regions: tuple[Region, ...] = Field(
        default=(),
        max_length=REPLICATION_LIMIT,
        examples=[["us-west-2"]],
        description="Other Regions that every pushed image is replicated to, for environments in those Regions.",
    )
    force_delete: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether Terraform deletes the repository even if it contains images. Requires an unlock record in "
        "production.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "RepositorySettings":
        raise_findings(named_twice(self, "pull_account_ids", "replicate_to_regions"))
        return self


class RegistrySettings(Settings):
    """The `registry` block: an ECR registry in another account or Region."""

    account_id: AccountId = Field(
        examples=["333333333333"],
        description="The account that has the repositories; its `repository` blocks list the accounts that may pull.",
    )
    region: Region | None = Field(
        default=None, description="The registry's Region; by default the environment's, from which pulls are free."
    )


def registry_of(settings: RegistrySettings | None, names: Names) -> Registry:
    """Return the registry that an environment's images are pulled from: its own account's, or the one in `settings`."""
    if settings is None:
        return Registry(names.product, names.account_id, names.region)
    return Registry(names.product, settings.account_id, settings.region or names.region)
