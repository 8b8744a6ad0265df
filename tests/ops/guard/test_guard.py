"""`python -m ops guard`: exit codes and output streams."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ops.errors import ExitCode, OpsError
from ops.guard.guard import run_guard
from ops.guard.plan import parse_plan
from ops.workspace import PROJECT
from tests.ops.guard.plans import BUCKET, created, destroyed, plan, written
from tests.ops.test_commands import ops
from tests.support.unlocks import TODAY

ENVS = PROJECT / "envs"


def test_harmless_plan_exits_with_0(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, created(BUCKET))))
    assert (done.returncode, done.stdout, done.stderr) == (0, "guard: 0 refused, 0 unlocked\n", "")


def test_harmful_plan_exits_with_guarded(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, destroyed(BUCKET))), "--env", "prod")
    assert done.returncode == ExitCode.GUARDED
    assert done.stdout == (
        f"refused: {BUCKET} would be destroyed, and with it its objects. If this is intended, add "
        f'`unlock "{BUCKET}" {{ allow = ["loss"] ... }}` to envs/unlocks/prod.hcl.\n'
        "guard: 1 refused, 0 unlocked\n"
    )


def test_plan_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(plan(destroyed(BUCKET)))))
    found = run_guard(Path("-"), None, ENVS, "prod", TODAY)
    assert [each.address for each in found.refused] == [BUCKET]


def test_json_output_has_the_findings(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, destroyed(BUCKET))), "--json")
    report = json.loads(done.stdout)
    assert [(each["address"], each["kind"]) for each in report["refused"]] == [(BUCKET, "loss")]
    assert (report["unlocked"], report["notes"]) == ([], [])


def test_invalid_plan_file_is_an_error(tmp_path: Path) -> None:
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
        # Terraform's output for a stack without resources.
        (EMPTY, True),
    ],
)
def test_json_without_changes_is_no_plan(found: dict[str, Any], is_plan: bool) -> None:
    if is_plan:
        assert parse_plan(json.dumps(found), "x").changes == []
        return
    problem = r"^x is not a Terraform plan: it has no resource_changes.*`terraform show -json"
    with pytest.raises(OpsError, match=problem):
        parse_plan(json.dumps(found), "x")


@pytest.mark.parametrize(("env", "refuses"), [("dev", False), ("staging", True), ("prod", True), (None, True)])
def test_loss_is_only_a_note_in_development(env: str | None, refuses: bool, tmp_path: Path) -> None:
    found = run_guard(written(tmp_path, destroyed(BUCKET)), None, ENVS, env, TODAY)
    (sentence,) = [each.sentence for each in found.refused] if refuses else found.notes
    assert f"{BUCKET} would be destroyed, and with it its objects." in sentence


def test_obstacle_is_refused_in_development(tmp_path: Path) -> None:
    protected = destroyed("aws_rds_cluster.database_main", deletion_protection=True)
    found = run_guard(written(tmp_path, protected), None, ENVS, "dev", TODAY)
    assert [each.kind for each in found.refused] == ["blocked"]


def test_own_account_is_not_foreign(tmp_path: Path) -> None:
    def kinds(account: str) -> list[str]:
        statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "s3:GetObject", "Resource": "*"}
        policy = json.dumps({"Statement": [statement]})
        path = written(tmp_path, created("aws_s3_bucket_policy.x", policy=policy))
        return [each.kind for each in run_guard(path, None, ENVS, "prod", TODAY).refused]

    assert (kinds("222222222222"), kinds("999999999999")) == ([], ["exposure"])


def test_errored_plan_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "errored": True}))
    assert "plan again" in ops("guard", str(path)).stderr
