"""Databases: Aurora clusters and RDS DB instances."""

from collections.abc import Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from modules.data.database.cluster import AuroraCluster
from modules.data.database.instances import RdsInstances
from modules.data.database.keys.engines import Dialect
from modules.data.database.keys.parts import ProxySettings
from modules.data.database.prerequisites import DatabasePrerequisites
from modules.data.database.proxy import DatabaseProxy
from modules.data.database.settings import DatabaseSettings
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.policies import Statement, allow
from modules.network.private_zone import PrivateZone
from modules.network.vpc.security_groups import Peer, SecurityGroup, members_of, ranges
from modules.network.vpc.vpc import Network


class Database(Construct):
    """An Aurora cluster or RDS DB instances in the data subnets. `allow_ingress_from` allows clients to connect.

    Creates: subnet group, parameter groups, log groups, monitoring role, security group without rules, cluster with
    its instances or DB instances, replica scaling, names in the private zone. Optionally: proxy.

    The name `<label>.db.<zone>` stays the same when a restored database replaces this one. It is not in the RDS
    certificate: a client that verifies the host name (`verify-full`, `VERIFY_IDENTITY`) must use the RDS endpoint,
    `endpoint`; one that verifies only the certificate authority (`verify-ca`, `VERIFY_CA`) can use either.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: DatabaseSettings,
        network: Network,
        zone: PrivateZone,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self.settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "database")
        self._prerequisites = DatabasePrerequisites(
            self,
            "prerequisites",
            label=name,
            settings=settings,
            network=network,
            foundation=foundation,
            make=self._make,
        )
        self._create_security_group(network)
        kind = AuroraCluster if settings.is_aurora else RdsInstances
        self._built = kind(
            self, "instances", prerequisites=self._prerequisites, security_group_id=self.security_group_id
        )
        self._built.name(zone)
        self.endpoint = self._built.endpoint
        self.secret_arn = self._built.secret_arn
        self.secret_key_arn = self._prerequisites.secret_key_arn
        self.port = settings.listens_on
        self.database_name = settings.database_name
        self.host = f"{name}.db.{zone.name}"
        self.read_only_host = f"{name}-ro.db.{zone.name}" if settings.is_aurora or settings.instances > 1 else None
        self.read_only_endpoint = self._built.read_only_endpoint if self.read_only_host else None
        self.proxy = self._create_proxy(settings.proxy, network, zone) if settings.proxy else None
        if settings.corporate:
            self._allow_corporate(network)

    @property
    def identifier(self) -> str:
        """The identifier of the cluster, or of the primary instance."""
        return self._built.target_identifier

    @property
    def ready(self) -> list[ITerraformDependable]:
        """The resources that must exist before a client can connect."""
        return self._built.ready

    @property
    def resource_id(self) -> str:
        """The ID of the cluster, or of the primary instance: another one after it was replaced."""
        return self._built.resource_ids[0]

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return self._built.metrics

    def log_groups_of(self, dialect: Dialect, log: str) -> dict[str, ITerraformDependable]:
        """Return the log group of a log by its name; none if the engine is another, or the log is not exported."""
        prerequisites = self._prerequisites
        if self.settings.kind.dialect != dialect or log not in prerequisites.log_groups:
            return {}
        return {prerequisites.log_group_name(log): prerequisites.log_groups[log]}

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Allow the members of a security group to connect, also to the proxy if there is one.

        `name` describes them and is unique for this database.
        """
        self._add_ingress_rule(f"from_{name}", f"From {name}", members_of(security_group_id))
        if self.proxy:
            self.proxy.allow_ingress_from(security_group_id, name)

    def allow_administration_from(self, security_group_id: str) -> ITerraformDependable:
        """Allow the function that creates users to connect, to the database only; return the rule."""
        return self._add_ingress_rule("from_logins", "From the function of logins", members_of(security_group_id))

    def connect_statement(self, sid: str, users: Sequence[str]) -> Statement:
        """Return the policy statement for a role that logs in by IAM as these users, at the proxy if there is one.

        [Creating and using an IAM policy for IAM database access]
        (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html).
        """
        ids = [self.proxy.resource_id] if self.proxy else self._built.resource_ids
        names = self._foundation.names
        arn = f"arn:aws:rds-db:{names.region}:{names.account_id}:dbuser"
        return allow(sid, actions=["rds-db:connect"], resources=[f"{arn}:{id}/{user}" for id in ids for user in users])

    def _create_security_group(self, network: Network) -> None:
        """Create the security group without rules: a database opens no connections."""
        name = self._foundation.names.of(f"database-{self._label}")
        self._group = SecurityGroup(
            self._make,
            self._label,
            name=name,
            description=f"Database {self._label}: whoever is let in by name",
            vpc_id=network.vpc_id,
        )
        self.security_group_id = self._group.id

    def _create_proxy(self, settings: ProxySettings, network: Network, zone: PrivateZone) -> DatabaseProxy:
        proxy = DatabaseProxy(
            self,
            "proxy",
            settings=settings,
            prerequisites=self._prerequisites,
            network=network,
            database_security_group_id=self.security_group_id,
            secret_arn=self.secret_arn,
            target_identifier=self._built.target_identifier,
        )
        proxy.name(zone)
        self._add_ingress_rule("from_proxy", "From the proxy", members_of(proxy.security_group_id))
        return proxy

    def _allow_corporate(self, network: Network) -> None:
        """Allow the corporate ranges, each with a rule named after it, so adding one changes no other rule."""
        for name, source in ranges(network.settings.corporate_cidrs).items():
            self._add_ingress_rule(f"from_corporate_{name}", "From the corporate network", source)

    def _add_ingress_rule(self, name: str, description: str, source: Peer) -> ITerraformDependable:
        return self._group.allow_ingress_from(f"{self._label}_{name}", source, self.settings.listens_on, description)
