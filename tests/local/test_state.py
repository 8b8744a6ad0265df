"""Unsaved and deleted states, and the account's lock and imports: the printed commands work."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from local_aws.process import RECORD_NAME, LocalAws
from ops import explain
from ops.backend import Backend
from ops.commands import app
from ops.connection import synthesized
from ops.errors import ExitCode, OpsError
from ops.state import require_sound
from ops.target import Target
from ops.unsaved import ERRORED_STATE
from ops.workspace import Workspace
from tests.local.account import HEADER
from tests.local.small import Small
from tests.local.test_lock import HOLDER

#: A small environment without resources for which the provider waits.
TEXT = f'{HEADER}secret "token" {{\n}}\n'
ALIAS = "aws_kms_alias.delivery_state_key"


@pytest.fixture(scope="module")
def small(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Small:
    small = at(tmp_path_factory.mktemp("state"), local_aws)
    small.apply(TEXT)
    return small


def at(folder: Path, local_aws: LocalAws) -> Small:
    """Return environment variables with which commands find the embedded AWS in its own build folder."""
    small = Small("kept", folder, local_aws)
    small.target.workspace.local.mkdir(parents=True)
    shutil.copy(local_aws.log.parent / RECORD_NAME, small.target.workspace.local)
    return small


def run(small: Small, command: str) -> None:
    """Run `python -m ops` with these arguments."""
    environment = {"GROUNDWORK_BUILD": str(small.target.workspace.build), "ENVS": str(small.envs)}
    done = CliRunner().invoke(app, command.split(), env=environment)
    assert done.exit_code == 0, (done.output, done.exception)


def named(error: object) -> str:
    found = re.search(r"\.venv/bin/python -m ops (.+)$", str(error), re.M)
    assert found, error
    return found[1]


def state_object(small: Small) -> tuple[Any, dict[str, str]]:
    backend = Backend.of(small.terraform.folder)
    return small.client("s3"), {"Bucket": backend.bucket, "Key": backend.key}


def test_unsaved_state_is_pushed_by_the_printed_command(small: Small) -> None:
    state = json.loads(small.terraform.pull_state())
    errored = small.terraform.folder / ERRORED_STATE
    errored.write_text(json.dumps({**state, "serial": state["serial"] + 1}))
    with pytest.raises(OpsError, match="could not save the state of kept") as caught:
        synthesized(small.target, small.file)
    assert caught.value.code == ExitCode.REFUSED
    run(small, named(caught.value))
    assert not errored.exists()
    assert json.loads(small.terraform.pull_state())["serial"] > state["serial"]


def test_deleted_state_is_restored_by_the_printed_command(small: Small) -> None:
    s3, state = state_object(small)
    before = small.terraform.pull_state()
    s3.delete_object(**state)
    with pytest.raises(OpsError, match="was deleted") as caught:
        require_sound(small.target, small.terraform)
    run(small, named(caught.value))
    require_sound(small.target, small.terraform)
    assert small.terraform.pull_state() == before


def test_account_lock_is_released_by_the_printed_command(small: Small) -> None:
    account = accounts(small)
    s3, _ = state_object(small)
    backend = Backend.of(account.folder)
    s3.put_object(Bucket=backend.bucket, Key=f"{backend.key}.tflock", Body=json.dumps(HOLDER))
    account.init()
    with pytest.raises(OpsError, match="the state is locked by mina@laptop") as caught:
        replace(account, lock_timeout=0).plan()
    run(small, named(caught.value).replace("force-unlock", "force-unlock -force"))
    assert "tflock" not in str(s3.list_objects_v2(Bucket=backend.bucket)["Contents"])


def test_existing_account_resources_are_imported_by_the_printed_command(small: Small) -> None:
    account = accounts(small)
    run(small, f"terraform {account.next_options} -- state rm {ALIAS}")
    assert '"type": "aws_kms_alias"' not in account.pull_state()
    error = {"summary": "AlreadyExistsException: it already exists", "address": ALIAS}
    run(small, named(explain.diagnostic(error, account.recover_command)))
    assert '"type": "aws_kms_alias"' in account.pull_state()


def test_import_without_state_bucket_creates_local_state(local_aws: LocalAws, tmp_path: Path) -> None:
    small = at(tmp_path, local_aws)
    small.write(TEXT.replace("999999999999", "888888888888"))
    kms = small.client("kms")
    kms.create_alias(AliasName="alias/mobile-account-state", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    with pytest.raises(OpsError, match="the account has no state bucket"):
        small.plan(TEXT.replace("999999999999", "888888888888"))
    run(small, f"terraform --local --account --env kept -- import {ALIAS} alias/mobile-account-state")
    (state,) = (Workspace(tmp_path, tmp_path / "build").local / "bootstrap").glob("*/terraform.tfstate")
    assert ALIAS.split(".")[1] in state.read_text()


def accounts(small: Small) -> Any:
    """Return Terraform in the account's stack."""
    stack = f"account-{small.file.settings.account_id}"
    small.target.prepare(stack)
    return small.target.terraform(stack, small.name)
