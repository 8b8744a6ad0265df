"""Deletions that AWS would refuse are blocked before anything is deleted, even with a record."""

from pathlib import Path
from typing import Any

import pytest

from modules.unlocks import read_unlocks
from ops.guard.judgement import judge
from ops.guard.obstacles import obstacles
from ops.guard.plan import Plan
from tests.ops.guard.plans import BUCKET, DATABASE, change, created, destroyed, plan, updated
from tests.support.unlocks import TODAY

LOAD_BALANCER = "aws_lb.load_balancer_public"
INSTANCE = "aws_db_instance.database_orders_main_1"
SECRET = "aws_secretsmanager_secret.database_orders_main_password"


def blocked(*changes: dict[str, Any]) -> list[str]:
    """Return the sentences of the obstacles without their remedies."""
    return [each.sentence.split(" First ")[0] for each in obstacles(Plan.model_validate(plan(*changes)))]


def kinds(folder: Path, allow: str, *changes: dict[str, Any]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the refused and the unlocked findings, with a record for each address."""
    addresses = {each["address"] for each in changes}
    records = "".join(
        f'unlock "{address}" {{\n  allow = {allow}\n  reason = "It goes away"\n'
        '  who = "kim"\n  until = "2026-12-01"\n}\n'
        for address in sorted(addresses)
    )
    (folder / "unlocks").mkdir()
    (folder / "unlocks" / "prod.hcl").write_text(records)
    judgement = judge(Plan.model_validate(plan(*changes)), {}, *read_unlocks(folder, "prod"), TODAY)
    return [(each.address, each.kind) for each in judgement.refused], [each.kind for each in judgement.unlocked]


@pytest.mark.parametrize(
    ("address", "before"),
    [
        (DATABASE, {"deletion_protection": True}),
        ("aws_db_instance.database_main_1", {"deletion_protection": True}),
        (LOAD_BALANCER, {"enable_deletion_protection": True}),
        ("aws_cognito_user_pool.sign_in_users", {"deletion_protection": "ACTIVE"}),
        ("aws_dynamodb_table.x", {"deletion_protection_enabled": True}),
    ],
)
def test_destroying_protected_resource_is_blocked(address: str, before: dict[str, Any]) -> None:
    sentence = (
        f"{address} would be destroyed while its deletion protection is on: AWS refuses this, and the apply would stop "
        "halfway."
    )
    assert blocked(destroyed(address, **before)) == [sentence]
    assert blocked(change(address, "delete", "create", before=before, after=before)) == [sentence]
    off = dict.fromkeys(before, False) if True in before.values() else dict.fromkeys(before, "INACTIVE")
    assert blocked(destroyed(address, **off)) == []
    assert blocked(updated(address, before, before)) == []


def test_record_does_not_allow_blocked_deletion(tmp_path: Path) -> None:
    protected = destroyed(DATABASE, deletion_protection=True)
    refused, unlocked = kinds(tmp_path, '["loss", "protection", "empty", "exposure"]', protected)
    assert (refused, unlocked) == ([(DATABASE, "blocked")], ["loss"])


def test_blocked_deletion_names_the_first_step_and_no_record() -> None:
    (only,) = obstacles(Plan.model_validate(plan(destroyed(LOAD_BALANCER, enable_deletion_protection=True))))
    assert only.sentence.endswith(
        " First set deletion_protection = false in its block, and apply that (docs/runbooks/plan.md, "
        '"Removing a protected block").'
    )


def test_record_allows_turning_off_deletion_protection(tmp_path: Path) -> None:
    lifted = updated(DATABASE, {"deletion_protection": True}, {"deletion_protection": False})
    assert kinds(tmp_path, '["protection"]', lifted) == ([], ["protection"])


@pytest.mark.parametrize(
    ("address", "flag", "contents"),
    [
        (BUCKET, "force_destroy", "objects"),
        ("aws_backup_vault.backup_main", "force_destroy", "recovery points"),
        ("aws_ecr_repository.repository_api", "force_delete", "images"),
    ],
)
def test_destroying_possibly_non_empty_resource_is_refused(address: str, flag: str, contents: str) -> None:
    assert blocked(destroyed(address, **{flag: False})) == [
        f"{address} would be destroyed while its {flag} is off: if it contains {contents}, AWS refuses this, and "
        "the apply would stop halfway."
    ]
    assert blocked(destroyed(address, **{flag: True})) == []


def test_empty_record_allows_destroying_bucket(tmp_path: Path) -> None:
    bucket = destroyed(BUCKET, force_destroy=False)
    assert kinds(tmp_path, '["loss", "empty"]', bucket) == ([], ["empty", "loss"])


def test_loss_record_does_not_allow_non_empty_bucket(tmp_path: Path) -> None:
    bucket = destroyed(BUCKET, force_destroy=False)
    assert kinds(tmp_path, '["loss", "protection"]', bucket) == ([(BUCKET, "empty")], ["loss"])


def test_destroying_cluster_with_scaled_readers_is_blocked() -> None:
    reader = "application-autoscaling-61aabbcc-4e2f-4c65-b620-ab7421abc123"
    cluster = "aws_rds_cluster.database_orders_main"
    members = ["agora-prod-orders-main-1", reader]
    (only,) = obstacles(Plan.model_validate(plan(destroyed(cluster, cluster_members=members))))
    assert only.kind == "blocked"
    assert only.sentence == (
        f"{cluster} would be destroyed while it has readers that scaling added ({reader}): AWS refuses this, and the "
        "apply would stop halfway. First remove replica_scaling from its block, apply that, and run "
        "`.venv/bin/python -m ops delete-scaled-readers orders-main --env ENV`; then plan again."
    )
    assert blocked(destroyed(cluster, cluster_members=members[:1])) == []


def test_refreshed_state_takes_precedence_over_before() -> None:
    """For resources without configuration, `before` has the values from before the refresh."""
    known = {"cluster_members": [], "deletion_protection": False}
    now = {"cluster_members": ["application-autoscaling-1"], "deletion_protection": True}
    state = {"values": {"root_module": {"resources": [{"address": DATABASE, "values": now}]}}}
    found = obstacles(Plan.model_validate({**plan(destroyed(DATABASE, **known)), "prior_state": state}))
    assert [each.address for each in found] == [DATABASE, DATABASE]


def test_unmanaging_password_before_secret_exists_is_blocked() -> None:
    given_up = updated(INSTANCE, {"manage_master_user_password": True}, {"manage_master_user_password": None})
    assert blocked(given_up, created(SECRET)) == [
        f"RDS would stop managing the password of {INSTANCE} in the same plan that creates {SECRET}: RDS deletes its "
        "own secret immediately, and running tasks could no longer read the password."
    ]
    assert blocked(given_up) == []
    copied = updated(INSTANCE, {"manage_master_user_password": True}, {"manage_master_user_password": True})
    assert blocked(copied, created(SECRET)) == []
    assert blocked(created(INSTANCE, manage_master_user_password=None), created(SECRET)) == []


def test_bucket_protections_can_be_removed_with_their_bucket(tmp_path: Path) -> None:
    guardians = [
        destroyed(f"aws_s3_bucket_{kind}.bucket_content", bucket="agora-prod-content")
        for kind in ("public_access_block", "versioning", "server_side_encryption_configuration")
    ]
    bucket = destroyed(BUCKET, id="agora-prod-content", force_destroy=True)
    refused, unlocked = kinds(tmp_path, '["loss"]', bucket, *guardians)
    assert (refused, unlocked) == ([], ["loss"])


def test_protections_of_remaining_bucket_cannot_be_removed(tmp_path: Path) -> None:
    alone = destroyed("aws_s3_bucket_versioning.bucket_content", bucket="agora-prod-content")
    assert len(kinds(tmp_path, '["loss"]', alone)[0]) == 1
