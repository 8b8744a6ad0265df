"""Prerequisites of a database: subnet group, parameter groups, log groups, monitoring role."""

from typing import TypedDict

from cdktf import ITerraformDependable, TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)
from constructs import Construct

from modules.data.database.settings import DatabaseSettings, cluster_identifier, instance_identifier
from modules.data.final_snapshots import final_snapshot_identifier
from modules.foundation.foundation import Foundation
from modules.foundation.logs import RETENTION_DAYS
from modules.foundation.policies import assumed_by, aws_policy
from modules.foundation.resources import Resources, address_of
from modules.foundation.roles import Role
from modules.network.vpc.vpc import Network

#: [CreateDBSubnetGroup](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html),
#: [CreateDBParameterGroup](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html):
#: 255 characters.
GROUP_NAME_LIMIT = 255
#: Settings whose change replaces the database.
_REPLACED_BY = ("engine", "database_name", "master_username", "storage_encrypted", "restore_from_snapshot")
MONITORING_POLICY = aws_policy("service-role/AmazonRDSEnhancedMonitoringRole")


class InstanceArguments(TypedDict):
    """Arguments that `aws_rds_cluster_instance` and `aws_db_instance` both have, with the same meaning."""

    instance_class: str
    publicly_accessible: bool
    ca_cert_identifier: str
    auto_minor_version_upgrade: bool
    copy_tags_to_snapshot: bool
    apply_immediately: bool
    monitoring_interval: float
    monitoring_role_arn: str | None
    performance_insights_enabled: bool
    performance_insights_kms_key_id: str | None
    performance_insights_retention_period: float | None


