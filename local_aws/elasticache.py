"""ElastiCache: replication groups with their nodes, which can be changed and deleted.

AWS: a replication group has shards with nodes, and DescribeCacheClusters returns each node with its engine, parameter
group, subnets, and windows. Moto 5.2.5 never returns the nodes, places all of them in us-east-1, changes only a few
settings, does not support changes of the number of shards or replicas, and keeps a deleted group forever. Added: the
operations on replication groups, which respond immediately with the state that AWS reaches after minutes. Nodes store
nothing, and only the final snapshot is created. A snapshot keeps its name: if the name exists, the group is not deleted
([DeleteReplicationGroup, SnapshotAlreadyExistsFault]
(https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteReplicationGroup.html)).
"""

import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.extend import add, respond

_Answer = dict[str, Any]

_PORT = 6379
_SLOTS = 16_384

# Parameters of a request that responses contain under the same name.
_SAME = (
    "AtRestEncryptionEnabled",
    "AutoMinorVersionUpgrade",
    "CacheNodeType",
    "Engine",
    "IpDiscovery",
    "KmsKeyId",
    "NetworkType",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
    "TransitEncryptionEnabled",
    "TransitEncryptionMode",
)
_DEFAULTS: _Answer = {
    "AtRestEncryptionEnabled": False,
    "AutoMinorVersionUpgrade": True,
    "Engine": "redis",
    "IpDiscovery": "ipv4",
    "NetworkType": "ipv4",
    "SnapshotRetentionLimit": 0,
    "SnapshotWindow": "05:00-06:00",
    "TransitEncryptionEnabled": False,
}
# Settings that only the nodes return.
_OF_NODES = (
    "CacheParameterGroupName",
    "CacheSubnetGroupName",
    "EngineVersion",
    "NotificationTopicArn",
    "PreferredMaintenanceWindow",
    "SecurityGroupIds",
)
_NODE_DEFAULTS: _Answer = {"PreferredMaintenanceWindow": "sun:23:00-mon:01:30", "SecurityGroupIds": []}
_VERSIONS = {"redis": "7.1.0", "valkey": "8.0.1"}


def install() -> None:
    """Replace Moto's replication groups and return their nodes."""
    from moto.elasticache.models import ElastiCacheBackend
    from moto.elasticache.responses import ElastiCacheResponse

    for call in (
        create_replication_group,
        describe_replication_groups,
        modify_replication_group,
        modify_replication_group_shard_configuration,
        increase_replica_count,
        decrease_replica_count,
        delete_replication_group,
    ):
        add(ElastiCacheResponse, call)
    add(ElastiCacheResponse, _with_nodes(ElastiCacheResponse.describe_cache_clusters))
    add(ElastiCacheBackend, list_tags_for_resource)


