"""An Aurora cluster and a cache."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)
from constructs import Construct

from bench.service.network import Network


class Databases(Construct):
    """A database and a cache in the data subnets."""

    def __init__(self, scope: Construct, id: str, *, service_name: str, key: KmsKey, network: Network) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.key = key
        self.network = network
        self._create_database()
        self._create_cache()

    def _create_database(self) -> None:
        group = DbSubnetGroup(self, "database_subnets", name=self.service_name, subnet_ids=self.network.data_subnet_ids)
        parameters = RdsClusterParameterGroup(
            self,
            "database_parameters",
            name=self.service_name,
            family="aurora-mysql8.0",
            parameter=[RdsClusterParameterGroupParameter(name="time_zone", value="UTC")],
        )
        self.database = RdsCluster(
            self,
            "database",
            cluster_identifier=self.service_name,
            engine="aurora-mysql",
            master_username="admin",
            manage_master_user_password=True,
            db_subnet_group_name=group.name,
            db_cluster_parameter_group_name=parameters.name,
            vpc_security_group_ids=[self.network.security_groups["data"].id],
            storage_encrypted=True,
            kms_key_id=self.key.arn,
            backup_retention_period=14,
        )
        for ordinal in range(2):
            RdsClusterInstance(
                self,
                f"database_{ordinal}",
                identifier=f"{self.service_name}-{ordinal}",
                cluster_identifier=self.database.id,
                engine=self.database.engine,
                instance_class="db.r6g.large",
            )

    def _create_cache(self) -> None:
        cache_subnets = ElasticacheSubnetGroup(
            self, "cache_subnets", name=self.service_name, subnet_ids=self.network.data_subnet_ids
        )
        self.cache = ElasticacheReplicationGroup(
            self,
            "cache",
            replication_group_id=self.service_name,
            description=self.service_name,
            node_type="cache.r6g.large",
            num_cache_clusters=2,
            automatic_failover_enabled=True,
            subnet_group_name=cache_subnets.name,
            security_group_ids=[self.network.security_groups["data"].id],
        )
