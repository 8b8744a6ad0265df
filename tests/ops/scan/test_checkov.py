"""Checkov, on minimal plans."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ops.errors import ExitCode, OpsError
from ops.guard.judgement import Judgement
from ops.guard.plan import Plan
from ops.review import Review
from ops.scan import checkov
from ops.scan.checkov import Finding, scan
from ops.scan.judgement import judge
from ops.scan.skips import read_skips

BLOCK = "aws_s3_bucket_public_access_block.content"
QUEUE = "aws_sqs_queue.jobs"
SECRET = "a-password-of-the-plan"


def plan(**resources: dict[str, Any]) -> str:
    """Return a plan in JSON that creates these resources. The part of a key after `__` is the resource's name."""
    planned, changes = [], []
    for key, values in resources.items():
        kind, name = key.split("__")
        resource = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
        planned.append({**resource, "values": values})
        changes.append({**resource, "change": {"actions": ["create"], "before": None, "after": values}})
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": {"root_module": {"resources": planned}},
            "resource_changes": changes,
            "configuration": {"root_module": {}},
        }
    )


OPEN = plan(
    aws_s3_bucket__content={"bucket": "content", "force_destroy": False},
    aws_s3_bucket_public_access_block__content={"bucket": "content", "block_public_policy": False},
    aws_sqs_queue__jobs={"name": "jobs", "sqs_managed_sse_enabled": False, "kms_master_key_id": None},
    aws_db_instance__main={"identifier": "main", "password": SECRET},
)
CLOSED = plan(aws_sqs_queue__jobs={"name": "jobs", "sqs_managed_sse_enabled": True})


@pytest.fixture(scope="module")
def findings() -> dict[str, tuple[Finding, ...]]:
    return scan({"open": OPEN, "closed": CLOSED, "empty": plan()})


def test_public_bucket_and_unencrypted_queue_are_found(findings: dict[str, tuple[Finding, ...]]) -> None:
    found = {(each.address, each.check) for each in judge(findings["open"], [], read_skips(), "production").findings}
    assert {(BLOCK, "CKV_AWS_54"), (QUEUE, "CKV_AWS_27")} <= found


def test_each_plan_has_its_own_findings(findings: dict[str, tuple[Finding, ...]]) -> None:
    assert (findings["closed"], findings["empty"]) == ((), ())
    assert findings["open"]


def test_finding_fails_the_job(findings: dict[str, tuple[Finding, ...]]) -> None:
    for name, code in (("open", ExitCode.POLICY_BROKEN), ("closed", ExitCode.DONE)):
        scanned = judge(findings[name], [], read_skips(), "production")
        assert Review(Plan(format_version="1.2"), Judgement([], [], []), scanned).code == code


def test_plan_values_are_neither_kept_nor_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = judge(scan({"open": OPEN})["open"], [], read_skips(), "production")
    assert list(tmp_path.iterdir()) == []
    shown = capfd.readouterr()
    assert SECRET not in shown.out + shown.err + json.dumps(result.as_json())


def test_unreadable_plan_is_an_error(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(checkov, "_arguments", lambda *_: ["--no-such-option", SECRET])
    with pytest.raises(OpsError, match="Checkov ended with exit code 2; its output is not shown") as caught:
        scan({"open": OPEN})
    assert SECRET not in str(caught.value) + capfd.readouterr().err


def test_lock_file_is_installed_with_hashes_in_its_own_environment() -> None:
    code = "from importlib.metadata import version; print(version('checkov'))"
    found = subprocess.run([str(checkov.installed()), "-c", code], capture_output=True, text=True, check=True).stdout
    (pinned,) = [line for line in Path(checkov.LOCK).read_text().splitlines() if line.startswith("checkov==")]
    assert pinned.split(" ")[0] == f"checkov=={found.strip()}"
