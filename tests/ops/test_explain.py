"""Explanations of Terraform's errors."""

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


def test_lock_holder_is_named() -> None:
    lock = explain.lock_holder({"summary": "Error acquiring the state lock", "detail": LOCK_DETAIL})
    assert lock == explain.LockHolder(
        "7c2f6f1e-7d4d-5a0e-2f7a-0f9d6f1d7a11", "mina@laptop", "OperationTypeApply", "2026-11-21 03:40:35.9 +0000 UTC"
    )
    message = explain.locked(lock, "python -m ops terraform --env dev --")
    assert "locked by mina@laptop: apply, since 2026-11-21 03:40:35.9" in message
    assert "python -m ops terraform --env dev -- force-unlock 7c2f6f1e-7d4d-5a0e-2f7a-0f9d6f1d7a11" in message


def test_other_error_has_no_lock_holder() -> None:
    assert explain.lock_holder({"summary": "Invalid value", "detail": LOCK_DETAIL}) is None
    assert explain.lock_holder({"summary": "Error acquiring the state lock", "detail": "no bucket"}) is None


def test_existing_object_names_recover_command() -> None:
    error = {
        "summary": "creating S3 Bucket (agora-dev-logs): BucketAlreadyOwnedByYou",
        "address": "aws_s3_bucket.foundation_logs",
        "detail": "",
    }
    message = explain.diagnostic(error, "python -m ops recover --env dev")
    assert "Import what belongs to this stack:\n    python -m ops recover --env dev\n" in message


def test_secret_scheduled_for_deletion_names_the_runbook() -> None:
    error = {
        "summary": "creating Secrets Manager Secret (agora/staging/x): InvalidRequestException: You can't create this "
        "secret because a secret with this name is already scheduled for deletion.",
        "address": "aws_secretsmanager_secret.secret_x",
    }
    message = explain.diagnostic(error, "recover")
    assert message.endswith(
        "You can restore it with its value: docs/runbooks/state.md, A deleted secret keeps its name."
    )


def test_other_error_is_unchanged() -> None:
    error = {"summary": "AccessDenied", "address": "aws_vpc.x", "detail": "no right"}
    assert explain.diagnostic(error, "recover") == "aws_vpc.x: AccessDenied\nno right"
