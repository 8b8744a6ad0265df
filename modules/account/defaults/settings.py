"""Settings of the `defaults` block."""

from typing import Literal

from pydantic import Field

from modules.foundation.settings import Settings


class DefaultsSettings(Settings):
    """The `defaults` block: what holds in the account for everything that does not say otherwise.

    All but `block_public_buckets` are set in each Region of the account's environments. They cost nothing, except where
    the key says so, and are what a resource gets that somebody creates by hand; those of Groundwork are set explicitly.
    """

    block_public_buckets: bool = Field(
        default=True,
        description="Whether S3 blocks public access to all buckets of the account, whatever their own settings are "
        "([Amazon S3 User Guide, Configuring block public access settings for your account]"
        "(https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html)). No "
        "bucket of Groundwork is public: CloudFront reads as a principal, and presigned URLs are not public access.",
    )
    ebs_encryption: bool = Field(
        default=True,
        description="Whether new EBS volumes and copies of snapshots are encrypted, with the key aws/ebs unless "
        "another is named. Existing volumes stay as they are.",
    )
    http_tokens: Literal["required", "optional", "no-preference"] = Field(
        default="required",
        description="Whether new instances answer only requests for metadata that have a token (IMDSv2). Without it, a "
        "request that a program forwards can read the instance's credentials. An AMI or a launch can still say "
        "otherwise, as with no-preference, AWS's default.",
    )
    ecr_scanning: Literal["basic", "enhanced", "unchanged"] = Field(
        default="basic",
        description="How ECR scans images in all repositories of a Region: basic when they are pushed, free of charge; "
        "enhanced with Amazon Inspector, also later and the packages of languages, which is charged for each image. It "
        "replaces the setting of each repository, `scan_on_push`; unchanged leaves it to those.",
    )
    ecs_trunking: bool = Field(
        default=True,
        description="Whether ECS gives new instances a trunk network interface (awsvpcTrunking), so that they hold "
        "more tasks: a c5.large ten instead of two. Instances that run already must be replaced, and types without "
        "trunking stay as they are. It holds for all users and roles without a setting of their own.",
    )
    container_insights: Literal["enabled", "enhanced", "disabled"] | None = Field(
        default=None,
        description="Container Insights of new ECS clusters that say nothing themselves. By default it is left as it "
        "is: its metrics are charged, and each `ecs` block says whether it has them.",
    )
