"""The `repository` block, which keeps images, and the `registry` block, which names the registry to pull from."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from modules.compute.keys.images import Registry
from modules.foundation.gitlab import ApplicationPipeline
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
        description="Other accounts that may pull: those of the other environments that run the same image.",
    )
    pushed_by: ApplicationPipeline | None = Field(
        default=None,
        description="Whose jobs on the default branch and on tags v* may push to this repository and no other. The "
        "outputs name the role.",
    )
    keep_images: int = Field(
        default=100,
        ge=LEAST_IMAGES_KEPT,
        description="How many tagged images are kept, the most recently pushed ones; they must include the images that "
        "production runs.",
    )
    expire_prereleases_after_days: int = Field(
        default=30,
        ge=1,
        description="Days after which an image with a prerelease tag, such as 1.5.0-rc.1, is deleted, even if it also "
        "has a release tag: a release is built under its own version.",
    )
    expire_untagged_after_days: int = Field(
        default=7, ge=1, description="Days after which an image without a tag is deleted."
    )
    replicate_to_regions: tuple[Region, ...] = Field(
        default=(),
        max_length=REPLICATION_LIMIT,
        examples=[["us-west-2"]],
        description="Other Regions that every pushed image is replicated to, for an environment there.",
    )
    force_delete: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether a destroy deletes a repository that contains images. In production it takes an unlock "
        "record.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "RepositorySettings":
        raise_findings(named_twice(self, "pull_account_ids", "replicate_to_regions"))
        return self


class RegistrySettings(Settings):
    """The `registry` block: the registry that the environment pulls its images from."""

    account_id: AccountId = Field(
        examples=["333333333333"],
        description="The account that keeps the repositories; its `repository` blocks name the accounts that may pull.",
    )
    region: Region | None = Field(
        default=None, description="The registry's Region; by default the environment's, from which pulls are free."
    )


def registry_of(settings: RegistrySettings | None, names: Names) -> Registry:
    """Return the registry that an environment's images are pulled from: its own account's, or the one in `settings`."""
    if settings is None:
        return Registry(names.product, names.account_id, names.region)
    return Registry(names.product, settings.account_id, settings.region or names.region)
