"""RDS proxies."""

from collections.abc import Sequence

from cdktf import Fn, TerraformResource
from cdktf_cdktf_provider_aws.db_proxy import DbProxy, DbProxyAuth
from cdktf_cdktf_provider_aws.db_proxy_default_target_group import (
    DbProxyDefaultTargetGroup,
    DbProxyDefaultTargetGroupConnectionPoolConfig,
)
from cdktf_cdktf_provider_aws.db_proxy_target import DbProxyTarget
from constructs import Construct

from modules.data.database.keys.parts import ProxySettings
from modules.data.database.prerequisites import DatabasePrerequisites
from modules.foundation.policies import Statement, allow, assumed_by, use_key_via
from modules.foundation.resources import address_of
from modules.foundation.roles import Role
from modules.network.private_zone import PrivateZone
from modules.network.vpc.security_groups import SecurityGroup, members_of
from modules.network.vpc.vpc import Network

#: [CreateDBProxy, DBProxyName](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBProxy.html).
PROXY_NAME_LIMIT = 63


class DatabaseProxy(Construct):
    """An RDS proxy in the data subnets, which logs in with the secrets of users.

    Those are the administrator's, unless programs have users: then `log_in_with` names the secrets. In this release of
    the provider, a proxy logs in to the database with passwords only; AWS has since added IAM from end to end.

    Creates: role that may read the secrets, security group with egress to the database only, proxy, target group,
    target.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: ProxySettings,
        prerequisites: DatabasePrerequisites,
        network: Network,
        database_security_group_id: str,
        secret_arn: str,
        target_identifier: str,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._prerequisites = prerequisites
        self._resource_id = f"{prerequisites.label}_proxy"
        self.port = prerequisites.settings.kind.port
        self._create_security_group(network, database_security_group_id)
        self._role = self._create_role(secret_arn)
        self._create_proxy(network, self._role.arn, secret_arn)
        self._create_target(target_identifier)

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Allow the members of a security group to connect to the proxy."""
        self._group.allow_ingress_from(
            f"{self._resource_id}_from_{name}", members_of(security_group_id), self.port, f"From {name}"
        )

    @property
    def resource_id(self) -> str:
        """The ID in the ARNs of database users, which is the end of the proxy's ARN.

        [Connecting to a database through RDS Proxy, Connecting to a database using IAM authentication]
        (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connecting.html).
        """
        return str(Fn.element(Fn.split(":", self._proxy.arn), 6))

    @property
    def endpoint(self) -> str:
        """The endpoint of RDS, for which tokens are signed."""
        return self._proxy.endpoint

    def log_in_with(self, secret_arns: Sequence[str], after: TerraformResource) -> None:
        """Log in with these secrets, one for each user; called once if programs have users.

        `after` is what gives the secrets their values.
        """
        self._proxy.depends_on = [address_of(after)]
        self._role.add_statements(_read(secret_arns))
        self._proxy.put_auth([self._auth(arn) for arn in secret_arns])

    def name(self, zone: PrivateZone) -> None:
        """Create the proxy's DNS name."""
        self.host = zone.add_cname(
            f"{self._resource_id}_db", f"{self._prerequisites.label}-proxy.db", self._proxy.endpoint
        )

    def _create_security_group(self, network: Network, database_security_group_id: str) -> None:
        prerequisites = self._prerequisites
        name = prerequisites.names.of(f"database-{prerequisites.label}-proxy")
        self._group = SecurityGroup(
            prerequisites.make,
            self._resource_id,
            name=name,
            description=f"Proxy of the database {prerequisites.label}: whoever is let in by name",
            vpc_id=network.vpc_id,
        )
        self.security_group_id = self._group.id
        database = members_of(database_security_group_id)
        self._group.allow_egress_to(
            self._resource_id, database, prerequisites.settings.listens_on, f"To the database {prerequisites.label}"
        )

    def _create_role(self, secret_arn: str) -> Role:
        prerequisites = self._prerequisites
        names = prerequisites.names
        decrypt = use_key_via(
            "DecryptSecret",
            "secretsmanager",
            names.region,
            actions=["kms:Decrypt"],
            key_arns=[prerequisites.secret_key_arn],
        )
        return Role(
            prerequisites.make,
            self._resource_id,
            names=names,
            name=f"{prerequisites.label}-database-proxy",
            # As in [Amazon RDS User Guide, Configuring IAM authentication for RDS Proxy]
            # (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-iam-setup.html), without a condition.
            trust_policy=assumed_by("rds.amazonaws.com", None),
            policy_name="secret",
            statements=[*([] if prerequisites.settings.creates_users else [_read([secret_arn])]), decrypt],
        )

    def _create_proxy(self, network: Network, role_arn: str, secret_arn: str) -> None:
        prerequisites = self._prerequisites
        self._proxy = prerequisites.make(
            DbProxy,
            self._resource_id,
            name=prerequisites.names.of(prerequisites.label, PROXY_NAME_LIMIT),
            engine_family=prerequisites.settings.kind.proxy_family,
            role_arn=role_arn,
            vpc_subnet_ids=network.data.all_ids(),
            vpc_security_group_ids=[self.security_group_id],
            require_tls=True,
            idle_client_timeout=self._settings.idle_client_timeout,
            debug_logging=False,  # it would log SQL statements
            auth=[self._auth(secret_arn)],
        )

    def _auth(self, secret_arn: str) -> DbProxyAuth:
        settings = self._prerequisites.settings
        by_iam = settings.login != "password" and settings.iam_database_authentication_enabled
        return DbProxyAuth(auth_scheme="SECRETS", iam_auth="REQUIRED" if by_iam else "DISABLED", secret_arn=secret_arn)

    def _create_target(self, target_identifier: str) -> None:
        prerequisites = self._prerequisites
        group = prerequisites.make(
            DbProxyDefaultTargetGroup,
            self._resource_id,
            db_proxy_name=self._proxy.name,
            connection_pool_config=DbProxyDefaultTargetGroupConnectionPoolConfig(
                max_connections_percent=self._settings.max_connections_percent,
                connection_borrow_timeout=self._settings.connection_borrow_timeout,
            ),
        )
        aurora = prerequisites.settings.is_aurora
        prerequisites.make(
            DbProxyTarget,
            self._resource_id,
            db_proxy_name=self._proxy.name,
            target_group_name=group.name,
            db_cluster_identifier=target_identifier if aurora else None,
            db_instance_identifier=None if aurora else target_identifier,
        )


def _read(secret_arns: Sequence[str]) -> Statement:
    return allow("ReadSecret", actions=["secretsmanager:GetSecretValue"], resources=secret_arns)
