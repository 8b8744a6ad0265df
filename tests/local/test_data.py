"""Plans for a changed database, compared with what is applied."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.local.applied import Applied, changes, without_refresh


def test_additional_replica_creates_only_its_instance(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    before = 'engine         = "aurora-mysql"\n'
    assert changes(applied["dev"], tmp_path, before, f"{before}  instances      = 2\n") == {
        "create": ["aws_rds_cluster_instance.database_main_2"]
    }


def test_removed_replica_deletes_only_its_instance(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    before = "instances          = 2 # as in production, to test a failover\n"
    before += '  availability_zones = ["a", "c"]\n'
    assert changes(applied["staging"], tmp_path, before, 'instances = 1\n  availability_zones = ["a"]\n') == {
        "delete": ["aws_rds_cluster_instance.database_main_2"]
    }


def test_additional_cache_replica_is_an_update_in_place(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    assert changes(applied["prod"], tmp_path, "replicas  = 1\n", "replicas  = 2\n") == {
        "update": ["aws_elasticache_replication_group.cache_sessions"]
    }


def test_changed_engine_is_reported_as_a_replacement(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    """In dev, where nothing is protected. In production, prevent_destroy refuses the same plan."""
    before = 'engine         = "aurora-mysql"\n  engine_version = "8.0.mysql_aurora.3.10.6"'
    after = 'engine         = "aurora-postgresql"\n  engine_version = "17.7"'
    found = changes(applied["dev"], tmp_path, before, after)
    replaced = found.get("delete+create", []) + found.get("create+delete", [])
    assert "aws_rds_cluster.database_main" in replaced
    assert "aws_rds_cluster_instance.database_main_1" in replaced


def test_cluster_replacement_is_reported_with_its_reason(applied: Mapping[str, Applied]) -> None:
    """In one plan: another subnet group, and everything else that Aurora cannot change in place."""
    changed = {
        "aws_db_subnet_group": {"database_main": {"name": "another"}},
        "aws_rds_cluster": {
            "database_main": {
                "cluster_identifier": "another",
                "database_name": "another",
                "master_username": "another",
                "storage_encrypted": False,
                "kms_key_id": None,
            }
        },
    }
    found = overridden(applied["dev"], changed)
    assert replaced_by(found, "aws_db_subnet_group.database_main") == {"name"}
    assert replaced_by(found, "aws_rds_cluster.database_main") >= {
        "cluster_identifier",
        "database_name",
        "db_subnet_group_name",
        "master_username",
        "storage_encrypted",
    }
    assert replaced_by(found, "aws_rds_cluster_instance.database_main_1") >= {
        "cluster_identifier",
        "db_subnet_group_name",
    }


def overridden(environment: Applied, resources: dict[str, Any]) -> dict[str, Any]:
    """Return the planned changes by address, with an override file next to the stack."""
    override = environment.terraform.folder / "zz_changed_override.tf.json"
    override.write_text(json.dumps({"resource": resources}))
    try:
        terraform = without_refresh(environment.terraform)
        terraform.plan()
        plan = json.loads(terraform.show_plan_json())
    finally:
        override.unlink()
    return {change["address"]: change["change"] for change in plan["resource_changes"]}


def replaced_by(found: Mapping[str, Any], address: str) -> set[str]:
    """Return the attributes for which a resource is replaced."""
    assert set(found[address]["actions"]) == {"delete", "create"}, found[address]["actions"]
    return {path[0] for path in found[address]["replace_paths"]}
