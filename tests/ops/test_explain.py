"""Terraform's errors in the words of the person who has to act."""

import json
from pathlib import Path

from ops import explain

LOCK_DETAIL = """Error message: operation error S3: PutObject, https response error StatusCode: 412
Lock Info:
  ID:        7c2f6f1e-7d4d-5a0e-2f7a-0f9d6f1d7a11
  Path:      agora-account-state/agora/dev/terraform.tfstate
  Operation: OperationTypeApply
  Who:       mina@laptop
  Version:   1.11.4
  Created:   2026-11-21 03:40:35.9 +0000 UTC

Terraform acquires a state lock to protect the state from being written
by multiple users at the same time."""


def test_who_holds_the_lock() -> None:
    lock = explain.lock_holder({"summary": "Error acquiring the state lock", "detail": LOCK_DETAIL})
    assert lock == explain.LockHolder(
        "7c2f6f1e-7d4d-5a0e-2f7a-0f9d6f1d7a11", "mina@laptop", "OperationTypeApply", "2026-11-21 03:40:35.9 +0000 UTC"
    )
    told = explain.locked(lock, "python -m ops terraform --env dev --")
    assert "locked by mina@laptop: apply, since 2026-11-21 03:40:35.9" in told
    assert "python -m ops terraform --env dev -- force-unlock 7c2f6f1e-7d4d-5a0e-2f7a-0f9d6f1d7a11" in told


def test_other_errors_hold_no_lock() -> None:
    assert explain.lock_holder({"summary": "Invalid value", "detail": LOCK_DETAIL}) is None
    assert explain.lock_holder({"summary": "Error acquiring the state lock", "detail": "no bucket"}) is None


def test_what_exists_already_is_imported_by_its_own_name(tmp_path: Path) -> None:
    block = {"resource": {"aws_s3_bucket": {"foundation_logs": {"bucket": "agora-dev-logs"}}}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(block))
    error = {
        "summary": "creating S3 Bucket (agora-dev-logs): BucketAlreadyOwnedByYou",
        "address": "aws_s3_bucket.foundation_logs",
        "detail": "",
    }
    told = explain.diagnostic(error, tmp_path, "terraform")
    assert "    terraform import aws_s3_bucket.foundation_logs agora-dev-logs\n" in told


def test_what_aws_names_by_id_only_is_looked_up(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text("{}")
    error = {"summary": "InvalidGroup.Duplicate: the group already exists", "address": "aws_security_group.x"}
    assert "import aws_security_group.x <its id" in explain.diagnostic(error, tmp_path, "terraform")


def test_any_other_error_stays_as_it_is(tmp_path: Path) -> None:
    error = {"summary": "AccessDenied", "address": "aws_vpc.x", "detail": "no right"}
    assert explain.diagnostic(error, tmp_path, "terraform") == "aws_vpc.x: AccessDenied\nno right"
