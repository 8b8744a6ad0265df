"""Databases in the synthesized JSON."""

import json
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.data.database.database import Database
from modules.data.database.settings import DatabaseSettings
from modules.foundation.foundation import Foundation
from modules.network.private_zone import PrivateZone
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.vpc import Network
from ops.addresses import addresses
from ops.workspace import stack_folder
from tests.conftest import Synthesize
from tests.data.database.test_settings import AURORA, RDS
from tests.support.environments import DEV, write
from tests.support.stacks import built
from tests.support.template import Template

TWO = "instances = 2\n  manage_master_user_password = false"
THREE = TWO.replace("2", "3")


@pytest.fixture(scope="session")
def rds(further: Path) -> Template:
    return Template(stack_folder(further, "corporate"))


@pytest.fixture(scope="module")
def variants(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """Databases that differ in one setting, each in an environment of its own."""
    blocks = {
        "aurora1": AURORA,
        "aurora2": AURORA.replace("# here", "instances = 2"),
        "aurora3": AURORA.replace("# here", "instances = 3"),
        "rds2": RDS.replace("# here", TWO),
        "rds3": RDS.replace("# here", THREE),
        "mysql": RDS.replace("postgres", "mysql").replace("16.15", "8.4.11"),
        "postgresql": AURORA.replace("aurora-mysql", "aurora-postgresql").replace("8.0.mysql_aurora.3.10.6", "17.7"),
        "restored": AURORA.replace("# here", 'restore_from_snapshot = "agora-prod-main-final"\n  database_name = "x"'),
    }
    files = {
        name: DEV.replace("10.20.0.0/20", f"10.20.{16 * number}.0/20").replace("1" * 12, f"{number:012}") + block
        for number, (name, block) in enumerate(blocks.items())
    }
    output = synthesize(write(tmp_path_factory.mktemp("variants"), files))
    return {name: Template(stack_folder(output, name)) for name in blocks}


def difference(one: Template, other: Template) -> set[str]:
    return set(addresses(other.json)) ^ set(addresses(one.json))


def test_added_instance_adds_only_its_own_resources(variants: dict[str, Template]) -> None:
    assert difference(variants["aurora1"], variants["aurora2"]) == {"aws_rds_cluster_instance.database_main_2"}
    assert difference(variants["aurora2"], variants["aurora3"]) == {"aws_rds_cluster_instance.database_main_3"}
    assert difference(variants["rds2"], variants["rds3"]) == {
        "aws_db_instance.database_main_3",
        "aws_route53_record.network_private_main_ro_db_3",
    }


@pytest.mark.parametrize(("fewer", "more"), [("aurora2", "aurora3"), ("rds2", "rds3")])
def test_added_instance_changes_no_existing_resource(variants: dict[str, Template], fewer: str, more: str) -> None:
    """Except for the environment's name, account ID, and range."""
    for kind in ("aws_rds_cluster", "aws_rds_cluster_instance", "aws_db_instance", "aws_route53_record"):
        for name, block in variants[fewer].resources(kind).items():
            other = json.dumps(variants[more].resource(f"{kind}.{name}")).replace(more, fewer)
            assert other == json.dumps(block)


def test_instance_identifiers_do_not_contain_roles(prod: Template, rds: Template) -> None:
    assert set(prod.resources("aws_rds_cluster_instance")) == {"database_main_1", "database_main_2"}
    assert sorted(block["identifier"] for block in rds.resources("aws_db_instance").values()) == [
        "mobile-corporate-legacy-1",
        "mobile-corporate-legacy-2",
        "mobile-corporate-main-1",
        "mobile-corporate-main-2",
    ]


def test_aurora_in_production_is_protected_and_encrypted(prod: Template) -> None:
    cluster = prod.resource("aws_rds_cluster.database_main")
    expected = {
        "backup_retention_period": 14,
        "copy_tags_to_snapshot": True,
        "deletion_protection": True,
        "enabled_cloudwatch_logs_exports": ["error", "slowquery"],
        "engine_version": "8.0.mysql_aurora.3.10.6",
        "final_snapshot_identifier": "agora-prod-main-final-${terraform_data.database_main_final_snapshot.output.time}",
        "iam_database_authentication_enabled": True,
        "kms_key_id": "${aws_kms_key.foundation_data_key.arn}",
        "lifecycle": {"ignore_changes": ["cluster_members"], "prevent_destroy": True},
        "manage_master_user_password": True,
        "master_user_secret_kms_key_id": "${aws_kms_key.foundation_data_key.arn}",
        "skip_final_snapshot": False,
        "storage_encrypted": True,
    }
    assert {key: cluster[key] for key in expected} == expected
    # AWS adds a third Availability Zone if two are named, and the next plan would replace the cluster.
    assert "availability_zones" not in cluster


def test_aurora_instances_are_in_the_configured_zones(prod: Template) -> None:
    instances = prod.resources("aws_rds_cluster_instance").values()
    assert [block["availability_zone"] for block in instances] == ["ap-northeast-2a", "ap-northeast-2c"]
    assert all(block["publicly_accessible"] is False for block in instances)
    assert all(block["ca_cert_identifier"] == "rds-ca-rsa2048-g1" for block in instances)
    assert all(block["auto_minor_version_upgrade"] is False for block in instances)


def test_aurora_serverless_in_development_has_its_capacity(dev: Template) -> None:
    cluster = dev.resource("aws_rds_cluster.database_main")
    assert cluster["serverlessv2_scaling_configuration"] == {"max_capacity": 4, "min_capacity": 0.5}
    assert cluster["engine_mode"] == "provisioned"
    assert dev.only("aws_rds_cluster_instance")["instance_class"] == "db.serverless"
    assert "final_snapshot_identifier" not in cluster


def test_rds_with_replica_has_a_standby_and_a_read_replica(rds: Template) -> None:
    first = rds.resource("aws_db_instance.database_main_1")
    assert (first["multi_az"], first["deletion_protection"], first["storage_encrypted"]) == (True, True, True)
    assert first["lifecycle"] == {"prevent_destroy": True}
    replica = rds.resource("aws_db_instance.database_main_2")
    assert replica["replicate_source_db"] == "${aws_db_instance.database_main_1.identifier}"
    assert "username" not in replica
    assert "lifecycle" not in replica


def test_password_is_in_no_stack_and_no_state(rds: Template, prod: Template) -> None:
    """RDS manages it, or Terraform passes it in write-only arguments."""
    first = rds.resource("aws_db_instance.database_main_1")
    assert "password" not in first
    assert first["password_wo"].startswith("${jsondecode(ephemeral.aws_secretsmanager_secret_version.")
    version = rds.resource("aws_secretsmanager_secret_version.database_main_password")
    assert "secret_string" not in version
    assert "ephemeral.aws_secretsmanager_random_password." in version["secret_string_wo"]
    assert rds.json["terraform"]["required_version"] == ">= 1.11"
    assert "ephemeral" not in prod.json
    assert "master_password" not in json.dumps(prod.json)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("aurora1", "aws_rds_cluster_parameter_group", {"require_secure_transport": "ON", "slow_query_log": "1"}),
        ("mysql", "aws_db_parameter_group", {"require_secure_transport": "1", "character_set_server": "utf8mb4"}),
        ("postgresql", "aws_rds_cluster_parameter_group", {"rds.force_ssl": "1", "client_encoding": "UTF8"}),
        ("rds2", "aws_db_parameter_group", {"rds.force_ssl": "1", "log_min_duration_statement": "1000"}),
    ],
)
def test_parameter_group_by_engine_sets_tls_slow_queries_and_character_sets(
    variants: dict[str, Template], name: str, kind: str, expected: dict[str, str]
) -> None:
    parameters = {each["name"]: each["value"] for each in variants[name].only(kind)["parameter"]}
    assert expected.items() <= parameters.items()


