"""The checks of `make plan`, `deploy`, and `destroy` before anything is changed."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from modules.environment_files import EnvironmentFile, load
from ops import deploy as deployment
from ops import review as reviewing
from ops.errors import ExitCode, OpsError
from ops.scan.checkov import Finding
from ops.scan.judgement import Scan
from ops.target import Target
from ops.workspace import PROJECT, Workspace
from tests.ops.guard.plans import BUCKET, DATABASE, created, destroyed, plan


class Planned:
    """A fake Terraform with a plan to destroy everything in the state."""

    def __init__(self, *changes: dict[str, Any]) -> None:
        self._plan = plan(*changes)

    def destruction_json(self) -> str:
        return json.dumps(self._plan)


def prepare_destroy(monkeypatch: pytest.MonkeyPatch, *changes: dict[str, Any]) -> None:
    monkeypatch.setattr(deployment, "connected", lambda *_: Planned(*changes))
    deployment.prepare_destroy(cast("Target", None), cast("EnvironmentFile", None), lambda _: False)


def test_all_protected_resources_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    load_balancer = destroyed("aws_lb.load_balancer_public", enable_deletion_protection=True)
    with pytest.raises(OpsError) as refused:
        prepare_destroy(monkeypatch, destroyed(DATABASE, deletion_protection=True), load_balancer)
    assert refused.value.code == ExitCode.REFUSED
    lines = str(refused.value).splitlines()
    assert [line.split(" would be destroyed while its deletion protection is on")[0] for line in lines] == [
        DATABASE,
        "aws_lb.load_balancer_public",
    ]


def test_possibly_non_empty_bucket_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare_destroy(monkeypatch, destroyed(BUCKET, force_destroy=False))
    assert f"warning {BUCKET} would be destroyed while its force_destroy is off" in capsys.readouterr().err


def test_readers_are_not_deleted_without_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    members = ["agora-dev-main-1", "application-autoscaling-1"]
    with pytest.raises(OpsError, match="agora-dev-main was not destroyed"):
        prepare_destroy(monkeypatch, destroyed(DATABASE, cluster_identifier="agora-dev-main", cluster_members=members))


def test_empty_state_has_no_obstacles(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_destroy(monkeypatch)


NOTHING_FOUND = (
    "guard: 0 refused, 0 unlocked",
    "scan: 0 found, 0 skipped with a reason (ops/scan/skips.hcl)",
)


@dataclass
class Stack:
    """A fake Terraform with a plan, which records what was applied."""

    folder: Path
    changes: tuple[dict[str, Any], ...]
    applied: list[str] = field(default_factory=list)

    def plan(self) -> bool:
        (self.folder / "cdk.tf.json").write_text("{}")
        (self.folder / "plan.tfplan").write_text("secret")
        return bool(self.changes)

    def show_plan_json(self) -> str:
        return json.dumps(plan(*self.changes))

    def show_plan(self) -> str:
        return "Plan: ..."

    def apply(self) -> None:
        assert (self.folder / "plan.tfplan").exists()
        self.applied.append("plan.tfplan")

    def outputs(self) -> dict[str, Any]:
        return {"vpc_id": "vpc-1"}


def deploy(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    env: str,
    *changes: dict[str, Any],
    agrees: bool = True,
    scanned: Sequence[Finding] = (),
) -> tuple[list[str], list[str]]:
    """Deploy; return the lines of the review, and what was applied."""
    stack = Stack(folder, changes)
    # Checkov itself is tested in scan/.
    monkeypatch.setattr(reviewing, "scan_plan", lambda *_: Scan(list(scanned), [], []))
    monkeypatch.setattr(deployment, "synthesized", lambda *_: stack)
    # Tested in pipeline/test_rights.py.
    monkeypatch.setattr(deployment, "require_rights", lambda *_: None)
    # Tested in test_missing_images.py.
    monkeypatch.setattr(deployment, "require_images", lambda *_: None)
    target = Target(Workspace(PROJECT / "envs", folder), folder, {}, {})
    lines: list[str] = []
    try:
        with deployment.planned(target, load(PROJECT / "envs")[env], frozenset(), datetime.date(2026, 11, 26)) as found:
            lines += found.review.lines()
            found.apply(lambda _: agrees)
    except OpsError as error:
        lines.append(str(error))
    assert not (folder / "plan.tfplan").exists()
    return lines, stack.applied


def test_a_deploy_applies_what_was_planned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert deploy(monkeypatch, tmp_path, "prod", created(BUCKET))[1] == ["plan.tfplan"]


def test_a_deploy_without_changes_applies_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert deploy(monkeypatch, tmp_path, "prod", agrees=False) == ([*NOTHING_FOUND], [])


def test_deploy_asks_for_confirmation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines, applied = deploy(monkeypatch, tmp_path, "prod", created(BUCKET), agrees=False)
    assert (lines[-1], applied) == ("nothing was changed", [])


def test_a_deploy_that_the_guard_refuses_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines, applied = deploy(monkeypatch, tmp_path, "prod", destroyed(BUCKET))
    assert lines[0].startswith(f"refused: {BUCKET} would be destroyed, and with it its objects.")
    assert lines[-1].startswith("the guard refuses this plan; nothing was changed")
    assert applied == []


def test_guard_only_notes_loss_in_development(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines, applied = deploy(monkeypatch, tmp_path, "dev", destroyed(BUCKET))
    assert lines[0].startswith(f"note: refused in production: {BUCKET} would be destroyed, and with it")
    assert applied == ["plan.tfplan"]


def test_a_deploy_with_a_policy_finding_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = Finding(BUCKET, "CKV_AWS_20", "No bucket is public")
    lines, applied = deploy(monkeypatch, tmp_path, "dev", created(BUCKET), scanned=[found])
    assert lines[-1].startswith("the policy scan refuses this plan; nothing was changed (docs/runbooks/plan.md, ")
    assert applied == []
