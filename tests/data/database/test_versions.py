"""Rules that depend on the engine version: major version upgrades and pausing."""

from pathlib import Path

import pytest

from tests.support.environments import DEV, only_problem, problems_of

STAGING = DEV.replace("development", "staging")
UPGRADED = """\
database "main" {
  engine                      = "aurora-postgresql"
  engine_version              = "17.9"
  instance_class              = "db.r7g.large"
  allow_major_version_upgrade = true
  # here
}
"""
PAUSING = """\
database "main" {
  engine         = "ENGINE"
  engine_version = "VERSION"

  serverless_v2_scaling {
    min_capacity = 0
    max_capacity = 4
  }
  # here
}
"""


def test_major_upgrade_in_the_maintenance_window_is_a_problem(tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"x": STAGING + UPGRADED}) == (
        "x.hcl:14: database.main.allow_major_version_upgrade true would wait for the maintenance window, but the "
        "parameter groups of the new version replace the old ones immediately, which RDS rejects; also write "
        "apply_immediately = true, and apply manually during the maintenance window"
    )


def test_major_upgrade_with_apply_immediately_is_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"x": STAGING + UPGRADED.replace("# here", "apply_immediately = true")}) == []
    assert problems_of(tmp_path, {"x": DEV + UPGRADED}) == []


@pytest.mark.parametrize(
    ("engine", "version", "pauses"),
    [
        ("aurora-postgresql", "13.14", False),
        ("aurora-postgresql", "13.15", True),
        ("aurora-postgresql", "14.11", False),
        ("aurora-postgresql", "14.12", True),
        ("aurora-postgresql", "15.6", False),
        ("aurora-postgresql", "15.7", True),
        ("aurora-postgresql", "16.2", False),
        ("aurora-postgresql", "16.3", True),
        ("aurora-postgresql", "17.4", True),
        ("aurora-mysql", "8.0.mysql_aurora.3.07.1", False),
        ("aurora-mysql", "8.0.mysql_aurora.3.08.0", True),
        ("aurora-mysql", "8.0.mysql_aurora.3.10.0", True),
    ],
)
def test_pausing_with_an_older_version_is_a_problem(tmp_path: Path, engine: str, version: str, pauses: bool) -> None:
    text = DEV + PAUSING.replace("ENGINE", engine).replace("VERSION", version)
    rule = f"allows pausing, which {engine} {version} does not support"
    assert [rule in str(problem) for problem in problems_of(tmp_path, {"x": text})] == ([] if pauses else [True])


def test_pausing_problem_names_the_versions_that_support_it(tmp_path: Path) -> None:
    text = DEV + PAUSING.replace("ENGINE", "aurora-postgresql").replace("VERSION", "14.6")
    assert only_problem(tmp_path, {"x": text}) == (
        "x.hcl:15: database.main.serverless_v2_scaling.min_capacity 0 allows pausing, which aurora-postgresql 14.6 "
        "does not support; the first versions that do are 13.15, 14.12, 15.7, 16.3; write 0.5 or more, or a later "
        "engine_version"
    )


def test_pausing_with_an_invalid_version_is_one_problem(tmp_path: Path) -> None:
    text = DEV + PAUSING.replace("ENGINE", "aurora-postgresql").replace("VERSION", "latest")
    assert "is not a full version" in only_problem(tmp_path, {"x": text})


def test_pausing_with_a_proxy_is_a_problem(tmp_path: Path) -> None:
    text = PAUSING.replace("ENGINE", "aurora-postgresql").replace("VERSION", "16.6").replace("# here", "proxy {}")
    assert only_problem(tmp_path, {"x": DEV + text}) == (
        "x.hcl:15: database.main.serverless_v2_scaling.min_capacity 0 allows pausing, but the proxy keeps a connection "
        "to each instance open, so they never pause; write 0.5 or more, or remove the proxy"
    )
