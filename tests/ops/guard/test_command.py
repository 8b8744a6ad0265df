"""`python -m ops guard`: exit codes, and what goes where."""

import json
from pathlib import Path

from ops.errors import ExitCode
from tests.ops.guard.plans import BUCKET, created, destroyed, written
from tests.ops.test_commands import ops


def test_a_plan_that_may_pass(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, created(BUCKET))))
    assert (done.returncode, done.stdout, done.stderr) == (0, "guard: 0 refused, 0 unlocked\n", "")


def test_a_plan_that_may_not(tmp_path: Path) -> None:
    done = ops("guard", str(written(tmp_path, destroyed(BUCKET))), "--env", "prod")
    assert done.returncode == ExitCode.GUARDED
    assert done.stdout == (
        f"refused: {BUCKET} would be destroyed, and with it its objects. If it is meant, write "
        f'`unlock "{BUCKET}" {{ allow = ["loss"] ... }}` into envs/unlocks/prod.hcl.\n'
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


def test_a_planning_that_failed_is_not_judged(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "errored": True}))
    assert "plan again" in ops("guard", str(path)).stderr
