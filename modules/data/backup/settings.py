"""The `backup` block: an AWS Backup vault, and a backup plan for tagged resources."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import NotAllowed, Region, TieredSettings, tiered

BackupTag = Literal["daily"]
#: The tag of the resources that the plan selects.
BACKUP_TAG = "backup"
#: Minutes after the hour within which a backup starts.
START_WINDOW_MINUTES = 60
#: [AWS Backup Developer Guide, Lifecycle](https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html):
#: backups in cold storage must be stored for at least 90 days.
LEAST_DAYS_IN_COLD_STORAGE = 90
#: A mistake may be noticed only on the next working day, after a long weekend.
LEAST_DAYS_IN_PRODUCTION = 7


def backup_tags(plan: str | None) -> dict[str, str] | None:
    """Return the tags of a resource that this plan backs up; None without a plan."""
    return {BACKUP_TAG: plan} if plan else None


class BackupSettings(TieredSettings):
    """The `backup` block: backs up resources with `backup = "daily"` each day, and monthly with a longer retention."""

    daily_retention_days: Annotated[
        int,
        NotAllowed(
            range(1, LEAST_DAYS_IN_PRODUCTION),
            "a mistake noticed after a long weekend could not be undone",
            f"write {LEAST_DAYS_IN_PRODUCTION} or more",
        ),
    ] = tiered(
        development=7,
        staging=14,
        production=35,
        ge=1,
        le=36500,
        description="Days that daily backups are kept.",
    )
    monthly_retention_days: int | None = tiered(
        development=None,
        staging=None,
        production=365,
        ge=1,
        le=36500,
        description="Days that the first backup of each month is kept; without a value, there are no monthly backups.",
    )
    monthly_cold_storage_after_days: int | None = Field(
        default=None,
        ge=1,
        description="Days after which monthly backups move to cold storage, if the service supports it.",
    )
    hour: int = Field(
        default=20,
        ge=0,
        le=23,
        description="The hour, in UTC, within which backups start. The default is after the default backup and "
        "maintenance windows of databases, at 5:00 in Seoul.",
    )
    governance_lock: bool = Field(
        default=False,
        description="Whether the vault is locked in governance mode: no backup can be deleted before its retention "
        "ends, unless a user with sufficient permissions removes the lock.",
    )
    copy_to_region: Region | None = Field(
        default=None,
        examples=["ap-northeast-1"],
        description="Another Region to which each backup is copied, encrypted with a key of that Region.",
    )
    force_destroy: bool = tiered(
        development=True,
        staging=True,
        production=False,
        description="Whether Terraform deletes the vault even if it contains recovery points. Requires an unlock "
        "record in production.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "BackupSettings":
        raise_findings(self._cold_storage_findings())
        return self

    @property
    def retentions(self) -> list[int]:
        """Days that daily and monthly backups are kept."""
        return [days for days in (self.daily_retention_days, self.monthly_retention_days) if days]

    def _cold_storage_findings(self) -> Iterator[Finding]:
        cold, retention = self.monthly_cold_storage_after_days, self.monthly_retention_days
        if cold is None:
            return
        if retention is None or retention < cold + LEAST_DAYS_IN_COLD_STORAGE:
            yield Finding(
                ("monthly_cold_storage_after_days",),
                cold,
                f"leaves less than {LEAST_DAYS_IN_COLD_STORAGE} days in cold storage, the minimum of AWS Backup",
                f"write monthly_retention_days = {cold + LEAST_DAYS_IN_COLD_STORAGE} or more, or remove it",
            )
