"""States that must not be planned on, and the commands that repair them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from ops.backend import Backend, RemoteState
from ops.errors import ExitCode, OpsError
from ops.state import require_sound
from ops.target import Target
from ops.unsaved import ERRORED_STATE, in_stacks, refuse_unsaved
from ops.workspace import Workspace, stack_folder

#: Moto's default account, which all requests in this process use.
ACCOUNT = "123456789012"
BUCKET, KEY = f"agora-account-state-{ACCOUNT}-us-east-1", "agora/dev/terraform.tfstate"
BACKEND = {"bucket": BUCKET, "key": KEY, "region": "us-east-1", "allowed_account_ids": [ACCOUNT]}
STATE = json.dumps({"resources": [{"mode": "managed", "type": "aws_vpc", "name": "network_vpc"}]})
HOLDER = {"ID": "0b7f2c52", "Who": "mina@laptop", "Operation": "OperationTypeApply", "Created": "2026-11-21"}
REMEDY = ".venv/bin/python -m ops state"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


@pytest.fixture
def target(tmp_path: Path) -> Target:
    target = Target(Workspace(tmp_path / "envs", tmp_path / "build"), tmp_path / "cdktf.out", {}, {})
    folder = stack_folder(target.output, "dev")
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": {"s3": BACKEND}}}))
    return target


def error_of(target: Target) -> OpsError:
    with pytest.raises(OpsError) as caught:
        require_sound(target, target.terraform("dev", "dev"))
    return caught.value


def remote() -> RemoteState:
    return RemoteState(boto3.Session(), Backend(cast("dict[str, Any]", BACKEND)), "--env dev")


def put(s3: Any, body: str, key: str = KEY) -> str:
    return str(s3.put_object(Bucket=BUCKET, Key=key, Body=body)["VersionId"])


def test_existing_or_new_state_is_sound(s3: Any, target: Target) -> None:
    require_sound(target, target.terraform("dev", "dev"))
    put(s3, STATE)
    put(s3, json.dumps(HOLDER), f"{KEY}.tflock")
    require_sound(target, target.terraform("dev", "dev"))


def test_a_state_that_was_deleted_is_restored_by_the_named_command(s3: Any, target: Target) -> None:
    put(s3, "older")
    last = put(s3, STATE)
    s3.delete_object(Bucket=BUCKET, Key=KEY)
    put(s3, json.dumps(HOLDER), f"{KEY}.tflock")
    error = error_of(target)
    assert error.code == ExitCode.REFUSED
    assert f"s3://{BUCKET}/{KEY} was deleted at 2" in str(error)
    assert str(error).endswith(f"{REMEDY} restore --env dev --version-id={last}")
    with pytest.raises(OpsError, match="the state is locked by mina@laptop"):
        remote().restore(last)
    s3.delete_object(Bucket=BUCKET, Key=f"{KEY}.tflock")
    remote().restore(last)
    require_sound(target, target.terraform("dev", "dev"))
    assert [each.is_deletion for each in remote().versions()] == [False, True, False, False]


@pytest.mark.parametrize("text", ["", "not JSON", "[]", '{"version": 4}'])
def test_a_state_that_cannot_be_read_is_named_with_the_runbook(s3: Any, target: Target, text: str) -> None:
    put(s3, text)
    error = error_of(target)
    assert error.code == ExitCode.REFUSED
    assert "docs/runbooks/state.md" in str(error)
    assert str(error).endswith(f"{REMEDY} versions --env dev")


@pytest.mark.parametrize("text", ["", "not JSON", "[]", "{}"])
def test_a_lock_that_cannot_be_read_is_deleted_by_the_named_command(s3: Any, target: Target, text: str) -> None:
    put(s3, text, f"{KEY}.tflock")
    error = error_of(target)
    assert error.code == ExitCode.STATE_LOCKED
    assert str(error).endswith(f"{REMEDY} delete-lock --env dev")
    remote().delete_unreadable_lock()
    require_sound(target, target.terraform("dev", "dev"))
    with pytest.raises(OpsError, match="the state is not locked"):
        remote().delete_unreadable_lock()


def test_lock_that_terraform_can_release_is_not_deleted(s3: Any) -> None:
    put(s3, json.dumps(HOLDER), f"{KEY}.tflock")
    with pytest.raises(OpsError, match="the state is locked by mina@laptop"):
        remote().delete_unreadable_lock()
    assert remote().lock() is not None


def test_missing_state_bucket_names_the_bootstrap_command(s3: Any, target: Target) -> None:
    s3.delete_bucket(Bucket=BUCKET)
    assert "run `make bootstrap ENV=dev`" in str(error_of(target))


def test_what_an_apply_job_could_not_save_is_pushed_first(s3: Any, target: Target) -> None:
    kept = target.workspace.build / "ci" / "dev" / "dev" / ERRORED_STATE
    kept.parent.mkdir(parents=True)
    kept.touch()
    error = error_of(target)
    assert error.code == ExitCode.REFUSED
    assert str(kept) in str(error)
    assert str(error).endswith(f"{REMEDY} push --env dev")


def test_no_stack_is_synthesized_over_a_state_that_was_not_saved(tmp_path: Path) -> None:
    for stack in ("staging", f"account-{ACCOUNT}"):
        folder = stack_folder(tmp_path, stack)
        folder.mkdir(parents=True)
        (folder / ERRORED_STATE).touch()
    with pytest.raises(OpsError) as caught:
        refuse_unsaved(in_stacks(tmp_path), "dev", local=True)
    account, staging = str(caught.value).splitlines()
    assert account.endswith(f"{REMEDY} push --local --account --env dev")
    assert staging.endswith(f"{REMEDY} push --local --env staging")
