"""What `make destroy` looks at before anything is destroyed."""

import json
from typing import Any, cast

import pytest

from modules.settings import EnvironmentFile
from ops import cloud
from ops.errors import ExitCode, OpsError
from ops.target import Target
from tests.ops.guard.plans import BUCKET, DATABASE, destroyed, plan


class Planned:
    """Terraform, with a plan to destroy what the state holds."""

    def __init__(self, *changes: dict[str, Any]) -> None:
        self._plan = plan(*changes)

    def destruction_json(self) -> str:
        return json.dumps(self._plan)


def clear_the_way(monkeypatch: pytest.MonkeyPatch, *changes: dict[str, Any]) -> None:
    monkeypatch.setattr(cloud, "connected", lambda *_: Planned(*changes))
    cloud.clear_the_way(cast("Target", None), cast("EnvironmentFile", None), lambda _: False)


def test_what_is_protected_is_refused_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    load_balancer = destroyed("aws_lb.load_balancer_public", enable_deletion_protection=True)
    with pytest.raises(OpsError) as refused:
        clear_the_way(monkeypatch, destroyed(DATABASE, deletion_protection=True), load_balancer)
    assert refused.value.code == ExitCode.REFUSED
    lines = str(refused.value).splitlines()
    assert [line.split(" would be destroyed while its deletion protection is on")[0] for line in lines] == [
        DATABASE,
        "aws_lb.load_balancer_public",
    ]


def test_a_bucket_that_may_hold_something_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clear_the_way(monkeypatch, destroyed(BUCKET, force_destroy=False))
    assert f"warning {BUCKET} would be destroyed while its force_destroy is off" in capsys.readouterr().err


def test_readers_are_not_deleted_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    members = ["agora-dev-main-1", "application-autoscaling-1"]
    with pytest.raises(OpsError, match="AWS deletes no cluster that has readers, so agora-dev-main stays"):
        clear_the_way(monkeypatch, destroyed(DATABASE, cluster_identifier="agora-dev-main", cluster_members=members))


def test_without_anything_in_the_state_there_is_nothing_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_the_way(monkeypatch)
