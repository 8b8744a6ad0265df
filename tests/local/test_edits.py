"""Plans for edited environment files, compared with what is applied. Nothing else is planned to change."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.local.applied import Applied, changed, changes, planned

CACHE_ALARMS = ("connections_percent", "cpu_percent", "evictions_per_minute", "memory_percent")


def test_third_availability_zone_and_replica_only_add_their_own_resources(
    applied: Mapping[str, Applied], tmp_path: Path
) -> None:
    """The functions' packages are built again, and are not deployed again."""
    aurora = 'engine         = "aurora-mysql"\n'
    edits = (('["a", "c"]', '["a", "b", "c"]'), (aurora, f"{aurora}  instances      = 2\n"))
    assert changes(applied["dev"], tmp_path, *edits) == {
        "create": [
            "aws_rds_cluster_instance.database_main_2",
            "aws_route.network_app_b_nat",
            "aws_route_table.network_app_b",
            *(f"aws_route_table_association.network_{tier}_b" for tier in ("app", "data", "endpoint", "public")),
            *(f"aws_subnet.network_{tier}_b" for tier in ("app", "data", "endpoint", "public")),
        ],
        # The new subnets are added to resources that span all Availability Zones.
        "update": [
            "aws_cloudwatch_dashboard.dashboard_overview",
            "aws_db_subnet_group.database_main",
            "aws_ecs_service.service_api",
            "aws_elasticache_subnet_group.cache_sessions",
            "aws_lambda_function.function_database_main_logins",
            "aws_lb.load_balancer_public",
            "aws_network_acl.network_data",
            "aws_scheduler_schedule.scheduled_task_report",
            "aws_vpc_endpoint.network_endpoint_dynamodb",
            "aws_vpc_endpoint.network_endpoint_s3",
        ],
    }


def test_nat_gateway_per_availability_zone_and_new_draft(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    """The first NAT gateway stays, and the pipeline's service gets a draft that is not deployed."""
    edits = (('"single"', '"per_zone"'), ('"api:1.4.2"', '"api:1.5.0"'))
    assert changes(applied["dev"], tmp_path, *edits) == {
        "create": ["aws_eip.network_nat_c", "aws_nat_gateway.network_nat_c"],
        "delete+create": ["aws_ecs_task_definition.service_api"],
        "update": [
            "aws_cloudwatch_dashboard.dashboard_overview",
            "aws_cloudwatch_metric_alarm.alarm_network_nat_port_errors",
            "aws_route.network_app_c_nat",
        ],
    }


def test_replicas_and_variable_of_the_pipelines_service(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    """A removed replica deletes only its instance, and one more of the cache is an update in place.

    A new revision replaces the old one as a draft for the pipeline, and the service that it owns is not changed.
    """
    instances = "instances          = 2 # as in production, to test a failover\n"
    edits = (
        (f'{instances}  availability_zones = ["a", "c"]\n', 'instances = 1\n  availability_zones = ["a"]\n'),
        ("replicas  = 1 #", "replicas  = 2 #"),
        ('LOG_LEVEL = "info"', 'LOG_LEVEL = "warning"'),
    )
    assert changes(applied["staging"], tmp_path, *edits) == {
        "delete": ["aws_rds_cluster_instance.database_main_2"],
        "delete+create": ["aws_ecs_task_definition.service_api"],
        # The alarms are on the worst node.
        "update": [
            "aws_cloudwatch_dashboard.dashboard_overview",
            *(f"aws_cloudwatch_metric_alarm.alarm_cache_sessions_{key}" for key in CACHE_ALARMS),
            "aws_elasticache_replication_group.cache_sessions",
        ],
    }


def test_changed_tag_and_changed_code_are_updates_in_place(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    edits = (
        ('tier       = "dev', 'tags = { a = "b" }\ntier = "dev'),
        ('"maintenance"', '"slack_alarm"\n  environment = { SECRET_SLACK_WEBHOOK_ARN = "not read" }'),
    )
    found = planned(changed(applied["events"], tmp_path, *edits))
    assert {tuple(each["actions"]) for each in found.values()} == {("update",), ("no-op",)}
    for name in ("reader", "worker"):
        change = found[f"aws_lambda_function.function_{name}"]
        assert change["before"]["source_code_hash"] != change["after"]["source_code_hash"]
    vpc = found["aws_vpc.network_vpc"]
    assert "a" not in vpc["before"]["tags_all"]
    assert vpc["after"]["tags_all"]["a"] == "b"


def test_cluster_replacement_is_reported_with_its_reason(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    """Another engine, another subnet group, and everything else that Aurora cannot change in place.

    In dev, where nothing is protected. In production, prevent_destroy refuses the same plan.
    """
    before = 'engine         = "aurora-mysql"\n  engine_version = "8.0.mysql_aurora.3.10.6"'
    terraform = changed(
        applied["dev"], tmp_path, (before, 'engine         = "aurora-postgresql"\n  engine_version = "17.7"')
    )
    override = {
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
    (terraform.folder / "zz_changed_override.tf.json").write_text(json.dumps({"resource": override}))
    found = planned(terraform)
    assert replaced_by(found, "aws_db_subnet_group.database_main") == {"name"}
    assert replaced_by(found, "aws_rds_cluster.database_main") >= {
        "cluster_identifier",
        "database_name",
        "db_subnet_group_name",
        "engine",
        "master_username",
        "storage_encrypted",
    }
    assert replaced_by(found, "aws_rds_cluster_instance.database_main_1") >= {
        "cluster_identifier",
        "db_subnet_group_name",
        "engine",
    }


def replaced_by(found: Mapping[str, Any], address: str) -> set[str]:
    """Return the attributes for which a resource is replaced."""
    assert set(found[address]["actions"]) == {"delete", "create"}, found[address]["actions"]
    return {path[0] for path in found[address]["replace_paths"]}