class DatabasePrerequisites(Construct):
    """Resources that a database of any engine requires.

    Creates: subnet group, parameter groups, log groups of the exported logs, role for Enhanced Monitoring.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        label: str,
        settings: DatabaseSettings,
        network: Network,
        foundation: Foundation,
        make: Resources,
    ) -> None:
        super().__init__(scope, id)
        self.label = label
        self.settings = settings
        self.names = foundation.names
        self.kept = foundation.is_production
        self.make = make
        self.identifier = cluster_identifier(self.names, label)
        self.key_arn = foundation.data_key.arn if settings.storage_encrypted else None
        self.secret_key_arn = foundation.data_key.arn
        self._foundation = foundation
        self._create_subnet_group(network)
        self._create_parameter_groups()
        #: By the name of the log.
        self.log_groups = {log: self._create_log_group(log) for log in settings.logs}
        self.final_snapshot_identifier = None if settings.skip_final_snapshot else self._create_final_snapshot_name()
        self.monitoring_ready: list[ITerraformDependable] = []
        self.monitoring_role_arn = self._create_monitoring_role() if settings.monitoring_interval else None

    def instance_identifier(self, ordinal: int) -> str:
        """Return an instance's identifier."""
        return instance_identifier(self.names, self.label, ordinal)

    @property
    def instance_arguments(self) -> InstanceArguments:
        """Arguments of each instance, in an Aurora cluster or not."""
        settings = self.settings
        return InstanceArguments(
            instance_class=settings.instance_class or "db.serverless",
            publicly_accessible=False,
            ca_cert_identifier=settings.ca_cert_identifier,
            auto_minor_version_upgrade=settings.auto_minor_version_upgrade,
            copy_tags_to_snapshot=True,
            apply_immediately=settings.apply_immediately,
            monitoring_interval=settings.monitoring_interval,
            monitoring_role_arn=self.monitoring_role_arn,
            performance_insights_enabled=settings.has_performance_insights,
            performance_insights_kms_key_id=self.insights_key_arn,
            performance_insights_retention_period=self.insights_retention,
        )

    @property
    def insights_key_arn(self) -> str | None:
        """The key for Performance Insights data, which contain SQL statements."""
        return self.key_arn if self.settings.has_performance_insights else None

    @property
    def insights_retention(self) -> int | None:
        """Retention in days, if Performance Insights is on."""
        return self.settings.insights_retention_days if self.settings.has_performance_insights else None

    @staticmethod
    def managed_secret_arn(database: TerraformResource) -> str:
        """Return the ARN of the secret that RDS manages for a cluster or an instance, or the database's own ARN.

        A database whose creation failed has no secret. Without a substitute, plans and destroys of resources that
        reference the secret would fail with an index into an empty list, or a null in a policy.
        """
        address = address_of(database)
        return f"${{concat({address}.master_user_secret[*].secret_arn, [{address}.arn])[0]}}"

    def _create_final_snapshot_name(self) -> str:
        replaced_by = {name: str(getattr(self.settings, name)) for name in _REPLACED_BY}
        return final_snapshot_identifier(self.make, self.label, self.identifier, replaced_by)

    def _create_subnet_group(self, network: Network) -> None:
        self.subnet_group_name = self.make(
            DbSubnetGroup,
            self.label,
            name=self.names.of(self.label, GROUP_NAME_LIMIT),
            description=f"Data subnets of {self.names.environment}",
            subnet_ids=network.data.all_ids(),
        ).name

    def _create_parameter_groups(self) -> None:
        """Create parameter groups named after their family, so the groups of a new major version can coexist.

        Aurora has two: one for the cluster, and one for instances, which is empty; it exists from the start because
        changing to another group later restarts the instances.
        """
        settings = self.settings
        family = settings.family
        name = self.names.of(f"{self.label}-{family.replace('.', '-')}", GROUP_NAME_LIMIT)
        description = f"{self.label}: TLS, character set, slow statements"
        lifecycle = TerraformResourceLifecycle(create_before_destroy=True)
        ours = [
            *((key, value, "immediate") for key, value in self._dynamic_parameters().items()),
            *((key, value, "pending-reboot") for key, value in self._static_parameters().items()),
        ]
        if settings.is_aurora:
            self.cluster_parameter_group_name = self.make(
                RdsClusterParameterGroup,
                self.label,
                name=name,
                family=family,
                description=description,
                parameter=[
                    RdsClusterParameterGroupParameter(name=key, value=value, apply_method=method)
                    for key, value, method in sorted(ours)
                ],
                lifecycle=lifecycle,
            ).name
        self.parameter_group_name = self.make(
            DbParameterGroup,
            self.label,
            name=name,
            family=family,
            description=f"{self.label}: instances" if settings.is_aurora else description,
            parameter=[
                DbParameterGroupParameter(name=key, value=value, apply_method=method)
                for key, value, method in sorted(() if settings.is_aurora else ours)
            ],
            lifecycle=lifecycle,
        ).name

    def _dynamic_parameters(self) -> dict[str, str]:
        settings = self.settings
        ours = {**settings.kind.parameters(settings.slow_query_seconds), **settings.parameters}
        if settings.kind.dialect == "mysql":
            ours[settings.kind.tls_parameter] = settings.kind.tls_value
        return {name: value for name, value in ours.items() if name not in settings.static_parameters}

    def _static_parameters(self) -> dict[str, str]:
        """Return the static parameters, with PostgreSQL's TLS parameter: a new instance then starts with it."""
        settings = self.settings
        tls = {settings.kind.tls_parameter: settings.kind.tls_value} if settings.kind.dialect == "postgres" else {}
        return {**settings.static_parameters, **tls}

    def log_group_name(self, log: str) -> str:
        """Return the name that RDS uses for the log group of a log.

        [Amazon RDS User Guide, Publishing database logs to Amazon CloudWatch Logs]
        (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html).
        """
        aurora = self.settings.is_aurora
        path = f"cluster/{self.identifier}" if aurora else f"instance/{self.instance_identifier(1)}"
        return f"/aws/rds/{path}/{log}"

    def _create_log_group(self, log: str) -> ITerraformDependable:
        """Create the log group before RDS does, which would set no retention and no key."""
        return self.make(
            CloudwatchLogGroup,
            f"{self.label}_{log}",
            name=self.log_group_name(log),
            retention_in_days=RETENTION_DAYS[self._foundation.tier],
            kms_key_id=self._foundation.log_key.arn,
        )

    def _create_monitoring_role(self) -> str:
        """Create the role with which RDS writes operating system metrics ("Enhanced Monitoring"); return its ARN."""
        address = f"{self.label}_monitoring"
        role = Role(
            self.make,
            address,
            names=self.names,
            name=f"{self.label}-database-monitoring",
            # "Setting up and enabling Enhanced Monitoring, Protecting against the confused deputy problem"
            # (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Monitoring.OS.Enabling.html).
            trust_policy=assumed_by("monitoring.rds.amazonaws.com", self.names.account_id),
            managed_policies={address: MONITORING_POLICY},
        )
        # RDS checks the role's permissions when it creates an instance.
        self.monitoring_ready = role.ready
        return role.arn
