"""ECS clusters and their capacity providers."""

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster as AwsEcsCluster,
)
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import (
    EcsClusterCapacityProviders,
    EcsClusterCapacityProvidersDefaultCapacityProviderStrategy,
)
from constructs import Construct

from modules.compute.ecs.instances import EcsInstances
from modules.compute.ecs.settings import Capacity, EcsSettings, Share
from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow
from modules.foundation.roles import Role
from modules.network.module import NetworkModule


class EcsCluster(Construct):
    """A cluster on Fargate, on EC2 instances, or on both.

    Creates: cluster, log group of ECS Exec, the cluster's capacity providers and its default capacity provider
    strategy; with an `ec2` block what `EcsInstances` creates.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: EcsSettings,
        network: NetworkModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._foundation = foundation
        self._make = foundation.resources(self, "ecs")
        names = foundation.names
        self.settings = settings
        #: In plain text, for the user data of instances and the dimensions of alarms.
        self.name = names.of(name)
        self.arn = f"arn:aws:ecs:{names.region}:{names.account_id}:cluster/{self.name}"
        #: The instances of the `ec2` block, if there is one.
        self.instances: EcsInstances | None = None
        self._create_cluster()
        self._shares = self._create_capacities(network)
        self.ready = self._attach_capacity_providers()

    @property
    def capacity_providers(self) -> tuple[str, ...]:
        """The names of the cluster's capacity providers."""
        fargate = ("FARGATE", "FARGATE_SPOT") if "fargate" in self._shares else ()
        return (*fargate, *(share.provider for share in self._shares.get("ec2", ())))

    def capacity_strategy(self, capacity: Capacity | None) -> tuple[Share, ...]:
        """Return the capacity provider strategy for this capacity; None is the cluster's default.

        Raises KeyError for a capacity that the cluster does not have.
        """
        return self._shares[self.settings.capacity_of(capacity)]

    def grant_execute_command(self, role: Role) -> None:
        """Allow a task role what ECS Exec needs.

        [Amazon ECS Developer Guide, Monitor Amazon ECS containers with ECS Exec]
        (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html): the agent in the task opens the
        channel, decrypts the session, and logs its commands.
        """
        role.add_statements(
            allow(
                "OpenChannel",
                actions=[
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                ],
                # [Actions, resources, and condition keys for Amazon Session Manager Message Gateway Service]
                # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsessionmanagermessagegatewayservice.html).
                resources=["*"],
            ),
            allow("DecryptChannel", actions=["kms:Decrypt"], resources=[self._foundation.session_key.arn]),
            allow("FindLogGroups", actions=["logs:DescribeLogGroups"], resources=["*"]),
            allow(
                "WriteDown",
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[f"{self._log_group.arn}:*"],
            ),
        )

    def _create_cluster(self) -> None:
        self._log_group = self._foundation.log_group(f"ecs/{self._label}/exec")
        logs = EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
            cloud_watch_log_group_name=self._log_group.name, cloud_watch_encryption_enabled=True
        )
        commands = EcsClusterConfigurationExecuteCommandConfiguration(
            kms_key_id=self._foundation.session_key.arn, logging="OVERRIDE", log_configuration=logs
        )
        self._cluster = self._make(
            AwsEcsCluster,
            self._label,
            name=self.name,
            setting=[EcsClusterSetting(name="containerInsights", value=self.settings.container_insights)],
            configuration=EcsClusterConfiguration(execute_command_configuration=commands),
            depends_on=[self._log_group.ready],
        )

    def _create_capacities(self, network: NetworkModule) -> dict[Capacity, tuple[Share, ...]]:
        shares: dict[Capacity, tuple[Share, ...]] = {}
        if self.settings.fargate:
            shares["fargate"] = self.settings.fargate.shares
        if self.settings.ec2:
            self.instances = EcsInstances(
                self,
                "instances",
                name=self._label,
                cluster_name=self.name,
                settings=self.settings.ec2,
                architecture=self.settings.architecture,
                network=network.vpc,
                foundation=self._foundation,
            )
            shares["ec2"] = (Share(self.instances.capacity_provider, 0, 1),)
        return shares

    def _attach_capacity_providers(self) -> ITerraformDependable:
        """Attach the capacity providers; services depend on this, so the last service is deleted before it."""
        return self._make(
            EcsClusterCapacityProviders,
            self._label,
            cluster_name=self._cluster.name,
            capacity_providers=sorted(self.capacity_providers),
            default_capacity_provider_strategy=[
                EcsClusterCapacityProvidersDefaultCapacityProviderStrategy(
                    capacity_provider=share.provider, base=share.base, weight=share.weight
                )
                for share in self.capacity_strategy(None)
            ],
        )