def test_parameter_group_name_has_the_family(variants: dict[str, Template]) -> None:
    group = variants["mysql"].only("aws_db_parameter_group")
    assert (group["family"], group["name"]) == ("mysql8.4", "agora-mysql-main-mysql8-4")
    assert group["lifecycle"] == {"create_before_destroy": True}


def test_static_parameters_are_applied_at_a_restart(rds: Template) -> None:
    group = rds.resource("aws_db_parameter_group.database_main")
    methods = {each["name"]: each["apply_method"] for each in group["parameter"]}
    assert methods["max_connections"] == "pending-reboot"
    assert methods["log_min_duration_statement"] == "immediate"


def test_restored_database_has_the_names_of_its_snapshot(variants: dict[str, Template]) -> None:
    cluster = variants["restored"].resource("aws_rds_cluster.database_main")
    assert cluster["snapshot_identifier"] == "agora-prod-main-final"
    assert "database_name" not in cluster
    assert "master_username" not in cluster


def test_log_group_has_the_retention_of_the_tier_and_the_log_key(prod: Template) -> None:
    group = prod.resource("aws_cloudwatch_log_group.database_main_slowquery")
    assert group["name"] == "/aws/rds/cluster/agora-prod-main/slowquery"
    assert (group["retention_in_days"], group["kms_key_id"]) == (365, "${aws_kms_key.foundation_logs_key.arn}")
    cluster = prod.resource("aws_rds_cluster.database_main")
    assert "aws_cloudwatch_log_group.database_main_slowquery" in cluster["depends_on"]


def test_dns_names_in_the_private_zone_resolve_to_the_endpoints(prod: Template, rds: Template) -> None:
    assert {
        block["name"]: block["records"][0]
        for name, block in prod.resources("aws_route53_record").items()
        if name.startswith("network_private_")
    } == {
        "main.db.prod.internal": "${aws_rds_cluster.database_main.endpoint}",
        "main-ro.db.prod.internal": "${aws_rds_cluster.database_main.reader_endpoint}",
    }
    assert prod.resource("aws_route53_zone.network_private")["vpc"] == [{"vpc_id": "${aws_vpc.network_vpc.id}"}]
    shared = rds.resource("aws_route53_record.network_private_main_ro_db_2")
    assert (shared["set_identifier"], shared["weighted_routing_policy"]) == ("2", {"weight": 1})
    proxy = rds.resource("aws_route53_record.network_private_main_proxy_db")
    assert proxy["name"] == "main-proxy.db.corporate.internal"


