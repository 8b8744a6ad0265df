"""The `bucket` blocks: private S3 buckets."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from modules.data.backup.settings import BackupTag
from modules.data.bucket.keys.cors import CorsSettings
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import TieredSettings, tiered

#: "Amazon S3 User Guide, Lifecycle constraints": days in Standard before Standard-IA.
LEAST_DAYS_BEFORE_INFREQUENT_ACCESS = 30
#: Days that an overwritten or deleted object can still be brought back.
OLD_VERSIONS_DAYS = {"development": 7, "staging": 30, "production": 90}
#: [LifecycleExpiration, Days](https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html): an integer
#: of 32 bits.
MOST_DAYS = 2**31 - 1


def _old_versions_of_none(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the finding that a bucket without versions is written to keep old ones; by default it says nothing."""
    key = "expire_old_versions_after_days"
    if values.get("versioning") is False and key in values:
        rule = "keeps old versions for days, and versioning = false makes none"
        yield Finding((key,), values[key], rule, "take it out, or take versioning = false out")


class BucketSettings(TieredSettings):
    """A `bucket` block: closed to the public, TLS only, opened to roles by name."""

    encryption: Literal["kms", "s3"] = Field(
        default="kms",
        description="kms: our key, whose use is recorded and can be withdrawn. s3: S3's own keys, without cost.",
    )
    versioning: bool = Field(
        default=True,
        description="Whether what is overwritten or deleted can be brought back. Refused off in production.",
    )
    infrequent_access_after_days: int | None = Field(
        default=None,
        ge=LEAST_DAYS_BEFORE_INFREQUENT_ACCESS,
        le=MOST_DAYS,
        description="Days after which objects move to Standard-IA: half the price to keep, more to read.",
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
        default=7, ge=1, le=MOST_DAYS, description="Days after which the parts of an unfinished upload are removed."
    )
    access_logs: bool = Field(
        default=True, description="Whether each request is recorded in the log bucket. Refused off in production."
    )
    named_roles_only: bool = tiered(
        development=False,
        staging=True,
        production=True,
        description="Whether only the roles of services, functions, and backups that are granted access can read, "
        "write, and delete objects, and administrators cannot; with force_destroy others can delete. Cannot be off in "
        "production.",
    )
    event_bridge: bool = Field(
        default=False, description="Whether S3 tells EventBridge of every event, where rules choose among them."
    )
    backup: BackupTag | None = Field(
        default=None, description="daily: the `backup` block's plan takes the bucket in, which needs versioning."
    )
    force_destroy: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether a destroy deletes a bucket that contains objects. In production it takes an unlock "
        "record.",
    )
    cors: CorsSettings | None = Field(default=None, description="Pages of which sites may call the bucket.")

    @model_validator(mode="before")
    @classmethod
    def _old_versions(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        refuse(_old_versions_of_none(values))
        return values

    @model_validator(mode="after")
    def _rules(self) -> "BucketSettings":
        refuse([*self._lifecycle_findings(), *self._cors_findings(), *self._production_findings()])
        return self

    def _lifecycle_findings(self) -> Iterator[Finding]:
        moved, gone = self.infrequent_access_after_days, self.expire_after_days
        if moved and gone and gone <= moved:
            # "Lifecycle configuration elements": Expiration must be later than Transition.
            yield Finding(
                ("expire_after_days",),
                gone,
                f"is not after infrequent_access_after_days = {moved}, and S3 refuses that",
                f"write {moved + LEAST_DAYS_BEFORE_INFREQUENT_ACCESS} or more: Standard-IA is paid for 30 days",
            )
        if self.backup and not self.versioning:
            # "AWS Backup Developer Guide, Amazon S3 backups".
            yield Finding(("backup",), self.backup, "needs versioning", "take versioning = false out")

    def _cors_findings(self) -> Iterator[Finding]:
        for finding in self.cors.findings(self.is_production) if self.cors else ():
            yield finding.under("cors")

    def _production_findings(self) -> Iterator[Finding]:
        if not self.is_production:
            return
        if not self.versioning:
            yield Finding(
                ("versioning",), False, "is refused in production: what is overwritten would be lost", "take it out"
            )
        if not self.named_roles_only:
            yield Finding(
                ("named_roles_only",),
                False,
                "is refused in production: every role with rights to S3 could read what users put there",
                "take it out",
            )
        if not self.access_logs:
            yield Finding(
                ("access_logs",), False, "is refused in production: nobody could say who read what", "take it out"
            )
