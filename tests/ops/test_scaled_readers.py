"""`python -m ops delete-scaled-readers`: only for clusters that can be deleted."""

from pathlib import Path
from typing import Any

import pytest

from modules.environment_files import EnvironmentFile, load
from ops.errors import OpsError
from ops.scaled_readers import deletable_readers
from tests.ops.test_commands import ops
from tests.support.environments import DEV, write

AURORA = """\
database "main" {
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.1"
  instance_class = "db.r7g.large"
}
"""


class Rds:
    """A fake RDS with one cluster."""

    def __init__(self, protected: bool) -> None:
        self._protected = protected

    def describe_db_clusters(self, **asked: str) -> dict[str, Any]:
        members = ["application-autoscaling-2", "agora-dev-main-1", "application-autoscaling-1"]
        cluster = {
            "DeletionProtection": self._protected,
            "DBClusterMembers": [{"DBInstanceIdentifier": each} for each in members],
        }
        return {"DBClusters": [cluster] if asked == {"DBClusterIdentifier": "agora-dev-main"} else []}


@pytest.fixture
def file(tmp_path: Path) -> EnvironmentFile:
    return load(write(tmp_path, {"dev": DEV + AURORA}))["dev"]


def test_readers_of_unprotected_cluster_are_deletable(file: EnvironmentFile) -> None:
    found = deletable_readers(lambda _: Rds(protected=False), file, "main")
    assert found == ("agora-dev-main", ["application-autoscaling-1", "application-autoscaling-2"])


def test_readers_of_protected_cluster_are_not_deletable(file: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match="the deletion protection of agora-dev-main is on"):
        deletable_readers(lambda _: Rds(protected=True), file, "main")


def test_undeclared_database_is_refused(file: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match='declares no Aurora database "other", it declares main'):
        deletable_readers(lambda _: Rds(protected=False), file, "other")


def test_auto_approve_does_not_delete_readers_in_production() -> None:
    done = ops("delete-scaled-readers", "main", "--env", "prod", "--auto-approve")
    assert done.returncode == 4
    assert "--auto-approve is not allowed in production: a person must read the plan first" in done.stderr
