"""The doctor on an applied environment, and on the same environment with something broken."""

from collections.abc import Mapping
from pathlib import Path

from ops.doctor.examine import examine
from ops.doctor.finding import Finding
from ops.workspace import Workspace
from tests.conftest import REFERENCE
from tests.local.applied import Applied
from tests.local.test_lock import HOLDER, Lock
from tests.support.days import READ


def examined(environment: Applied, build: Path) -> dict[str, Finding]:
    """Return the doctor's last finding on each subject."""
    return {each.subject: each for each in examine(Workspace(REFERENCE, build), environment.file, READ, on_local=True)}


def test_applied_environment_has_no_errors_and_lock_holder_is_named(
    applied: Mapping[str, Applied], build: Path
) -> None:
    environment = applied["dev"]
    lock = Lock(environment)
    found = examined(environment, build)
    lock.release()
    assert {name: each.level for name, each in found.items() if name not in ("secrets", "images")} == {
        "tools": "ok",
        "installed": "ok",
        "lock files": "ok",
        "provider": "ok",
        "backups": "ok",
        "connections": "ok",
        "fargate": "ok",
        "clock": "ok",
        "credentials": "ok",
        "state": "warning",
        "moves": "ok",
        "quotas": "ok",
        "versions": "ok",
    }
    assert found["state"].message.startswith(f"locked by {HOLDER['Who']}: apply, since ")
    assert found["quotas"].message == "the next apply creates nothing that counts"
