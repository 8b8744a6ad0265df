"""The `bucket` blocks: private S3 buckets."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from modules.data.backup.settings import BackupTag
from modules.data.bucket.keys.cors import CorsSettings
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import NotAllowed, TieredSettings, tiered

#: [Amazon S3 User Guide, Transitioning objects using Amazon S3 Lifecycle, Constraints and considerations for
#: transitions](https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html):
#: minimum days in S3 Standard before S3 Standard-IA.
LEAST_DAYS_BEFORE_INFREQUENT_ACCESS = 30
#: Days that an overwritten or deleted object can still be restored.
OLD_VERSIONS_DAYS = {"development": 7, "staging": 30, "production": 90}
#: [LifecycleExpiration, Days](https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html): a 32-bit
#: integer.
MOST_DAYS = 2**31 - 1


def _old_versions_findings(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a retention of noncurrent versions that is set explicitly for a bucket without versioning."""
    key = "expire_old_versions_after_days"
    if values.get("versioning") is False and key in values:
        rule = "applies to noncurrent versions, and with versioning = false there are none"
        yield Finding((key,), values[key], rule, "remove it, or remove versioning = false")


class BucketSettings(TieredSettings):
    """A `bucket` block: a private bucket, TLS only, with access for named roles."""

    encryption: Literal["kms", "s3"] = Field(
        default="kms",
        description="kms: a customer managed key, whose use is logged and can be revoked. s3: keys of S3, at no cost.",
    )
    versioning: Annotated[bool, NotAllowed((False,), "overwritten objects could not be restored")] = Field(
        default=True,
        description="Whether overwritten and deleted objects can be restored.",
    )
    infrequent_access_after_days: int | None = Field(
        default=None,
        ge=LEAST_DAYS_BEFORE_INFREQUENT_ACCESS,
        le=MOST_DAYS,
        description="Days after which objects move to S3 Standard-IA, which halves the storage price and charges for "
        "reads.",
    )
    expire_after_days: int | None = Field(
        default=None, ge=1, le=MOST_DAYS, description="Days after which objects are deleted; by default never."
    )
    expire_old_versions_after_days: int = tiered(
        development=OLD_VERSIONS_DAYS["development"],
        staging=OLD_VERSIONS_DAYS["staging"],
        production=OLD_VERSIONS_DAYS["production"],
        ge=1,
        le=MOST_DAYS,
        description="Days that noncurrent versions are kept.",
    )
    abort_uploads_after_days: int = Field(
        default=7, ge=1, le=MOST_DAYS, description="Days after which the parts of an incomplete upload are deleted."
    )
    access_logs: Annotated[bool, NotAllowed((False,), "there would be no record of who read which object")] = Field(
        default=True,
        description="Whether each request is logged to the log bucket.",
    )
    named_roles_only: Annotated[
        bool, NotAllowed((False,), "every role with S3 permissions could read users' objects")
    ] = tiered(
        development=False,
        staging=True,
        production=True,
        description="Whether only roles that are granted access (of services, functions, and backups) can read, write, "
        "and delete objects, and administrators cannot. With force_destroy, other roles can delete objects "
        "too.",
    )
    event_bridge: bool = Field(
        default=False, description="Whether S3 sends all events to EventBridge, where rules select them."
    )
    backup: BackupTag | None = Field(
        default=None, description="daily: the plan of the `backup` block backs up the bucket. Requires versioning."
    )
    force_destroy: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether Terraform deletes the bucket even if it contains objects. Requires an unlock record in "
        "production.",
    )
    cors: CorsSettings | None = Field(default=None, description="Cross-origin resource sharing (CORS).")

    @model_validator(mode="before")
    @classmethod
    def _old_versions(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        raise_findings(_old_versions_findings(values))
        return values

    @model_validator(mode="after")
    def _rules(self) -> "BucketSettings":
        raise_findings([*self._lifecycle_findings(), *self._cors_findings()])
        return self

    def _lifecycle_findings(self) -> Iterator[Finding]:
        transition, expiration = self.infrequent_access_after_days, self.expire_after_days
        if transition and expiration and expiration <= transition:
            # [Amazon S3 User Guide, Lifecycle configuration elements]
            # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html): Expiration must be
            # later than Transition.
            yield Finding(
                ("expire_after_days",),
                expiration,
                f"is not after infrequent_access_after_days = {transition}, as S3 requires",
                f"write {transition + LEAST_DAYS_BEFORE_INFREQUENT_ACCESS} or more: S3 charges for at least 30 days in "
                "Standard-IA",
            )
        if self.backup and not self.versioning:
            # [AWS Backup Developer Guide, Amazon S3 backups]
            # (https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html).
            yield Finding(("backup",), self.backup, "needs versioning", "remove versioning = false")

    def _cors_findings(self) -> Iterator[Finding]:
        for finding in self.cors.findings(self.is_production) if self.cors else ():
            yield finding.under("cors")
