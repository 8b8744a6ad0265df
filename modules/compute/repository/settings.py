"""The `repository` blocks, where images are kept, and the `registry` block, which says where they are pulled from."""

from pydantic import Field, model_validator

from modules.foundation.gitlab import Project
from modules.foundation.lists import named_twice
from modules.foundation.problems import refuse
from modules.foundation.settings import AccountId, Region, Settings, TieredSettings, tiered

#: Fewer images, and a release that waits for its turn in production is gone when it comes.
LEAST_IMAGES_KEPT = 10
#: "Amazon ECR service quotas, Rules per replication configuration": one for each region.
REPLICATION_LIMIT = 10


class RepositorySettings(TieredSettings):
    """A `repository` block: an ECR repository of the product, named `<product>/<label>` in every environment."""

    pull_account_ids: tuple[AccountId, ...] = Field(
        default=(),
        examples=[["111111111111", "222222222222"]],
        description="Other accounts that pull: those of the environments that the same image goes through.",
    )
    pushed_by: Project | None = Field(
        default=None,
        examples=["community/agora-api"],
        description="The GitLab project, on the `pipeline` block's server, whose jobs of the default branch and of "
        "tags v* may push into this repository and no other. The outputs name the role.",
    )
    keep_images: int = Field(
        default=100,
        ge=LEAST_IMAGES_KEPT,
        description="How many tagged images are kept, the latest pushed ones; what production runs has to be among "
        "them.",
    )
    expire_candidates_after_days: int = Field(
        default=30,
        ge=1,
        description="Days after which an image with a candidate's tag, 1.5.0-rc.1, is deleted, even if it has a "
        "release's as well: a release is built under its own version.",
    )
    expire_untagged_after_days: int = Field(
        default=7, ge=1, description="Days after which an image that lost its tag, or never had one, is deleted."
    )
    replicate_to_regions: tuple[Region, ...] = Field(
        default=(),
        max_length=REPLICATION_LIMIT,
        examples=[["us-west-2"]],
        description="Other regions that every image is copied to when it is pushed, for an environment there.",
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
        refuse(named_twice(self, "pull_account_ids", "replicate_to_regions"))
        return self


class RegistrySettings(Settings):
    """The `registry` block: whose repositories the environment pulls its images from."""

    account_id: AccountId = Field(
        examples=["333333333333"],
        description="The account that keeps the repositories; by its files' `repository` blocks others may pull.",
    )
    region: Region | None = Field(
        default=None, description="The registry's region; by default the environment's own, where pulling is free."
    )
