"""Caches in the synthesized JSON."""

import json
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.data.cache.cache import Cache
from modules.data.cache.settings import CacheSettings
from modules.foundation.foundation import Foundation
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.vpc import Network
from tests.support.stacks import ACCOUNT, built
from tests.support.template import Template

CREATED = "${terraform_data.cache_sessions_final_snapshot.output.time}"
NETWORK = {"cidr": "10.20.0.0/20", "availability_zones": ("a", "c"), "tier": "production"}


def sessions(stack: TerraformStack, foundation: Foundation) -> Cache:
    return Cache(
        stack,
        "cache-sessions",
        name="sessions",
        settings=CacheSettings.model_validate({"tier": foundation.tier, "node_type": "cache.m7g.large"}),
        network=Network(stack, "network", settings=NetworkSettings.model_validate(NETWORK), foundation=foundation),
        foundation=foundation,
    )


def test_cache_in_production_has_a_replica_multi_az_and_tls(prod: Template) -> None:
    group = prod.resource("aws_elasticache_replication_group.cache_sessions")
    expected = {
        "replication_group_id": "agora-prod-sessions",
        "engine": "valkey",
        "engine_version": "8.1",
        "num_cache_clusters": 2,
        "multi_az_enabled": True,
        "automatic_failover_enabled": True,
        "transit_encryption_enabled": True,
        "transit_encryption_mode": "required",
        "at_rest_encryption_enabled": "true",
        "kms_key_id": "${aws_kms_key.foundation_data_key.arn}",
        "snapshot_retention_limit": 7,
        "final_snapshot_identifier": f"agora-prod-sessions-final-{CREATED}",
        "lifecycle": {"prevent_destroy": True},
        "apply_immediately": False,
    }
    assert {key: group.get(key) for key in expected} == expected
    assert prod.resource("aws_elasticache_subnet_group.cache_sessions")["subnet_ids"] == [
        "${aws_subnet.network_data_a.id}",
        "${aws_subnet.network_data_c.id}",
    ]


def test_cache_in_development_has_one_node_and_no_snapshots(dev: Template) -> None:
    group = dev.resource("aws_elasticache_replication_group.cache_sessions")
    assert (group["num_cache_clusters"], group["automatic_failover_enabled"]) == (1, False)
    assert group["snapshot_retention_limit"] == 0
    assert "final_snapshot_identifier" not in group
    assert group["transit_encryption_enabled"] is True


def test_cache_delivers_both_logs_to_log_groups(prod: Template) -> None:
    group = prod.resource("aws_elasticache_replication_group.cache_sessions")
    logs = {each["log_type"]: each["destination"] for each in group["log_delivery_configuration"]}
    assert logs == {kind: f"/agora/prod/cache/sessions/{kind}" for kind in ("slow-log", "engine-log")}
    names = {each["name"] for each in prod.resources("aws_cloudwatch_log_group").values()}
    assert set(logs.values()) <= names


def test_cache_users_have_iam_authentication_and_no_password(archive: Template, prod: Template) -> None:
    for template in (archive, prod):
        users = template.resources("aws_elasticache_user")
        for name, user in users.items():
            assert "passwords" not in json.dumps(user)
            if not name.endswith("_default"):
                assert user["authentication_mode"] == {"type": "iam"}
                # "Authenticating with IAM": the ID and the name must be the same.
                assert user["user_id"] == user["user_name"]
    users = archive.resources("aws_elasticache_user")
    assert set(users) == {"cache_ranking_default", "cache_ranking_user_app", "cache_ranking_user_reports"}
    assert users["cache_ranking_user_reports"]["access_string"] == "on ~ranking:* +@read"


def test_default_user_is_disabled_and_in_the_user_group(archive: Template) -> None:
    default = archive.resource("aws_elasticache_user.cache_ranking_default")
    assert default["user_name"] == "default"
    assert default["access_string"] == "off ~* -@all"
    assert default["no_password_required"] is True
    group = archive.resource("aws_elasticache_user_group.cache_ranking")
    assert "${aws_elasticache_user.cache_ranking_default.user_id}" in group["user_ids"]
    assert group["engine"] == "redis"


def test_cache_without_tls_has_no_users(archive: Template) -> None:
    group = archive.resource("aws_elasticache_replication_group.cache_open")
    assert group["transit_encryption_enabled"] is False
    assert "user_group_ids" not in group
    assert "transit_encryption_mode" not in group


def test_cache_of_redis_has_its_own_parameters(archive: Template) -> None:
    group = archive.resource("aws_elasticache_replication_group.cache_ranking")
    assert (group["engine"], group["engine_version"], group["num_cache_clusters"]) == ("redis", "7.0", 3)
    parameters = archive.resource("aws_elasticache_parameter_group.cache_ranking_redis7")
    assert parameters["family"] == "redis7"
    assert parameters["parameter"] == [{"name": "maxmemory-policy", "value": "allkeys-lru"}]


def test_cache_security_group_allows_named_clients_only(prod: Template) -> None:
    group = "${aws_security_group.cache_sessions.id}"
    assert prod.resource("aws_security_group.cache_sessions")["name"] == "agora-prod-cache-sessions"
    rules = prod.resources("aws_vpc_security_group_ingress_rule").values()
    clients = [rule["referenced_security_group_id"] for rule in rules if rule["security_group_id"] == group]
    assert clients == ["${aws_security_group.service_api.id}"]


def test_allow_ingress_from_adds_a_rule_for_each_security_group(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        cache = sessions(stack, foundation)
        cache.allow_ingress_from("sg-1", "web")
        cache.allow_ingress_from("sg-2", "worker")

    rules = built(tmp_path, build).resources("aws_vpc_security_group_ingress_rule")
    assert {name: rule["referenced_security_group_id"] for name, rule in rules.items()} == {
        "cache_sessions_from_web": "sg-1",
        "cache_sessions_from_worker": "sg-2",
    }
    assert {(rule["from_port"], rule["to_port"], rule.get("cidr_ipv4")) for rule in rules.values()} == {
        (6379, 6379, None)
    }


def test_connect_statement_is_a_statement_for_one_user_of_one_cache(tmp_path: Path) -> None:
    statements = []

    def build(stack: TerraformStack, foundation: Foundation) -> None:
        cache = sessions(stack, foundation)
        statements.append(cache.connect_statement("CacheConnect", "app"))
        with pytest.raises(KeyError, match="cache sessions has no user admin; it has app"):
            cache.connect_statement("CacheConnect", "admin")

    built(tmp_path, build)
    assert statements[0]["Action"] == ["elasticache:Connect"]
    assert statements[0]["Resource"][1] == f"arn:aws:elasticache:ap-northeast-2:{ACCOUNT}:user:agora-prod-sessions-app"
