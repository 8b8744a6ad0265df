"""ElastiCache caches."""

from collections.abc import Collection, Sequence

from cdktf_cdktf_provider_aws.elasticache_parameter_group import (
    ElasticacheParameterGroup,
    ElasticacheParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.elasticache_replication_group import (
    ElasticacheReplicationGroup,
    ElasticacheReplicationGroupLogDeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from cdktf_cdktf_provider_aws.elasticache_user import ElasticacheUser, ElasticacheUserAuthenticationMode
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from constructs import Construct

from modules.data.cache.keys.names import PORT, cache_id, cache_user_id
from modules.data.cache.settings import CacheSettings
from modules.data.final_snapshots import final_snapshot_identifier
from modules.foundation.foundation import Foundation
from modules.foundation.logs import LogGroup
from modules.foundation.metrics import MetricSource
from modules.foundation.policies import Statement, allow
from modules.foundation.resources import kept_if
from modules.network.vpc.security_groups import SecurityGroup, members_of
from modules.network.vpc.vpc import Network

#: The engine of users and user groups, for both cache engines: a Valkey cache can use a group of either engine ([Amazon
#: ElastiCache User Guide, Role-Based Access Control (RBAC)]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html)), but only a Redis group can have a user
#: without a password, as our default user is.
USER_ENGINE = "redis"
#: Cannot log in (off), and has no permissions (-@all).
NO_ACCESS = "off ~* -@all"
#: [Amazon ElastiCache User Guide, Log delivery]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html): all log types.
LOGS = ("slow-log", "engine-log")


class Cache(Construct):
    """An ElastiCache replication group in the data subnets. `allow_ingress_from` allows clients to connect.

    Creates: subnet group, parameter group, security group without rules, log groups for the slow log and the
    engine log, users with IAM authentication, user group, replication group.

    No user has a password, so none is in the state. The user `default`, which every user group must have, needs no
    password and is disabled.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: CacheSettings, network: Network, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "cache")
        self.id = cache_id(foundation.names, name)
        self._create_subnet_group(network)
        self._create_parameter_group()
        self._create_security_group(network)
        self._create_users()
        self._create_replication_group()

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are.

        [CreateReplicationGroup](https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html)
        numbers the nodes: with the ID `sessions`, they are sessions-001, sessions-002, ...
        """
        nodes = [f"{self.id}-{ordinal:03d}" for ordinal in range(1, self._settings.nodes + 1)]
        return {"nodes": [MetricSource("AWS/ElastiCache", {"CacheClusterId": node}) for node in nodes]}

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Allow the members of a security group to connect; `name` describes them and is unique for this cache."""
        self._group.allow_ingress_from(f"{self._name}_from_{name}", members_of(security_group_id), PORT, f"From {name}")

    def connect_statement(self, sid: str, user: str) -> Statement:
        """Return the policy statement for a role that logs in as this user ("Authenticating with IAM").

        Raises KeyError when the cache has no such user.
        """
        if user not in self._settings.user:
            raise KeyError(f"cache {self._name} has no user {user}; it has {', '.join(self._settings.user)}")
        return allow(sid, actions=["elasticache:Connect"], resources=[self.arn, self._user_arn(user)])

    @property
    def users(self) -> Collection[str]:
        """The names of the users."""
        return self._settings.user

    @property
    def transit_encryption_enabled(self) -> bool:
        """Whether connections must use TLS."""
        return self._settings.transit_encryption_enabled

    def user_id(self, user: str) -> str:
        """Return the ID and name of the user; IAM authentication requires that both are the same."""
        return cache_user_id(self._foundation.names, self._name, user)

    def _user_arn(self, user: str) -> str:
        names = self._foundation.names
        return f"arn:aws:elasticache:{names.region}:{names.account_id}:user:{self.user_id(user)}"

    def _create_subnet_group(self, network: Network) -> None:
        self._subnet_group = self._make(
            ElasticacheSubnetGroup,
            self._name,
            name=self.id,
            description=f"Data subnets for {self.id}",
            subnet_ids=network.data.all_ids(),
        ).name

    def _create_parameter_group(self) -> None:
        family = self._settings.family
        self._parameter_group = self._make(
            ElasticacheParameterGroup,
            f"{self._name}_{family}",
            # The name has the family, so the group of a new major version is created while the old one is in use.
            name=f"{self.id}-{family}",
            description=f"Parameters of {self.id}",
            family=family,
            parameter=[
                ElasticacheParameterGroupParameter(name=name, value=value)
                for name, value in sorted(self._settings.parameters.items())
            ]
            or None,
        ).name

    def _create_security_group(self, network: Network) -> None:
        """Create the security group without rules: a cache opens no connections."""
        name = self._foundation.names.of(f"cache-{self._name}")
        self._group = SecurityGroup(
            self._make,
            self._name,
            name=name,
            description=f"Cache {self.id}: clients by name",
            vpc_id=network.vpc_id,
        )
        self.security_group_id = self._group.id

    def _create_users(self) -> None:
        self._user_groups: list[str] = []
        if not self._settings.user:
            return
        default = self._make(
            ElasticacheUser,
            f"{self._name}_default",
            user_id=self.user_id("default"),
            user_name="default",
            engine=USER_ENGINE,
            access_string=NO_ACCESS,
            # Not authentication_mode: ElastiCache returns another value than was set, so every plan would change it.
            no_password_required=True,
        )
        users = [self._create_user(user) for user in sorted(self._settings.user)]
        group = self._make(
            ElasticacheUserGroup,
            self._name,
            user_group_id=self.id,
            engine=USER_ENGINE,
            user_ids=[default.user_id, *users],
        )
        self._user_groups = [group.user_group_id]

    def _create_user(self, user: str) -> str:
        return self._make(
            ElasticacheUser,
            f"{self._name}_user_{user}",
            user_id=self.user_id(user),
            user_name=self.user_id(user),
            engine=USER_ENGINE,
            access_string=f"on {self._settings.user[user].access}",
            authentication_mode=ElasticacheUserAuthenticationMode(type="iam"),
        ).user_id

    def _create_replication_group(self) -> None:
        settings = self._settings
        logs = {kind: self._foundation.log_group(f"cache/{self._name}/{kind}") for kind in LOGS}
        group = self._make(
            ElasticacheReplicationGroup,
            self._name,
            replication_group_id=self.id,
            description=f"{self._foundation.names.product} {self._foundation.names.environment}: {self._name}",
            engine=settings.engine,
            engine_version=settings.engine_version,
            node_type=settings.node_type,
            num_cache_clusters=settings.nodes,
            automatic_failover_enabled=settings.replicas > 0,
            multi_az_enabled=settings.multi_az,
            port=PORT,
            subnet_group_name=self._subnet_group,
            security_group_ids=[self.security_group_id],
            parameter_group_name=self._parameter_group,
            transit_encryption_enabled=settings.transit_encryption_enabled,
            transit_encryption_mode="required" if settings.transit_encryption_enabled else None,
            at_rest_encryption_enabled="true",
            kms_key_id=self._foundation.data_key.arn,
            user_group_ids=self._user_groups or None,
            snapshot_retention_limit=settings.snapshot_retention_limit,
            snapshot_window=settings.snapshot_window,
            snapshot_name=settings.restore_from_snapshot,
            final_snapshot_identifier=self._final_snapshot_identifier() if self._foundation.is_production else None,
            maintenance_window=settings.maintenance_window,
            auto_minor_version_upgrade=str(settings.auto_minor_version_upgrade).lower(),
            # In production, changes wait for the maintenance window.
            apply_immediately=not self._foundation.is_production,
            log_delivery_configuration=[_delivery(kind, log_group) for kind, log_group in logs.items()],
            depends_on=[log_group.ready for log_group in logs.values()],
            lifecycle=kept_if(self._foundation.is_production),
        )
        self.arn = group.arn
        self.primary_endpoint = group.primary_endpoint_address
        self.reader_endpoint = group.reader_endpoint_address

    def _final_snapshot_identifier(self) -> str:
        replaced_by = {"restore_from_snapshot": self._settings.restore_from_snapshot or ""}
        return final_snapshot_identifier(self._make, self._name, self.id, replaced_by)


def _delivery(kind: str, log_group: LogGroup) -> ElasticacheReplicationGroupLogDeliveryConfiguration:
    return ElasticacheReplicationGroupLogDeliveryConfiguration(
        destination=log_group.name, destination_type="cloudwatch-logs", log_format="json", log_type=kind
    )
