"""Databases in the data subnets."""

from constructs import Construct

from modules.data.database.cluster import AuroraCluster
from modules.data.database.instances import RdsInstances
from modules.data.database.keys.parts import ProxySettings
from modules.data.database.prerequisites import DatabasePrerequisites
from modules.data.database.proxy import DatabaseProxy
from modules.data.database.settings import DatabaseSettings
from modules.foundation.foundation import Foundation
from modules.network.private_zone import PrivateZone
from modules.network.vpc.security_groups import Peer, SecurityGroup, members_of, ranges
from modules.network.vpc.vpc import Network


class Database(Construct):
    """An Aurora cluster or RDS instances in the data subnets, reached by those only that `allow` lets in.

    Creates: subnet group, parameter groups, log groups, monitoring role, security group without rules, the cluster
    and its instances or the instances, replica scaling, names in the private zone, a proxy where one is wanted.

    The names `<label>.db.<zone>` stay when a database is replaced by a restored one. They are not in RDS's
    certificate: a client that checks the host name in it (`verify-full`, `VERIFY_IDENTITY`) uses RDS's own name,
    `endpoint`; one that checks the issuer (`verify-ca`, `VERIFY_CA`) may use either.
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
        self._settings = settings
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
        self.proxy = self._put_proxy_before(settings.proxy, network, zone) if settings.proxy else None
        if settings.corporate:
            self._allow_corporate(network)

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Let the members of a security group connect, to the proxy as well where there is one.

        `name` says who they are, and is unique for this database.
        """
        self._open(f"from_{name}", f"From {name}", members_of(security_group_id))
        if self.proxy:
            self.proxy.allow_ingress_from(security_group_id, name)

    def _create_security_group(self, network: Network) -> None:
        """Make a group that lets no one in, and nothing out: a database only answers."""
        name = self._foundation.names.of(f"database-{self._label}")
        self._group = SecurityGroup(
            self._make,
            self._label,
            name=name,
            description=f"Database {self._label}: whoever is let in by name",
            vpc_id=network.vpc_id,
        )
        self.security_group_id = self._group.id

    def _put_proxy_before(self, settings: ProxySettings, network: Network, zone: PrivateZone) -> DatabaseProxy:
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
        self._open("from_proxy", "From the proxy", members_of(proxy.security_group_id))
        return proxy

    def _allow_corporate(self, network: Network) -> None:
        """Let the corporate ranges in, each by a rule that bears its range: one more changes no other."""
        for name, source in ranges(network.settings.corporate_cidrs).items():
            self._open(f"from_corporate_{name}", "From the corporate network", source)

    def _open(self, what: str, description: str, source: Peer) -> None:
        self._group.allow_ingress_from(f"{self._label}_{what}", source, self._settings.listens_on, description)
