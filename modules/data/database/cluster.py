"""Aurora clusters."""

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster, RdsClusterServerlessv2ScalingConfiguration
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from constructs import Construct

from modules.autoscaling.policies import ScalableTarget, Scaling, ScalingMetric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.data.backup.settings import backup_tags
from modules.data.database.prerequisites import DatabasePrerequisites
from modules.foundation.metrics import CloudWatchMetric, MetricSource
from modules.network.private_zone import PrivateZone

#: The same for all instances, so that any of them can take over. Serverless readers in tier 1 scale with the writer.
PROMOTION_TIER = 1


class AuroraCluster(Construct):
    """An Aurora cluster. Creates: cluster, instances by ordinal, replica scaling."""

    def __init__(
        self, scope: Construct, id: str, *, prerequisites: DatabasePrerequisites, security_group_id: str
    ) -> None:
        super().__init__(scope, id)
        self._prerequisites = prerequisites
        self._settings = prerequisites.settings
        self._create_cluster(security_group_id)
        self._instances = [self._create_instance(ordinal) for ordinal in self._settings.ordinals]
        if self._settings.replica_scaling:
            self._scale(self._settings.replica_scaling)

    @property
    def ready(self) -> list[ITerraformDependable]:
        """The resources that must exist before a client can connect."""
        return [self._cluster, *self._instances]

    @property
    def resource_ids(self) -> list[str]:
        """The IDs in the ARNs of database users."""
        return [self._cluster.cluster_resource_id]

    @property
    def read_only_endpoint(self) -> str:
        """The endpoint of the readers."""
        return self._cluster.reader_endpoint

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are: the cluster, for all of its instances."""
        dimensions = {"DBClusterIdentifier": self._cluster.cluster_identifier}
        cluster = MetricSource("AWS/RDS", dimensions)
        return {
            "database": [cluster],
            "replicas": [cluster],
            "writer": [MetricSource("AWS/RDS", {**dimensions, "Role": "WRITER"})],
        }

    def name(self, zone: PrivateZone) -> None:
        """Create the DNS names of the writer and of the readers; with one instance both resolve to it."""
        label = self._prerequisites.label
        zone.add_cname(f"{label}_db", f"{label}.db", self._cluster.endpoint)
        zone.add_cname(f"{label}_ro_db", f"{label}-ro.db", self._cluster.reader_endpoint)

    def _create_cluster(self, security_group_id: str) -> None:
        prerequisites, settings = self._prerequisites, self._settings
        restored, upgrade = settings.restore_from_snapshot, settings.allow_major_version_upgrade
        advanced = settings.database_insights_mode == "advanced"
        self._cluster = prerequisites.make(
            RdsCluster,
            prerequisites.label,
            cluster_identifier=prerequisites.identifier,
            engine=settings.engine,
            engine_mode="provisioned",
            engine_version=settings.engine_version,
            allow_major_version_upgrade=upgrade,
            # A snapshot has its own database and administrator.
            snapshot_identifier=restored,
            database_name=None if restored else settings.database_name,
            master_username=None if restored else settings.master_username,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=prerequisites.secret_key_arn,
            port=settings.listens_on,
            db_subnet_group_name=prerequisites.subnet_group_name,
            vpc_security_group_ids=[security_group_id],
            db_cluster_parameter_group_name=prerequisites.cluster_parameter_group_name,
            # After a major version upgrade the instances need a parameter group of the new family.
            db_instance_parameter_group_name=prerequisites.parameter_group_name if upgrade else None,
            serverlessv2_scaling_configuration=self._capacity(),
            storage_encrypted=settings.storage_encrypted,
            kms_key_id=prerequisites.key_arn,
            storage_type=None if settings.storage_type == "aurora" else settings.storage_type,
            backup_retention_period=settings.backup_retention_period,
            preferred_backup_window=settings.backup_window,
            preferred_maintenance_window=settings.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=settings.deletion_protection,
            skip_final_snapshot=settings.skip_final_snapshot,
            final_snapshot_identifier=prerequisites.final_snapshot_identifier,
            apply_immediately=settings.apply_immediately,
            iam_database_authentication_enabled=settings.iam_database_authentication_enabled,
            enabled_cloudwatch_logs_exports=list(settings.logs),
            database_insights_mode=settings.database_insights_mode,
            # The advanced mode is set on the cluster and requires these there; otherwise they are set per instance.
            performance_insights_enabled=True if advanced else None,
            performance_insights_kms_key_id=prerequisites.insights_key_arn if advanced else None,
            performance_insights_retention_period=prerequisites.insights_retention if advanced else None,
            tags=backup_tags(settings.backup),
            lifecycle=self._lifecycle(),
            depends_on=list(prerequisites.log_groups.values()),
        )
        self.endpoint = self._cluster.endpoint
        self.secret_arn = prerequisites.managed_secret_arn(self._cluster)
        self.target_identifier = self._cluster.cluster_identifier

    def _capacity(self) -> RdsClusterServerlessv2ScalingConfiguration | None:
        serverless = self._settings.serverless_v2_scaling
        if serverless is None:
            return None
        return RdsClusterServerlessv2ScalingConfiguration(
            min_capacity=serverless.min_capacity, max_capacity=serverless.max_capacity
        )

    def _lifecycle(self) -> TerraformResourceLifecycle:
        return TerraformResourceLifecycle(
            prevent_destroy=True if self._prerequisites.kept else None,
            # Readers that scaling adds are members too, and Terraform does not manage them.
            ignore_changes=["cluster_members"],
        )

    def _create_instance(self, ordinal: int) -> RdsClusterInstance:
        prerequisites, settings = self._prerequisites, self._settings
        zones = settings.availability_zones
        return prerequisites.make(
            RdsClusterInstance,
            f"{prerequisites.label}_{ordinal}",
            identifier=prerequisites.instance_identifier(ordinal),
            cluster_identifier=self._cluster.id,
            engine=settings.engine,
            availability_zone=f"{prerequisites.names.region}{zones[ordinal - 1]}" if zones else None,
            db_subnet_group_name=prerequisites.subnet_group_name,
            db_parameter_group_name=prerequisites.parameter_group_name,
            promotion_tier=PROMOTION_TIER,
            preferred_maintenance_window=settings.maintenance_window,
            **prerequisites.instance_arguments,
            depends_on=prerequisites.monitoring_ready,
        )

    def _scale(self, settings: ScalingSettings) -> None:
        """Scale the readers ([Amazon Aurora Auto Scaling with Aurora Replicas]
        (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Integrating.AutoScaling.html)).

        The metric is the average over the readers, so scaling needs at least one reader.
        """
        Scaling(
            self,
            "replica-scaling",
            settings=settings,
            target=ScalableTarget(
                service_namespace="rds",
                resource_id=f"cluster:{self._cluster.cluster_identifier}",
                scalable_dimension="rds:cluster:ReadReplicaCount",
                metrics={
                    "cpu": self._metric("CPUUtilization", "RDSReaderAverageCPUUtilization"),
                    "connections": self._metric("DatabaseConnections", "RDSReaderAverageDatabaseConnections"),
                },
            ),
            make=self._prerequisites.make,
            names=self._prerequisites.names,
            name=f"{self._prerequisites.label}_replicas",
            after=self._instances,
        )

    def _metric(self, name: str, predefined: str) -> ScalingMetric:
        dimensions = {"DBClusterIdentifier": self._cluster.cluster_identifier, "Role": "READER"}
        return ScalingMetric(CloudWatchMetric("AWS/RDS", name, dimensions), predefined)