def test_database_security_group_allows_named_clients_only(prod: Template, dev: Template) -> None:
    service, logins = "database_main_from_service_api", "database_main_from_logins"
    for template, clients in ((prod, {service, logins}), (dev, {service, logins, "database_main_from_developers"})):
        rules = template.resources("aws_vpc_security_group_ingress_rule")
        assert {name for name in rules if name.startswith("database_")} == clients
        group = template.resource("aws_security_group.database_main")
        assert "ingress" not in group
        assert "egress" not in group


def test_database_with_corporate_and_proxy_allows_both(rds: Template) -> None:
    every = rds.resources("aws_vpc_security_group_ingress_rule")
    rules = {name: rule for name, rule in every.items() if name.startswith("database_main_")}
    assert set(rules) == {
        "database_main_from_corporate_10_128_0_0_9",
        "database_main_from_corporate_192_168_0_0_16",
        "database_main_from_function_export",
        "database_main_from_logins",
        "database_main_from_proxy",
        "database_main_proxy_from_function_export",
    }
    assert rules["database_main_from_corporate_10_128_0_0_9"]["cidr_ipv4"] == "10.128.0.0/9"
    assert {(rule["from_port"], rule["to_port"]) for rule in rules.values()} == {(5432, 5432)}
    assert "10.40.32.0/19" not in json.dumps(rules)


def test_proxy_requires_tls_and_reads_the_secrets_of_users(rds: Template) -> None:
    proxy = rds.only("aws_db_proxy")
    assert proxy["require_tls"] is True
    secrets = [
        f"${{aws_secretsmanager_secret.database_main_{user}.arn}}"
        for user in ("gw_function_export", "gw_function_export_migrate")
    ]
    assert proxy["auth"] == [
        {"auth_scheme": "SECRETS", "iam_auth": "REQUIRED", "secret_arn": secret} for secret in secrets
    ]
    assert proxy["depends_on"] == ["aws_lambda_invocation.database_main_logins"]
    decrypt, read = rds.policy("aws_iam_role_policy.database_main_proxy")
    assert read["Resource"] == secrets
    assert decrypt["Condition"]["StringEquals"] == {"kms:ViaService": "secretsmanager.ap-northeast-2.amazonaws.com"}
    egress = rds.resource("aws_vpc_security_group_egress_rule.database_main_proxy")
    assert egress["referenced_security_group_id"] == "${aws_security_group.database_main.id}"


def test_replica_scaling_depends_on_the_instances(prod: Template) -> None:
    target = prod.resource("aws_appautoscaling_target.database_main_replicas")
    assert target["resource_id"] == "cluster:${aws_rds_cluster.database_main.cluster_identifier}"
    assert target["scalable_dimension"] == "rds:cluster:ReadReplicaCount"
    # If the target were registered earlier, it would find fewer readers than its minimum and add one.
    assert target["depends_on"] == [f"aws_rds_cluster_instance.database_main_{ordinal}" for ordinal in (1, 2)]
    policy = prod.resource("aws_appautoscaling_policy.database_main_replicas_cpu")
    metric = policy["target_tracking_scaling_policy_configuration"]["predefined_metric_specification"]
    assert metric == {"predefined_metric_type": "RDSReaderAverageCPUUtilization"}


def test_allow_ingress_from_adds_rules_to_database_and_proxy(tmp_path: Path) -> None:
    template = built(tmp_path, _database_with_two_clients, tier="development")
    rules = template.resources("aws_vpc_security_group_ingress_rule")
    assert {
        name: rule["referenced_security_group_id"] for name, rule in rules.items() if name.startswith("database_")
    } == {
        "database_main_from_proxy": "${aws_security_group.database_main_proxy.id}",
        "database_main_from_api": "sg-1",
        "database_main_proxy_from_api": "sg-1",
        "database_main_from_batch": "sg-2",
        "database_main_proxy_from_batch": "sg-2",
    }


def _database_with_two_clients(stack: TerraformStack, foundation: Foundation) -> None:
    network_settings = NetworkSettings.model_validate({"cidr": "10.20.0.0/20", "availability_zones": ("a", "c")})
    network = Network(stack, "network", settings=network_settings, foundation=foundation)
    settings = DatabaseSettings.model_validate(
        {"engine": "aurora-postgresql", "engine_version": "17.7", "instance_class": "db.r7g.large", "proxy": {}}
    )
    zone = PrivateZone(stack, "zone", network=network, foundation=foundation)
    database = Database(
        stack, "database", name="main", settings=settings, network=network, zone=zone, foundation=foundation
    )
    database.allow_ingress_from("sg-1", "api")
    database.allow_ingress_from("sg-2", "batch")
