"""Backup: selections, plans that change, vault policies, recovery points, and tags.

- AWS: CreateBackupSelection and its Get, List, and Delete operations assign resources to a plan. Moto 5.2.5 has none of
  them. Added. A plan with selections cannot be deleted, as in AWS.
- AWS: UpdateBackupPlan. Moto does not have it. Added. The name of a deleted plan can be used again, which Moto rejects.
- AWS: ListTags is called with and without a slash at the end. Moto finds tags only with it, and the provider calls
  without. Added: both.
- AWS: PutBackupVaultAccessPolicy and its Get and Delete operations. Moto has none of them. Added.
- AWS: StartBackupJob creates a recovery point for the List, Describe, and Delete operations. "A vault can be deleted
  only if it is empty" ([DeleteBackupVault]
  (https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html)); a locked one keeps its recovery
  points ([AWS Backup Vault Lock](https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html)); and one
  whose role does not exist is not deleted but becomes EXPIRED ([DeleteRecoveryPoint]
  (https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html)). Moto has no recovery points.
  Added, complete immediately; nothing is saved, and no plan starts a job.
- AWS: DescribeRegionSettings and UpdateRegionSettings determine which resource types are backed up. Moto has neither.
  Added, for the types that we back up; all are enabled by default.
"""

import json
import time
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

_Answer = dict[str, Any]


def install() -> None:
    """Add the operations to Moto's Backup, with URLs that it does not have."""
    from moto.backup import urls
    from moto.backup.responses import BackupResponse

    from local_aws.extend import add

    for call in (
        create_backup_selection,
        get_backup_selection,
        list_backup_selections,
        delete_backup_selection,
        update_backup_plan,
        delete_backup_plan,
        list_tags,
        put_backup_vault_access_policy,
        get_backup_vault_access_policy,
        delete_backup_vault_access_policy,
        start_backup_job,
        list_recovery_points_by_backup_vault,
        describe_recovery_point,
        delete_recovery_point,
        delete_backup_vault,
        describe_region_settings,
        update_region_settings,
    ):
        add(BackupResponse, call)
    for rest in ("access-policy", "recovery-points", "recovery-points/", "recovery-points/(?P<arn>.+)"):
        urls.url_paths[f"{{0}}/backup-vaults/(?P<name>[^/]+)/{rest}$"] = BackupResponse.dispatch
    urls.url_paths["{0}/account-settings$"] = BackupResponse.dispatch
    urls.url_paths["{0}/backup-jobs$"] = BackupResponse.dispatch


def create_backup_selection(response: Any) -> str:
    """CreateBackupSelection."""
    request = json.loads(response.body)
    selection = {
        "SelectionId": str(uuid4()),
        "BackupPlanId": _plan(response).backup_plan_id,
        "CreationDate": time.time(),
        "CreatorRequestId": request.get("CreatorRequestId"),
        "BackupSelection": request["BackupSelection"],
    }
    _selections(response)[selection["SelectionId"]] = selection
    return json.dumps({name: selection[name] for name in ("SelectionId", "BackupPlanId", "CreationDate")})


def get_backup_selection(response: Any) -> str:
    """GetBackupSelection."""
    return json.dumps(_selection(response))


def list_backup_selections(response: Any) -> str:
    """ListBackupSelections of a plan."""
    shown = ("SelectionId", "BackupPlanId", "CreationDate", "CreatorRequestId")
    found = [
        {name: selection[name] for name in shown}
        | {name: selection["BackupSelection"][name] for name in ("SelectionName", "IamRoleArn")}
        for selection in _of_plan(response)
    ]
    return json.dumps({"BackupSelectionsList": found})


def delete_backup_selection(response: Any) -> str:
    """DeleteBackupSelection."""
    del _selections(response)[_selection(response)["SelectionId"]]
    return "{}"


def update_backup_plan(response: Any) -> str:
    """UpdateBackupPlan: a new version of it."""
    from moto.backup.models import Plan

    old = _plan(response)
    # Moto sets the defaults of a new plan's rules; the existing plan keeps its identity.
    new = Plan(json.loads(response.body)["BackupPlan"], old.creator_request_id, response.backup_backend)
    for attribute in ("backup_plan", "advanced_backup_settings", "version_id"):
        setattr(old, attribute, getattr(new, attribute))
    return json.dumps(old.to_dict())


def delete_backup_plan(response: Any) -> str:
    """DeleteBackupPlan; fails while the plan has selections."""
    from moto.backup.exceptions import InvalidRequestException

    plan = _plan(response)
    if _of_plan(response):
        raise InvalidRequestException("Related backup plan selections must be deleted prior to backup plan deletion")
    del response.backup_backend.plans[plan.backup_plan_id]
    return json.dumps(plan.to_dict() | {"DeletionDate": time.time()})


def list_tags(response: Any) -> str:
    """ListTags of a vault or plan."""
    return json.dumps({"Tags": response.backup_backend.list_tags(_after(response, "tags"))})


def put_backup_vault_access_policy(response: Any) -> str:
    """PutBackupVaultAccessPolicy."""
    _vault(response).access_policy = json.loads(response.body)["Policy"]
    return "{}"


