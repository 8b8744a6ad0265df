"""The `backup` block: an AWS Backup vault and a plan for what is tagged."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Region, TieredSettings, tiered

BackupTag = Literal["daily"]
#: The tag by which the plan finds what it backs up.
BACKUP_TAG = "backup"
#: Minutes within which a backup begins, from its hour on.
START_WINDOW_MINUTES = 60
#: "CreateBackupPlan, Lifecycle": what moved to cold storage stays there for 90 days at least.
LEAST_DAYS_IN_COLD_STORAGE = 90
#: A mistake is found on the next working day at the earliest, and there are long weekends.
LEAST_DAYS_IN_PRODUCTION = 7


def backup_tags(plan: str | None) -> dict[str, str] | None:
    """Return the tags of what asks to be backed up by this plan; none when it does not ask."""
    return {BACKUP_TAG: plan} if plan else None


class BackupSettings(TieredSettings):
    """The `backup` block: what asks with `backup = "daily"` is backed up each day, and once a month for longer."""

    daily_retention_days: int = tiered(
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
        default=None, ge=1, description="Days after which monthly backups move to cold storage, where it is possible."
    )
    hour: int = Field(
        default=20,
        ge=0,
        le=23,
        description="The hour in UTC within which backups begin; the default is after the databases' own windows, and "
        "5 in the morning in Seoul.",
    )
    governance_lock: bool = Field(
        default=False,
        description="Whether the vault is locked in governance mode: no backup goes before its time, unless someone "
        "with the right to lifts the lock.",
    )
    copy_to_region: Region | None = Field(
        default=None,
        examples=["ap-northeast-1"],
        description="Another region where a copy of each backup is kept, under a key of its own.",
    )
    force_destroy: bool = tiered(
        development=True,
        staging=True,
        production=False,
        description="Whether a destroy deletes a vault that contains recovery points. In production it takes an unlock "
        "record.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "BackupSettings":
        refuse([*self._production_findings(), *self._cold_storage_findings()])
        return self

    @property
    def retentions(self) -> list[int]:
        """Days that each kind of backup is kept."""
        return [days for days in (self.daily_retention_days, self.monthly_retention_days) if days]

    def _production_findings(self) -> Iterator[Finding]:
        if self.is_production and self.daily_retention_days < LEAST_DAYS_IN_PRODUCTION:
            yield Finding(
                ("daily_retention_days",),
                self.daily_retention_days,
                "is refused in production: a mistake that is found after a long weekend could not be undone",
                f"write {LEAST_DAYS_IN_PRODUCTION} or more",
            )

    def _cold_storage_findings(self) -> Iterator[Finding]:
        cold, kept = self.monthly_cold_storage_after_days, self.monthly_retention_days
        if cold is None:
            return
        if kept is None or kept < cold + LEAST_DAYS_IN_COLD_STORAGE:
            yield Finding(
                ("monthly_cold_storage_after_days",),
                cold,
                f"leaves less than {LEAST_DAYS_IN_COLD_STORAGE} days in cold storage, and AWS Backup refuses that",
                f"write monthly_retention_days = {cold + LEAST_DAYS_IN_COLD_STORAGE} or more, or take it out",
            )
