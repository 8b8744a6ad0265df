"""The `database` block: problems, and defaults by tier."""

from pathlib import Path
from typing import Any

import pytest

from modules.data.database.settings import DatabaseSettings
from modules.environment_files import load
from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of, write

AURORA = """\
database "main" {
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.6"
  instance_class = "db.r7g.large"
  # here
}
"""
RDS = """\
database "main" {
  engine         = "postgres"
  engine_version = "16.15"
  instance_class = "db.m7g.large"
  # here
  storage {
    allocated_storage = 100
  }
}
"""
SAFE = 'instances = 2\n  availability_zones = ["a", "c"]'
SCALING = """\
replica_scaling {
    min_capacity = 1
    max_capacity = 5
    target_tracking "cpu" {
      metric       = "cpu"
      target_value = 55
    }
  }"""

PEAK = """\
schedule "evening" {
      start        = "18:00"
      end          = "23:00"
      max_capacity = 16
      min_capacity = 2
    }"""
NIGHT = """\
schedule "night" {
      start        = "01:00"
      min_capacity = 1
      end          = "05:00"
    }"""

#: A step for scaling out below the threshold, so that none applies above it.
STEP_BELOW_THRESHOLD = """\
threshold = 50
      direction = "out"
      step {
        metric_interval_upper_bound = 0
        scaling_adjustment          = 1
      }"""


def database(folder: Path, text: str, environment: str = DEV, name: str = "dev") -> DatabaseSettings:
    return load(write(folder, {name: environment + text}))[name].settings.database["main"]


