"""`python -m ops guard`: exit codes, and what goes where."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.errors import ExitCode, OpsError
from ops.guard.command import run_guard
from ops.guard.plan import parse_plan
from ops.workspace import PROJECT
from tests.ops.guard.plans import BUCKET, created, destroyed, written
from tests.ops.guard.test_judgement import TODAY
from tests.ops.test_commands import ops

ENVS = PROJECT / "envs"


def test_a_plan_that_may_pass(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, created(BUCKET))))
    assert (done.returncode, done.stdout, done.stderr) == (0, "guard: 0 refused, 0 unlocked\n", "")


def test_a_plan_that_may_not(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, destroyed(BUCKET))), "--env", "prod")
    assert done.returncode == ExitCode.GUARDED
    assert done.stdout == (
        f"refused: {BUCKET} would be destroyed, and with it its objects. If this is intended, add "
        f'`unlock "{BUCKET}" {{ allow = ["loss"] ... }}` to envs/unlocks/prod.hcl.\n'
        "guard: 1 refused, 0 unlocked\n"
    )


def test_for_machines(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, destroyed(BUCKET))), "--json")
    report = json.loads(done.stdout)
    assert [(each["address"], each["kind"]) for each in report["refused"]] == [(BUCKET, "loss")]
    assert (report["unlocked"], report["notes"]) == ([], [])


def test_what_is_no_plan(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    for path, what in ((tmp_path / "plan.json", "is not a Terraform plan in JSON"), (tmp_path / "x", "cannot be read")):
        done = ops("guard", str(path))
        assert (done.returncode, done.stdout) == (ExitCode.REFUSED, "")
        assert what in done.stderr
        assert "terraform show -json" in done.stderr


STATE = {"format_version": "1.0", "values": {"root_module": {"resources": [{"address": BUCKET}]}}}
PLAN = {"format_version": "1.2", "resource_changes": []}
EMPTY = {"format_version": "1.2", "applyable": False, "planned_values": {"root_module": {}}}


@pytest.mark.parametrize(
    ("found", "is_plan"),
    [
        (STATE, False),
        ({"format_version": "1.2"}, False),
        ({**EMPTY, "planned_values": STATE["values"]}, False),
        (PLAN, True),
        # What Terraform says of a stack without resources.
        (EMPTY, True),
    ],
)
def test_only_a_plan_is_judged(found: dict[str, Any], is_plan: bool) -> None:
    if is_plan:
        assert parse_plan(json.dumps(found), "x").changes == []
        return
    refusal = r"^x is not a Terraform plan: it has no resource_changes.*`terraform show -json"
    with pytest.raises(OpsError, match=refusal):
        parse_plan(json.dumps(found), "x")


@pytest.mark.parametrize(("env", "refuses"), [("dev", False), ("staging", True), ("prod", True), (None, True)])
def test_development_is_told_what_production_refuses(env: str | None, refuses: bool, tmp_path: Path) -> None:
    found = run_guard(written(tmp_path, destroyed(BUCKET)), None, ENVS, env, TODAY)
    (sentence,) = [each.sentence for each in found.refused] if refuses else found.notes
    assert f"{BUCKET} would be destroyed, and with it its objects." in sentence


def test_development_is_refused_what_aws_would_stop_half_way(tmp_path: Path) -> None:
    protected = destroyed("aws_rds_cluster.database_main", deletion_protection=True)
    found = run_guard(written(tmp_path, protected), None, ENVS, "dev", TODAY)
    assert [each.kind for each in found.refused] == ["blocked"]


def test_an_account_of_the_product_is_no_foreign_one(tmp_path: Path) -> None:
    def said(account: str) -> list[str]:
        statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "s3:GetObject", "Resource": "*"}
        policy = json.dumps({"Statement": [statement]})
        path = written(tmp_path, created("aws_s3_bucket_policy.x", policy=policy))
        return [each.kind for each in run_guard(path, None, ENVS, "prod", TODAY).refused]

    assert (said("222222222222"), said("999999999999")) == ([], ["exposure"])


def test_a_planning_that_failed_is_not_judged(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "errored": True}))
    assert "plan again" in ops("guard", str(path)).stderr
