"""Valid values of databases and caches. Invalid ones are in tests/wrong_inputs."""

from pathlib import Path

import pytest

from tests.support.environments import DEV, problems_of

MYSQL = """\
database "main" {{
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.6"
  instance_class = "db.t4g.medium"
  {line}
}}
"""
POSTGRES = """\
database "main" {{
  engine         = "postgres"
  engine_version = "16.15"
  instance_class = "db.x2iedn.xlarge"
  {line}
  storage {{
    allocated_storage = 400
    iops              = 12000
  }}
}}
"""
CACHE = """\
cache "sessions" {{
  node_type = "cache.c7gn.large"
  {line}
}}
"""


@pytest.mark.parametrize(
    ("block", "line"),
    [
        (MYSQL, 'master_username = "admin"'),
        (MYSQL, 'restore_from_snapshot = "rds:agora-dev-main-2026-11-21-08-30"'),
        (MYSQL, 'restore_from_snapshot = "awsbackup:job-0a1b2c3d"'),
        (MYSQL, 'restore_from_snapshot = "arn:aws:rds:ap-northeast-2:222222222222:snapshot:shared"'),
        (MYSQL, 'parameters = { max_connections = "GREATEST({log(DBInstanceClassMemory/805306368)*45},90)" }'),
        (MYSQL, 'parameters = { max_connections = "500", innodb_print_all_deadlocks = "1", gtid-mode = "ON" }'),
        (MYSQL, 'static_parameters = { max_connections = "500", "validate_password.length" = "12" }'),
        (MYSQL, 'parameters = { aurora_parallel_query = "1", server_audit_logging = "1" }'),
        (POSTGRES, 'database_name = "postgres"'),
        (POSTGRES, 'master_username = "postgres"'),
        (POSTGRES, 'static_parameters = { shared_preload_libraries = "pg_stat_statements", work_mem = "65536" }'),
        (POSTGRES, 'parameters = { "auto_explain.log_min_duration" = "-1", "pg_hint_plan.new" = "1" }'),
        (CACHE, 'parameters = { maxmemory-policy = "allkeys-lfu", timeout = "300", "search-new" = "1" }'),
        (CACHE, 'restore_from_snapshot = "automatic.sessions-2026-11-21-17-00"'),
        (CACHE, 'user "app" {\n    access = "%R~app:* &news +@read -@dangerous +config|get (~x:* +set)"\n  }'),
    ],
)
def test_value_that_aws_allows_is_no_problem(tmp_path: Path, block: str, line: str) -> None:
    assert problems_of(tmp_path, {"dev": DEV + block.format(line=line)}) == []


def test_io2_outside_half_to_1000_iops_per_gib_is_a_problem(tmp_path: Path) -> None:
    for iops, invalid in ((1000, True), (1500, False), (256_000, False)):
        storage = f'allocated_storage = 3000\n    storage_type = "io2"\n    iops = {iops}'
        text = POSTGRES.format(line="").replace("allocated_storage = 400\n    iops              = 12000", storage)
        assert bool(problems_of(tmp_path, {"dev": DEV + text})) == invalid
