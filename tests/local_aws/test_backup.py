"""Backup: selections, changed plans, vault policies, and tags."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def backup(client: Callable[[str], Any]) -> Any:
    return client("backup")


@pytest.fixture
def vault(backup: Any) -> str:
    name = f"vault-{uuid4().hex}"
    backup.create_backup_vault(BackupVaultName=name, BackupVaultTags={"product": "agora"})
    return name


def _plan(vault: str, schedule: str) -> dict[str, Any]:
    rule = {"RuleName": "daily", "TargetBackupVaultName": vault, "ScheduleExpression": schedule}
    return {"BackupPlanName": vault, "Rules": [rule]}


def test_list_tags_of_vaults_and_plans(backup: Any, vault: str) -> None:
    arn = backup.describe_backup_vault(BackupVaultName=vault)["BackupVaultArn"]
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"product": "agora"}
    plan = backup.create_backup_plan(BackupPlan=_plan(vault, "cron(0 18 * * ? *)"), BackupPlanTags={"a": "b"})
    assert backup.list_tags(ResourceArn=plan["BackupPlanArn"])["Tags"] == {"a": "b"}


def test_plan_can_be_updated_and_has_selections(backup: Any, vault: str) -> None:
    plan_id = backup.create_backup_plan(BackupPlan=_plan(vault, "cron(0 18 * * ? *)"))["BackupPlanId"]
    changed = backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=_plan(vault, "cron(0 19 * * ? *)"))
    read = backup.get_backup_plan(BackupPlanId=plan_id)
    assert read["BackupPlan"]["Rules"][0]["ScheduleExpression"] == "cron(0 19 * * ? *)"
    assert read["VersionId"] == changed["VersionId"]
    selection = {
        "SelectionName": "tagged",
        "IamRoleArn": "arn:aws:iam::333333333333:role/backup",
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}],
    }
    created = backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection)
    ids = {"BackupPlanId": plan_id, "SelectionId": created["SelectionId"]}
    assert backup.get_backup_selection(**ids)["BackupSelection"] == selection
    (listed,) = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    assert listed["SelectionName"] == "tagged"
    with pytest.raises(ClientError, match="selections must be deleted"):
        backup.delete_backup_plan(BackupPlanId=plan_id)
    backup.delete_backup_selection(**ids)
    with pytest.raises(ClientError, match="Cannot find Backup selection"):
        backup.get_backup_selection(**ids)
    backup.delete_backup_plan(BackupPlanId=plan_id)
    backup.create_backup_plan(BackupPlan=_plan(vault, "cron(0 18 * * ? *)"))


def test_vault_has_a_policy_and_recovery_points(backup: Any, vault: str) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_vault_access_policy(BackupVaultName=vault)
    backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy="{}")
    assert backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"] == "{}"
    backup.delete_backup_vault_access_policy(BackupVaultName=vault)
    assert backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"] == []


def test_region_settings_can_be_changed(backup: Any) -> None:
    backup.update_region_settings(ResourceTypeOptInPreference={"RDS": False})
    assert backup.describe_region_settings()["ResourceTypeOptInPreference"] == {
        "Aurora": True,
        "RDS": False,
        "S3": True,
    }
    backup.update_region_settings(ResourceTypeOptInPreference={"RDS": True})
