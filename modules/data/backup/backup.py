"""AWS Backup: a vault, a plan, and the role that backs up tagged resources."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan,
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection, BackupSelectionSelectionTag
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from constructs import Construct

from modules.data.backup.settings import BACKUP_TAG, START_WINDOW_MINUTES, BackupSettings
from modules.foundation.foundation import Foundation
from modules.foundation.kms import Key
from modules.foundation.policies import assumed_by, aws_policy
from modules.foundation.resources import kept_if
from modules.foundation.roles import Role

#: [AWS Backup Developer Guide, Managed policies for AWS Backup]
#: (https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html): S3 has two of its own, named as
#: in the IAM console.
ROLE_POLICIES = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "service-role/AWSBackupServiceRolePolicyForRestores",
    "s3_backup": "AWSBackupServiceRolePolicyForS3Backup",
    "s3_restore": "AWSBackupServiceRolePolicyForS3Restore",
}
#: Minutes. A backup that takes longer would run into the next working day.
COMPLETION_WINDOW = 8 * 60


class Backup(Construct):
    """Backs up the resources with the tag `backup = "daily"` each day, and once a month with a longer retention.

    Backups of a bucket are encrypted with the vault's key, those of a database with the database's key, copies with the
    key of the vault in the other Region. AWS's managed policies let the role create grants on keys whose key policy
    delegates access to IAM. AWS Backup selects a tagged resource only if its type (Aurora, RDS, S3) is opted in for the
    account and Region; `make doctor` checks that.

    Creates: vault, its key, plan, selection by tag, role; with `select` a selection by ARN. Optionally: vault lock;
    vault and key in another Region, to which each backup is copied.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: BackupSettings,
        foundation: Foundation,
        copy_provider: TerraformProvider | None,
    ) -> None:
        """Create the resources. `copy_provider` is the provider of `copy_to_region`, None without that setting."""
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "backup")
        self.role = self._create_role()
        self.vault_name = self._create_vault("main", foundation.backup_key, None).name
        self._copy_vault_arn = self._create_copy_vault(copy_provider) if copy_provider else None
        self._create_plan()

    def select(self, name: str, arns: Sequence[str]) -> None:
        """Back up these resources too, of a lower module, which knows no plan."""
        self._select(name, f"by-arn-{name}", resources=list(arns))

    def _create_vault(self, resource_id: str, key: Key, provider: TerraformProvider | None) -> BackupVault:
        vault = self._make(
            BackupVault,
            resource_id,
            name=self._foundation.names.of("backup", 50),
            kms_key_arn=key.arn,
            force_destroy=self._settings.force_destroy,
            # The vault must be destroyed before the role, with which AWS Backup deletes the recovery points
            # ("DeleteRecoveryPoint",
            # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html).
            depends_on=self.role.ready,
            lifecycle=kept_if(self._foundation.is_production),
            provider=provider,
        )
        if self._settings.governance_lock:
            # Without `changeable_for_days` the lock is in governance mode: users with sufficient rights can remove it.
            self._make(
                BackupVaultLockConfiguration,
                resource_id,
                backup_vault_name=vault.name,
                min_retention_days=min(self._settings.retentions),
                max_retention_days=max(self._settings.retentions),
                provider=provider,
            )
        return vault

    def _create_copy_vault(self, provider: TerraformProvider) -> str:
        region = self._settings.copy_to_region
        assert region is not None
        key = Key(
            self,
            "copy-key",
            make=self._make,
            names=replace(self._foundation.names, region=region),
            purpose="copies",
            protected=self._foundation.is_production,
            provider=provider,
        )
        return self._create_vault("copy", key, provider).arn

    def _create_role(self) -> Role:
        return Role(
            self._make,
            "main",
            names=self._foundation.names,
            name="backup",
            # No condition, because "IAM service roles" names none; access is limited by iam:PassRole
            # (https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html).
            trust_policy=assumed_by("backup.amazonaws.com", None),
            managed_policies={use: aws_policy(policy) for use, policy in ROLE_POLICIES.items()},
        )

    def _create_plan(self) -> None:
        settings = self._settings
        rules = [self._rule("daily", f"cron(0 {settings.hour} * * ? *)", settings.daily_retention_days, None)]
        if settings.monthly_retention_days:
            cold = settings.monthly_cold_storage_after_days
            monthly = f"cron(0 {settings.hour} 1 * ? *)"
            rules.append(self._rule("monthly", monthly, settings.monthly_retention_days, cold))
        self._plan = self._make(BackupPlan, "daily", name=self._foundation.names.of("daily", 50), rule=rules)
        tagged = BackupSelectionSelectionTag(type="STRINGEQUALS", key=BACKUP_TAG, value="daily")
        self._select("daily", "by-tag", selection_tag=[tagged])

    def _select(self, address: str, name: str, **selection: Any) -> None:
        self._make(
            BackupSelection,
            address,
            name=name,
            plan_id=self._plan.id,
            iam_role_arn=self.role.arn,
            depends_on=self.role.ready,
            **selection,
        )

    def _rule(self, name: str, schedule: str, days: int, cold_after: int | None) -> BackupPlanRule:
        copy = BackupPlanRuleCopyAction(
            destination_vault_arn=self._copy_vault_arn or "",
            lifecycle=BackupPlanRuleCopyActionLifecycle(delete_after=days, cold_storage_after=cold_after),
        )
        return BackupPlanRule(
            rule_name=name,
            target_vault_name=self.vault_name,
            schedule=schedule,
            start_window=START_WINDOW_MINUTES,
            completion_window=COMPLETION_WINDOW,
            lifecycle=BackupPlanRuleLifecycle(delete_after=days, cold_storage_after=cold_after),
            copy_action=[copy] if self._copy_vault_arn else None,
        )