def get_backup_vault_access_policy(response: Any) -> str:
    """GetBackupVaultAccessPolicy; a vault without a policy is an error."""
    from moto.backup.exceptions import ResourceNotFoundException

    vault = _vault(response)
    policy = getattr(vault, "access_policy", None)
    if policy is None:
        raise ResourceNotFoundException(f"Backup vault {vault.backup_vault_name} has no access policy")
    answer = {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn, "Policy": policy}
    return json.dumps(answer)


def delete_backup_vault_access_policy(response: Any) -> str:
    """DeleteBackupVaultAccessPolicy."""
    _vault(response).access_policy = None
    return "{}"


def start_backup_job(response: Any) -> str:
    """StartBackupJob: creates a recovery point that is complete immediately."""
    request = json.loads(response.body)
    backend = response.backup_backend
    vault = backend.describe_backup_vault(request["BackupVaultName"])
    arn = f"arn:aws:backup:{backend.region_name}:{backend.account_id}:recovery-point:{uuid4()}"
    point = {
        "RecoveryPointArn": arn,
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        "ResourceArn": request["ResourceArn"],
        "IamRoleArn": request["IamRoleArn"],
        "CreationDate": time.time(),
        "Status": "COMPLETED",
    }
    _points(vault)[arn] = point
    return json.dumps({"BackupJobId": str(uuid4()), "RecoveryPointArn": arn, "CreationDate": point["CreationDate"]})


def list_recovery_points_by_backup_vault(response: Any) -> str:
    """ListRecoveryPointsByBackupVault."""
    return json.dumps({"RecoveryPoints": list(_points(_vault(response)).values())})


def describe_recovery_point(response: Any) -> str:
    """DescribeRecoveryPoint."""
    return json.dumps(_point(response))


def delete_recovery_point(response: Any) -> str:
    """DeleteRecoveryPoint: fails in a locked vault, and has no effect if the role does not exist."""
    from moto.backup.exceptions import InvalidRequestException

    vault, point = _vault(response), _point(response)
    if vault.locked:
        raise InvalidRequestException("Recovery point cannot be deleted: its backup vault is locked.")
    if _role_exists(response.backup_backend.account_id, point["IamRoleArn"]):
        del _points(vault)[point["RecoveryPointArn"]]
    else:
        point["Status"] = "EXPIRED"
    return "{}"


def delete_backup_vault(response: Any) -> str:
    """DeleteBackupVault; fails while the vault has recovery points."""
    from moto.backup.exceptions import InvalidRequestException

    vault = _vault(response)
    if _points(vault):
        raise InvalidRequestException("Backup vault cannot be deleted because it contains recovery points.")
    response.backup_backend.delete_backup_vault(vault.backup_vault_name)
    return "{}"


def describe_region_settings(response: Any) -> str:
    """DescribeRegionSettings: the resource types that are backed up."""
    return json.dumps({"ResourceTypeOptInPreference": _preferences(response)})


def update_region_settings(response: Any) -> str:
    """UpdateRegionSettings: types that are not in the request are unchanged."""
    _preferences(response).update(json.loads(response.body)["ResourceTypeOptInPreference"])
    return "{}"


def _preferences(response: Any) -> dict[str, bool]:
    started = dict.fromkeys(("Aurora", "RDS", "S3"), True)
    preferences: dict[str, bool] = response.backup_backend.__dict__.setdefault("preferences", started)
    return preferences


def _after(response: Any, word: str) -> str:
    """Return the part of the request's path that follows `word`."""
    parts = unquote(response.path).split("/")
    return parts[parts.index(word) + 1]


def _plan(response: Any) -> Any:
    return response.backup_backend.get_backup_plan(_after(response, "plans"), None)


def _vault(response: Any) -> Any:
    return response.backup_backend.describe_backup_vault(_after(response, "backup-vaults"))


def _points(vault: Any) -> dict[str, _Answer]:
    points: dict[str, _Answer] = vault.__dict__.setdefault("recovery_points", {})
    return points


def _point(response: Any) -> _Answer:
    from moto.backup.exceptions import ResourceNotFoundException

    arn = _after(response, "recovery-points")
    point = _points(_vault(response)).get(arn)
    if point is None:
        raise ResourceNotFoundException(f"Recovery point {arn} not found")
    return point


def _role_exists(account_id: str, arn: str) -> bool:
    from moto.iam.models import iam_backends

    return any(role.arn == arn for role in iam_backends[account_id]["aws"].roles.values())


def _selections(response: Any) -> dict[str, _Answer]:
    selections: dict[str, _Answer] = response.backup_backend.__dict__.setdefault("selections", {})
    return selections


def _of_plan(response: Any) -> list[_Answer]:
    plan_id = _plan(response).backup_plan_id
    return [each for each in _selections(response).values() if each["BackupPlanId"] == plan_id]


def _selection(response: Any) -> _Answer:
    from moto.backup.exceptions import InvalidParameterValueException

    selection_id = _after(response, "selections")
    selection = _selections(response).get(selection_id)
    if selection is None:
        # By this code and text, the provider detects that a selection was deleted.
        raise InvalidParameterValueException(f"Cannot find Backup selection with ID {selection_id}")
    return selection
