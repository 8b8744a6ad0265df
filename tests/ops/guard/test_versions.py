"""Resources with versions that AWS no longer creates."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from ops.guard.plan import Plan
from ops.guard.versions import ended_versions
from tests.ops.guard.judging import judged, refused
from tests.ops.guard.plans import DATABASE, change, created, plan, updated
from tests.support.unlocks import RECORD


@pytest.mark.parametrize(
    ("address", "after", "what"),
    [
        ("aws_db_instance.database_main_1", {"engine": "postgres", "engine_version": "16.8"},
         'engine_version 16.8, which can no longer be created and left standard support on 2026-05-31; write "16.15"'),
        (DATABASE, {"engine": "aurora-postgresql", "engine_version": "16.6"},
         'engine_version 16.6, which can no longer be created; write "16.8", supported until 2029-02-28'),
        ("aws_eks_cluster.eks_blue", {"version": "1.30"},
         'version 1.30, which can no longer be created and left extended support on 2026-07-23; write "1.36", '
         "supported until 2027-08-02"),
    ],
)  # fmt: skip
def test_creation_with_ended_version_is_refused(address: str, after: dict[str, Any], what: str) -> None:
    assert refused(created(address, **after)) == [f"{address} would be created with {what}."]


def test_runtime_is_refused_from_its_block_date() -> None:
    plans = Plan.model_validate(plan(created("aws_lambda_function.function_x", runtime="python3.9")))
    blocked = datetime.date(2027, 2, 1)
    assert list(ended_versions(plans, blocked - datetime.timedelta(days=1))) == []
    (found,) = ended_versions(plans, blocked)
    assert (found.kind, found.address) == ("version", "aws_lambda_function.function_x")


def test_existing_resource_with_ended_version_can_change() -> None:
    before = {"engine": "postgres", "engine_version": "16.8", "tags": {}}
    assert refused(updated("aws_db_instance.database_main_1", before, {**before, "tags": {"a": "b"}})) == []


def test_replacement_with_ended_version_is_refused() -> None:
    old = {"engine": "postgres", "engine_version": "16.8"}
    found = judged(change("aws_db_instance.database_main_1", "delete", "create", before=old, after=old)).refused
    assert [each.kind for each in found] == ["loss", "version"]


@pytest.mark.parametrize(
    "after",
    [
        {"engine": "postgres", "engine_version": "16.15"},
        {"engine": "postgres", "engine_version": "16"},
        {"engine": "postgres", "engine_version": "16.99"},
        {"engine": "mariadb", "engine_version": "10.11.4"},
        {"replicate_source_db": "agora-prod-main-1"},
    ],
)
def test_version_without_end_can_be_created(after: dict[str, Any]) -> None:
    assert refused(created("aws_db_instance.database_main_2", **after)) == []


def test_ended_version_can_be_unlocked(tmp_path: Path) -> None:
    address = "aws_eks_cluster.eks_blue"
    record = RECORD.replace("aws_s3_bucket.bucket_content", address).replace('"loss"', '"version"')
    found = judged(created(address, version="1.30"), unlocks=record, folder=tmp_path)
    assert (found.refused, [each.kind for each in found.unlocked]) == ([], ["version"])
