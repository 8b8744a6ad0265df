"""Checkov's findings without the skipped ones."""

from pathlib import Path

import pytest

from modules.foundation.problems import SettingsError
from modules.foundation.settings import Tier
from ops.scan.checkov import Finding
from ops.scan.judgement import Scan, judge
from ops.scan.skips import Skips, read_skips

LOGS, CONTENT = "aws_s3_bucket.foundation_logs", "aws_s3_bucket.bucket_content"
REASON = "Load balancers deliver logs only into buckets with S3's own key."


def skips(folder: Path, more: str = "", addresses: str = LOGS) -> Skips:
    path = folder / "skips.hcl"
    path.write_text(f'skip "CKV_AWS_145" {{\n  addresses = ["{addresses}"]\n  reason = "{REASON}"\n{more}}}\n')
    return read_skips(path)


def scanned(skips: Skips, *findings: tuple[str, str], tier: Tier = "staging") -> Scan:
    found = [Finding(address, check, "Buckets are encrypted") for address, check in findings]
    return judge(found, [LOGS, CONTENT], skips, tier)


def test_a_skip_is_for_its_check_and_its_resources_only(tmp_path: Path) -> None:
    scan = scanned(skips(tmp_path), (LOGS, "CKV_AWS_145"), (LOGS, "CKV_AWS_20"), (CONTENT, "CKV_AWS_145"))
    assert [(each.address, each.check) for each in scan.findings] == [(LOGS, "CKV_AWS_20"), (CONTENT, "CKV_AWS_145")]
    assert [(each.finding.address, each.reason) for each in scan.skipped] == [(LOGS, REASON)]
    assert scan.notes == []


def test_finding_names_address_check_and_remedy(tmp_path: Path) -> None:
    found, counted = scanned(skips(tmp_path), (LOGS, "CKV_AWS_145"), (CONTENT, "CKV_AWS_145")).lines()
    assert found == (
        "found: aws_s3_bucket.bucket_content fails CKV_AWS_145: Buckets are encrypted. Correct the resource, or add "
        '`skip "CKV_AWS_145" { addresses = ["aws_s3_bucket.bucket_content"] reason = "..." }` to '
        "ops/scan/skips.hcl."
    )
    assert counted == "scan: 1 found, 1 skipped with a reason (ops/scan/skips.hcl)"


@pytest.mark.parametrize(("tier", "left"), [("development", 0), ("production", 1)])
def test_a_skip_may_be_for_some_tiers(tmp_path: Path, tier: Tier, left: int) -> None:
    only = skips(tmp_path, '  tiers = ["development"]\n')
    assert len(scanned(only, (LOGS, "CKV_AWS_145"), tier=tier).findings) == left


def test_star_matches_any_characters(tmp_path: Path) -> None:
    every_bucket = skips(tmp_path, addresses="aws_s3_bucket.*")
    assert scanned(every_bucket, (LOGS, "CKV_AWS_145"), (CONTENT, "CKV_AWS_145")).findings == []


def test_skip_whose_resources_pass_is_unused(tmp_path: Path) -> None:
    (note,) = scanned(skips(tmp_path), (CONTENT, "CKV_AWS_145")).notes
    assert note == "this plan does not need the skips of CKV_AWS_145; delete those that no environment needs"


def test_sometimes_skip_is_not_unused(tmp_path: Path) -> None:
    assert scanned(skips(tmp_path, "  sometimes = true\n")).notes == []


def test_skip_without_resources_in_environment_is_not_unused(tmp_path: Path) -> None:
    assert scanned(skips(tmp_path, addresses="aws_sqs_queue.*")).notes == []


def test_a_skip_without_a_reason_is_refused(tmp_path: Path) -> None:
    (tmp_path / "skips.hcl").write_text('skip "CKV_AWS_145" {\n  addresses = ["aws_s3_bucket.*"]\n}\n')
    with pytest.raises(SettingsError, match=r"skips\.hcl:1: skip\.CKV_AWS_145\.reason"):
        read_skips(tmp_path / "skips.hcl")


def test_committed_skips_are_valid() -> None:
    assert read_skips().skip
