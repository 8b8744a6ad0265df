"""ElastiCache: replication groups with nodes, parameter groups, users, and user groups."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def cache(client: Callable[[str], Any]) -> Any:
    return client("elasticache")


def _name() -> str:
    return f"c{uuid4().hex[:12]}"


def _group(cache: Any, **settings: Any) -> dict[str, str]:
    group = {"ReplicationGroupId": _name()}
    cache.create_replication_group(**group, ReplicationGroupDescription="sessions", **settings)
    return group


def _read(cache: Any, group: dict[str, str]) -> dict[str, Any]:
    (read,) = cache.describe_replication_groups(**group)["ReplicationGroups"]
    return dict(read)


def test_replication_group_without_shards_has_nodes(cache: Any) -> None:
    group = _group(
        cache,
        Engine="valkey",
        EngineVersion="8.0",
        NumCacheClusters=2,
        PreferredCacheClusterAZs=["ap-northeast-2a", "ap-northeast-2c"],
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        AtRestEncryptionEnabled=True,
        CacheParameterGroupName="sessions",
    )
    read = _read(cache, group)
    assert (read["AutomaticFailover"], read["MultiAZ"]) == ("enabled", "enabled")
    assert read["AtRestEncryptionEnabled"] is True
    assert read["ClusterEnabled"] is False
    (shard,) = read["NodeGroups"]
    assert shard["PrimaryEndpoint"]["Port"] == 6379
    zones = [member["PreferredAvailabilityZone"] for member in shard["NodeGroupMembers"]]
    assert zones == ["ap-northeast-2a", "ap-northeast-2c"]
    for member in read["MemberClusters"]:
        (node,) = cache.describe_cache_clusters(CacheClusterId=member)["CacheClusters"]
        assert node["EngineVersion"] == "8.0.0"
        assert node["CacheParameterGroup"]["CacheParameterGroupName"] == "sessions"


def test_shards_cover_all_slots_and_can_be_changed(cache: Any) -> None:
    group = _group(cache, NumNodeGroups=3, ReplicasPerNodeGroup=1)
    shards = _read(cache, group)["NodeGroups"]
    slots = [tuple(map(int, shard["Slots"].split("-"))) for shard in shards]
    assert [slot for first, last in slots for slot in range(first, last + 1)] == list(range(16_384))
    cache.modify_replication_group_shard_configuration(**group, NodeGroupCount=2, ApplyImmediately=True)
    cache.increase_replica_count(**group, NewReplicaCount=2, ApplyImmediately=True)
    read = _read(cache, group)
    assert len(read["MemberClusters"]) == 2 * 3
    assert "ConfigurationEndpoint" in read


def test_replication_group_can_be_changed_and_deleted(cache: Any) -> None:
    group = _group(cache, NumCacheClusters=1, UserGroupIds=["ours"], Tags=[{"Key": "a", "Value": "b"}])
    log = {
        "LogType": "slow-log",
        "DestinationType": "cloudwatch-logs",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "/cache"}},
        "LogFormat": "json",
    }
    cache.modify_replication_group(**group, LogDeliveryConfigurations=[log], SnapshotRetentionLimit=7)
    read = _read(cache, group)
    assert read["LogDeliveryConfigurations"] == [log | {"Status": "active"}]
    assert (read["SnapshotRetentionLimit"], read["UserGroupIds"]) == (7, ["ours"])
    assert cache.list_tags_for_resource(ResourceName=read["ARN"])["TagList"] == [{"Key": "a", "Value": "b"}]
    off = {"LogType": "slow-log", "Enabled": False}
    cache.modify_replication_group(**group, LogDeliveryConfigurations=[off], UserGroupIdsToRemove=["ours"])
    read = _read(cache, group)
    assert (read["LogDeliveryConfigurations"], read["UserGroupIds"]) == ([], [])
    cache.delete_replication_group(**group)
    with pytest.raises(ClientError, match="ReplicationGroupNotFoundFault"):
        cache.describe_replication_groups(**group)


def test_parameter_group_can_be_changed_reset_and_deleted(cache: Any) -> None:
    group = {"CacheParameterGroupName": _name()}
    cache.create_cache_parameter_group(**group, CacheParameterGroupFamily="valkey8", Description="ours")
    given = {"ParameterName": "maxmemory-policy", "ParameterValue": "volatile-lru"}
    cache.modify_cache_parameter_group(**group, ParameterNameValues=[given])
    (read,) = cache.describe_cache_parameters(**group, Source="user")["Parameters"]
    assert read["ParameterValue"] == "volatile-lru"
    cache.reset_cache_parameter_group(**group, ParameterNameValues=[given])
    assert cache.describe_cache_parameters(**group)["Parameters"] == []
    cache.delete_cache_parameter_group(**group)
    with pytest.raises(ClientError, match="CacheParameterGroupNotFound"):
        cache.describe_cache_parameter_groups(**group)


def test_user_group_can_be_changed_and_deleted(cache: Any) -> None:
    default, app = _name(), _name()
    cache.create_user(UserId=default, UserName="default", Engine="redis", AccessString="off", NoPasswordRequired=True)
    iam = {"Type": "iam"}
    cache.create_user(UserId=app, UserName=app, Engine="redis", AccessString="on ~* +@all", AuthenticationMode=iam)
    (read,) = cache.describe_users(UserId=default)["Users"]
    assert read["Authentication"]["Type"] == "no-password"
    cache.modify_user(UserId=app, AccessString="on ~app:* +@all")
    (read,) = cache.describe_users(UserId=app)["Users"]
    assert (read["AccessString"], read["Authentication"]["Type"]) == ("on ~app:* +@all", "iam")
    group = {"UserGroupId": _name()}
    with pytest.raises(ClientError, match="DefaultUserRequired"):
        cache.create_user_group(**group, Engine="redis", UserIds=[app])
    cache.create_user_group(**group, Engine="redis", UserIds=[default])
    cache.modify_user_group(**group, UserIdsToAdd=[app])
    (read,) = cache.describe_user_groups(**group)["UserGroups"]
    assert read["UserIds"] == [default, app]
    cache.delete_user_group(**group)
    with pytest.raises(ClientError, match="UserGroupNotFound"):
        cache.describe_user_groups(**group)