@pytest.mark.parametrize(
    ("text", "before", "after", "message"),
    [
        (AURORA, '"aurora-mysql"', '"aurora"', "dev.hcl:11: database.main.engine aurora should be 'aurora-mysql'"),
        (
            AURORA,
            "8.0.mysql_aurora.3.10.6",
            "8.0",
            "dev.hcl:12: database.main.engine_version 8.0 is not a full version of aurora-mysql; write a version "
            'such as "8.0.mysql_aurora.3.10.6", or auto_minor_version_upgrade = true',
        ),
        (
            AURORA,
            "# here",
            "auto_minor_version_upgrade = true",
            "dev.hcl:12: database.main.engine_version 8.0.mysql_aurora.3.10.6 is a full version, and AWS upgrades",
        ),
        (
            AURORA,
            '  engine_version = "8.0.mysql_aurora.3.10.6"\n',
            "",
            "dev.hcl:10: database.main.engine_version is mi",
        ),
        (AURORA, '  instance_class = "db.r7g.large"\n', "", "dev.hcl:10: database.main.instance_class has neither of"),
        (AURORA, "db.r7g.large", "db.serverless", "dev.hcl:13: database.main.instance_class db.serverless is the "),
        (
            AURORA,
            "# here",
            "serverless_v2_scaling {\n min_capacity = 1\n max_capacity = 2\n }",
            "dev.hcl:13: database.main.instance_class db.r7g.large has both of",
        ),
        (
            AURORA,
            "# here",
            'availability_zones = ["a", "c"]',
            'dev.hcl:14: database.main.availability_zones ["a", "c"] names 2 zones for 1 instances',
        ),
        (
            AURORA,
            "# here",
            'availability_zones = ["b"]',
            "dev.hcl:14: database.main.availability_zones b is not an Availability Zone of the network",
        ),
        (AURORA, "# here", "multi_az = true", "dev.hcl:14: database.main.multi_az is not a setting of Aurora"),
        (
            AURORA,
            "# here",
            "storage {\n allocated_storage = 20\n }",
            "dev.hcl:14: database.main.storage is not a setting of Aurora",
        ),
        (
            RDS,
            "allocated_storage = 100",
            "allocated_storage = 399\n    iops = 12000",
            "dev.hcl:17: database.main.storage.iops 12000 is not allowed by RDS for gp3 of less than 400 GiB",
        ),
        (
            AURORA,
            "# here",
            "publicly_accessible = true",
            "dev.hcl:14: database.main.publicly_accessible is not a known",
        ),
        (AURORA, "# here", "backup_retention_period = 0", "dev.hcl:14: database.main.backup_retention_period 0 is not"),
        (AURORA, "# here", "backup_retention_period = 36", "dev.hcl:14: database.main.backup_retention_period 36 shou"),
        (AURORA, "# here", 'backup_window = "2am"', "dev.hcl:14: database.main.backup_window 2am"),
        (
            AURORA,
            "# here",
            'maintenance_window = "sun:17:30-sun:18:30"',
            "dev.hcl:14: database.main.maintenance_window sun:17:30-sun:18:30 overlaps",
        ),
        (
            AURORA,
            "# here",
            'maintenance_window = "sun:19:30-sun:19:45"',
            "dev.hcl:14: database.main.maintenance_window sun:19:30-sun:19:45 is shorter than 30 minutes",
        ),
        (
            AURORA,
            "# here",
            'enabled_cloudwatch_logs_exports = ["postgresql"]',
            "dev.hcl:14: database.main.enabled_cloudwatch_logs_exports postgresql is not a log of aurora-mysql",
        ),
        (
            AURORA,
            "# here",
            'parameters = { require_secure_transport = "OFF" }',
            "dev.hcl:14: database.main.parameters require_secure_transport is set by Groundwork",
        ),
        (
            AURORA,
            "# here",
            "corporate = true",
            "dev.hcl:14: database.main.corporate true requires the ranges of network.direct_connect",
        ),
        (
            AURORA,
            "# here",
            "manage_master_user_password = false",
            "dev.hcl:14: database.main.manage_master_user_password false is allowed only for plain RDS",
        ),
        (
            AURORA.replace("# here", SCALING),
            "max_capacity = 5",
            "max_capacity = 16",
            "dev.hcl:16: database.main.replica_scaling.max_capacity 16 is more readers than an Aurora cluster can",
        ),
        (
            AURORA,
            "# here",
            SCALING.replace("max_capacity = 5", f"max_capacity = 5\n    {PEAK}"),
            "dev.hcl:20: database.main.replica_scaling.schedule.evening.max_capacity 16 is more readers than an Aurora",
        ),
        (
            AURORA,
            "# here",
            SCALING.replace("y = 1", "y = 2").replace("max_capacity = 5", f"max_capacity = 5\n    {NIGHT}")
            + "\n  instances = 3",
            "dev.hcl:19: database.main.replica_scaling.schedule.night.min_capacity 1 is never reached: Terraform",
        ),
        (
            AURORA.replace("# here", "instances = 3\n  " + SCALING),
            "min_capacity = 1",
            "min_capacity = 1",
            "dev.hcl:16: database.main.replica_scaling.min_capacity 1 is never reached: Terraform manages 2 readers",
        ),
        (
            AURORA.replace("# here", SCALING),
            '"cpu"\n',
            '"memory"\n',
            "dev.hcl:18: database.main.replica_scaling.target_tracking.cpu.metric memory is not a metric of this "
            "resource; write one of cpu, connections",
        ),
        (
            AURORA.replace("# here", SCALING.replace("target_tracking", "step_scaling")),
            "target_value = 55",
            STEP_BELOW_THRESHOLD,
            "dev.hcl:17: database.main.replica_scaling.step_scaling.cpu does not cover exactly the values above the "
            "threshold: (no lower bound to 0). Bounds are relative to the threshold; a value that is in no step "
            "does not scale anything "
            '("No step adjustment found for metric value [99.8] and breach delta 49.8"); write '
            "metric_interval_lower_bound = 0 in the lowest step and no upper bound in the highest step",
        ),
        (RDS, "  storage {\n    allocated_storage = 100\n  }\n", "", "dev.hcl:10: database.main.storage is missing"),
        (RDS, "= 100\n", "= 10\n", "dev.hcl:16: database.main.storage.allocated_storage 10 should be greater"),
        (
            RDS,
            "= 100\n",
            "= 100\n max_allocated_storage = 105\n",
            "dev.hcl:17: database.main.storage.max_allocated_storage 105 is less than 10% above",
        ),
        (RDS, "# here", SCALING, "dev.hcl:14: database.main.replica_scaling is not a setting of plain RDS"),
        (
            RDS,
            "# here",
            "instances = 2",
            "dev.hcl:10: database.main.manage_master_user_password true is not allowed by RDS for a DB instance",
        ),
        (
            RDS.replace("db.m7g.large", "db.t4g.micro").replace("postgres", "mysql").replace("16.15", "8.4.11"),
            "# here",
            "performance_insights = true",
            "dev.hcl:14: database.main.performance_insights true is not available for db.t4g.micro with mysql",
        ),
    ],
)
def test_database_with_invalid_setting_is_a_problem(
    tmp_path: Path, text: str, before: str, after: str, message: str
) -> None:
    assert before in text
    problems = problems_of(tmp_path, {"dev": DEV + text.replace(before, after, 1)})
    messages = [str(problem).replace(f"{tmp_path.as_posix()}/", "") for problem in problems]
    assert any(line.startswith(message) for line in messages), "\n".join(messages)