class Group:
    """A replication group: its settings, and the Availability Zones of its nodes."""

    def __init__(self, backend: Any, params: _Answer) -> None:
        self.name: str = params["ReplicationGroupId"].lower()
        self.region: str = backend.region_name
        self.arn = f"arn:aws:elasticache:{self.region}:{backend.account_id}:replicationgroup:{self.name}"
        self.domain = f"{self.name}.{_letters(6)}.{self.region}.cache.amazonaws.com"
        self.port: int = params.get("Port") or _PORT
        self.created = datetime.now(UTC)
        self.settings = _DEFAULTS.copy()
        self.node_settings = _NODE_DEFAULTS.copy()
        self.users: list[str] = list(params.get("UserGroupIds") or [])
        self.logs: dict[str, _Answer] = {}
        self.token = False
        self.shards = params.get("NumNodeGroups") or 1
        parameter_group = params.get("CacheParameterGroupName") or ""
        self.mode = params.get("ClusterMode") or ("enabled" if parameter_group.endswith(".cluster.on") else "disabled")
        # Without a number of shards, the nodes are counted, including the primary.
        self.replicas = params.get("ReplicasPerNodeGroup", (params.get("NumCacheClusters") or 1) - 1)
        zones = params.get("PreferredCacheClusterAZs")
        self.zones = list(zones or _zones(backend, params.get("CacheSubnetGroupName")))
        self.change(params)

    @property
    def clustered(self) -> bool:
        """Whether the group has a configuration endpoint."""
        return self.mode == "enabled" or self.shards > 1

    def change(self, params: _Answer) -> None:
        """Apply the settings of a request."""
        self.settings |= {name: params[name] for name in _SAME if params.get(name) is not None}
        self.node_settings |= {name: params[name] for name in _OF_NODES if params.get(name) is not None}
        switches = {"AutomaticFailoverEnabled": "AutomaticFailover", "MultiAZEnabled": "MultiAZ"}
        for asked, answered in switches.items():
            now = self.settings.get(answered, "disabled")
            self.settings[answered] = _switched(params.get(asked), now)
        self.settings["Description"] = params.get("ReplicationGroupDescription") or self.settings["Description"]
        self.mode = params.get("ClusterMode") or self.mode
        self.token = bool(params.get("AuthToken")) or self.token
        if params.get("AuthTokenUpdateStrategy") == "DELETE" or params.get("RemoveUserGroups"):
            self.token, self.users = False, []
        removed = set(params.get("UserGroupIdsToRemove") or [])
        self.users = [user for user in self.users if user not in removed] + list(params.get("UserGroupIdsToAdd") or [])
        for configuration in params.get("LogDeliveryConfigurations") or []:
            self._log(configuration)

    def _log(self, configuration: _Answer) -> None:
        kind = configuration["LogType"]
        if configuration.get("Enabled") is False:
            self.logs.pop(kind, None)
        else:
            kept = {name: value for name, value in configuration.items() if name != "Enabled"}
            self.logs[kind] = kept | {"Status": "active"}

    def node_names(self, shard: int) -> list[str]:
        """Return the names of a shard's nodes, beginning with the primary."""
        prefix = f"{self.name}-{shard:04}" if self.clustered else self.name
        return [f"{prefix}-{number:03}" for number in range(1, self.replicas + 2)]

    def describe(self) -> _Answer:
        """Return the group as in DescribeReplicationGroups."""
        numbers = range(1, self.shards + 1)
        answer = self.settings | {
            "ReplicationGroupId": self.name,
            "ARN": self.arn,
            "Status": "available",
            "MemberClusters": [name for shard in numbers for name in self.node_names(shard)],
            "NodeGroups": [self._shard(shard) for shard in numbers],
            "ClusterEnabled": self.clustered,
            "ClusterMode": "enabled" if self.clustered else self.mode,
            "AuthTokenEnabled": self.token,
            "UserGroupIds": self.users,
            "LogDeliveryConfigurations": list(self.logs.values()),
            "DataTiering": "disabled",
            "ReplicationGroupCreateTime": self.created,
        }
        if self.clustered:
            answer["ConfigurationEndpoint"] = self._at("clustercfg")
        return answer

    def _at(self, host: str) -> _Answer:
        return {"Address": f"{host}.{self.domain}", "Port": self.port}

    def _shard(self, number: int) -> _Answer:
        first, last = (_SLOTS * step // self.shards for step in (number - 1, number))
        shard: _Answer = {"NodeGroupId": f"{number:04}", "Status": "available", "Slots": f"{first}-{last - 1}"}
        if not self.clustered:
            shard |= {"PrimaryEndpoint": self._at("master"), "ReaderEndpoint": self._at("replica")}
        shard["NodeGroupMembers"] = [
            {
                "CacheClusterId": name,
                "CacheNodeId": "0001",
                "PreferredAvailabilityZone": self.zones[index % len(self.zones)],
                **({} if self.clustered else {"CurrentRole": "replica" if index else "primary"}),
            }
            for index, name in enumerate(self.node_names(number))
        ]
        return shard

    def nodes(self) -> dict[str, _Answer]:
        """Return the nodes by name as in DescribeCacheClusters."""
        return {
            member["CacheClusterId"]: self._node(member)
            for shard in self.describe()["NodeGroups"]
            for member in shard["NodeGroupMembers"]
        }

    def _node(self, member: _Answer) -> _Answer:
        given = self.node_settings
        engine = self.settings["Engine"]
        zone = member["PreferredAvailabilityZone"]
        status = "available"
        return {
            **{name: value for name, value in self.settings.items() if name in _SAME and name != "KmsKeyId"},
            "CacheClusterId": member["CacheClusterId"],
            "ReplicationGroupId": self.name,
            "ARN": self.arn.replace(f"replicationgroup:{self.name}", f"cluster:{member['CacheClusterId']}"),
            "CacheClusterStatus": status,
            "CacheClusterCreateTime": self.created,
            "EngineVersion": _complete(given.get("EngineVersion") or _VERSIONS[engine]),
            "NumCacheNodes": 1,
            "PreferredAvailabilityZone": zone,
            "PreferredMaintenanceWindow": given["PreferredMaintenanceWindow"],
            "CacheSubnetGroupName": given.get("CacheSubnetGroupName") or "default",
            "CacheParameterGroup": {
                "CacheParameterGroupName": given.get("CacheParameterGroupName") or f"default.{engine}",
                "ParameterApplyStatus": "in-sync",
            },
            "SecurityGroups": [{"SecurityGroupId": each, "Status": status} for each in given["SecurityGroupIds"]],
            "NotificationConfiguration": _topic(given.get("NotificationTopicArn")),
            "AuthTokenEnabled": self.token,
            "CacheNodes": [
                {
                    "CacheNodeId": member["CacheNodeId"],
                    "CacheNodeStatus": status,
                    "CacheNodeCreateTime": self.created,
                    "CustomerAvailabilityZone": zone,
                    "Endpoint": self._at(member["CacheClusterId"]),
                }
            ],
        }


def create_replication_group(response: Any) -> Any:
    """CreateReplicationGroup."""
    from moto.elasticache.exceptions import ReplicationGroupAlreadyExists

    backend = response.elasticache_backend
    group = Group(backend, response.params)
    if group.name in _groups(backend):
        raise ReplicationGroupAlreadyExists(group.name)
    _groups(backend)[group.name] = group
    backend.tagging_service.tag_resource(group.arn, response.params.get("Tags") or [])
    return _answer(group)


def describe_replication_groups(response: Any) -> Any:
    """DescribeReplicationGroups."""
    from moto.core.responses import PaginatedResult

    groups = _groups(response.elasticache_backend)
    found = [_group(response)] if response.params.get("ReplicationGroupId") else groups.values()
    return PaginatedResult({"ReplicationGroups": [group.describe() for group in found]})


def modify_replication_group(response: Any) -> Any:
    """ModifyReplicationGroup."""
    group = _group(response)
    group.change(response.params)
    return _answer(group)


def modify_replication_group_shard_configuration(response: Any) -> Any:
    """ModifyReplicationGroupShardConfiguration: the number of shards."""
    group = _group(response)
    group.shards = response.params["NodeGroupCount"]
    return _answer(group)


def increase_replica_count(response: Any) -> Any:
    """IncreaseReplicaCount, for all shards."""
    group = _group(response)
    group.replicas = response.params["NewReplicaCount"]
    return _answer(group)


def decrease_replica_count(response: Any) -> Any:
    """DecreaseReplicaCount, for all shards."""
    group = _group(response)
    group.replicas = response.params["NewReplicaCount"]
    return _answer(group)


def delete_replication_group(response: Any) -> Any:
    """DeleteReplicationGroup."""
    group = _group(response)
    backend = response.elasticache_backend
    if response.params.get("FinalSnapshotIdentifier"):
        _take_snapshot(backend, group, response.params["FinalSnapshotIdentifier"])
    del _groups(backend)[group.name]
    backend.tagging_service.delete_all_tags_for_resource(group.arn)
    return respond({"ReplicationGroup": group.describe() | {"Status": "deleting"}})


def _take_snapshot(backend: Any, group: Group, name: str) -> None:
    """Add the final snapshot to the snapshots that Moto returns and deletes."""
    from inspect import signature

    from moto.elasticache.exceptions import SnapshotAlreadyExists
    from moto.elasticache.models import Snapshot

    if name in backend.snapshots:
        raise SnapshotAlreadyExists(name)
    known = {
        "account_id": backend.account_id,
        "region_name": backend.region_name,
        "engine": group.settings["Engine"],
        "kms_key_id": group.settings.get("KmsKeyId"),
        "replication_group_id": group.name,
        "snapshot_name": name,
        "snapshot_status": "available",
    }
    settings: _Answer = dict.fromkeys(signature(Snapshot).parameters) | known
    backend.snapshots[name] = Snapshot(**settings)


def list_tags_for_resource(backend: Any, arn: str) -> Any:
    """ListTagsForResource, for every type of resource; Moto rejects ARNs of types that it does not have."""
    return backend.tagging_service.list_tags_for_resource(arn)


def _with_nodes(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the nodes of replication groups among the clusters."""

    def describe_cache_clusters(response: Any) -> Any:
        backend = response.elasticache_backend
        nodes = {name: node for group in _groups(backend).values() for name, node in group.nodes().items()}
        name = response.params.get("CacheClusterId")
        if name in nodes:
            from moto.core.responses import PaginatedResult

            return PaginatedResult({"CacheClusters": [nodes[name]]})
        answer = describe(response)
        if not name:
            answer.result["CacheClusters"] = [*answer.result["CacheClusters"], *nodes.values()]
        return answer

    return describe_cache_clusters


def _switched(asked: bool | None, now: str) -> str:
    if asked is None:
        return now
    return "enabled" if asked else "disabled"


def _zones(backend: Any, subnet_group: str | None) -> list[str]:
    """Return the Availability Zones of a subnet group, sorted by name."""
    if subnet_group is None:
        return [f"{backend.region_name}a"]
    (group,) = backend.describe_cache_subnet_groups(subnet_group)
    return sorted({subnet["subnet_availability_zone"] for subnet in group.subnets})


def _complete(version: str) -> str:
    return ".".join([*version.split("."), "0", "0"][:3])


def _topic(arn: str | None) -> _Answer | None:
    return {"TopicArn": arn, "TopicStatus": "active"} if arn else None


def _groups(backend: Any) -> dict[str, Group]:
    groups: dict[str, Group] = backend.__dict__.setdefault("our_replication_groups", {})
    return groups


def _group(response: Any) -> Group:
    from moto.elasticache.exceptions import ReplicationGroupNotFound

    name = response.params["ReplicationGroupId"].lower()
    group = _groups(response.elasticache_backend).get(name)
    if group is None:
        raise ReplicationGroupNotFound(name)
    return group


def _answer(group: Group) -> Any:
    return respond({"ReplicationGroup": group.describe()})


def _letters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(count))