@pytest.mark.parametrize(
    ("text", "key", "value", "message"),
    [
        (AURORA, "backup_retention_period", "6", "backup_retention_period 6 is not allowed in production"),
        (AURORA, "deletion_protection", "false", "deletion_protection false is not allowed in production"),
        (AURORA, "skip_final_snapshot", "true", "skip_final_snapshot true is not allowed in production"),
        (AURORA, "storage_encrypted", "false", "storage_encrypted false is not allowed in production"),
        (RDS, "multi_az", "false", "multi_az false is not allowed in production"),
        (RDS, "backup_retention_period", "0", "backup_retention_period 0 is not allowed in production"),
        (RDS, "deletion_protection", "false", "deletion_protection false is not allowed in production"),
        (RDS, "skip_final_snapshot", "true", "skip_final_snapshot true is not allowed in production"),
        (RDS, "storage_encrypted", "false", "storage_encrypted false is not allowed in production"),
    ],
)
def test_database_in_production_with_unsafe_setting_is_a_problem(
    tmp_path: Path, text: str, key: str, value: str, message: str
) -> None:
    safe = text.replace("# here", f"# here\n  {SAFE if text == AURORA else ''}")
    unsafe = safe.replace("# here", f"{key} = {value}")
    assert only_problem(tmp_path, {"prod": PROD + unsafe + ALARMS}).startswith(f"prod.hcl:14: database.main.{message}")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ("instances = 1", "database.main.instances 1 is not allowed in production: a failure of one Availability Zone"),
        ("instances = 2", "database.main.availability_zones [] is not allowed in production: AWS may put all"),
        (
            'instances = 2\n  availability_zones = ["a", "a"]',
            'database.main.availability_zones ["a", "a"] is not allowed in production',
        ),
    ],
)
def test_database_in_production_in_a_single_zone_is_a_problem(tmp_path: Path, changed: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"prod": PROD + AURORA.replace("# here", changed)})


def test_database_in_production_is_protected_by_default(tmp_path: Path) -> None:
    aurora = database(tmp_path, AURORA.replace("# here", SAFE), PROD + ALARMS, "prod")
    assert (aurora.deletion_protection, aurora.skip_final_snapshot, aurora.storage_encrypted) == (True, False, True)
    assert (aurora.backup_retention_period, aurora.apply_immediately) == (14, False)
    assert database(tmp_path, RDS, PROD + ALARMS, "prod").multi_az is True


def test_database_in_development_is_not_protected_by_default(tmp_path: Path) -> None:
    aurora = database(tmp_path, AURORA)
    assert (aurora.deletion_protection, aurora.skip_final_snapshot, aurora.apply_immediately) == (False, True, True)
    assert database(tmp_path, RDS).multi_az is False


@pytest.mark.parametrize(
    ("engine", "version", "automatic", "family"),
    [
        ("aurora-mysql", "8.0.mysql_aurora.3.10.6", False, "aurora-mysql8.0"),
        ("aurora-mysql", "8.0.mysql_aurora.3", True, "aurora-mysql8.0"),
        ("aurora-postgresql", "17.7", False, "aurora-postgresql17"),
        ("aurora-postgresql", "17", True, "aurora-postgresql17"),
        ("mysql", "8.4.11", False, "mysql8.4"),
        ("mysql", "8.4", True, "mysql8.4"),
        ("postgres", "17.11", False, "postgres17"),
    ],
)
def test_family_depends_on_engine_and_version(engine: str, version: str, automatic: bool, family: str) -> None:
    values: dict[str, Any] = {
        "engine": engine,
        "engine_version": version,
        "auto_minor_version_upgrade": automatic,
        "instance_class": "db.r7g.large",
    }
    if not engine.startswith("aurora"):
        values["storage"] = {"allocated_storage": 20}
    assert DatabaseSettings.model_validate(values).family == family


@pytest.mark.parametrize(
    ("window", "valid"),
    [
        ("sun:18:00-sun:19:00", True),
        ("sun:16:00-sun:17:00", True),
        ("sun:16:45-sun:17:15", False),
        ("sat:23:00-sun:18:00", False),
        ("sun:23:30-mon:00:30", True),
    ],
)
def test_maintenance_window_that_overlaps_the_backup_window_is_a_problem(
    tmp_path: Path, window: str, valid: bool
) -> None:
    text = AURORA.replace("# here", f'maintenance_window = "{window}"')
    assert (problems_of(tmp_path, {"dev": DEV + text}) == []) is valid


def test_database_without_network_is_a_problem(tmp_path: Path) -> None:
    text = DEV.split("network {")[0] + AURORA
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:6: database.main needs data subnets, and there is no VPC; write a `network` block"
    )


def test_performance_insights_is_on_by_default_if_the_class_supports_it(tmp_path: Path) -> None:
    assert database(tmp_path, AURORA).has_performance_insights
    assert not database(tmp_path, AURORA.replace("db.r7g.large", "db.t4g.medium")).has_performance_insights
