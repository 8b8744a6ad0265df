"""The way of developers to resources in the VPC: tasks through which Session Manager forwards ports."""

import json
from collections.abc import Mapping

from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition, EcsTaskDefinitionRuntimePlatform
from constructs import Construct

from modules.compute.developers.keys.names import DEVELOPERS, developers_name, role_purpose
from modules.compute.developers.settings import DevelopersSettings
from modules.compute.ecs.cluster import EcsCluster
from modules.compute.ecs.settings import EcsSettings
from modules.compute.eks.cluster import EksCluster
from modules.compute.keys.images import Registry, image_reference, is_public
from modules.compute.repository.repository import pull_statements
from modules.compute.service.service import Service
from modules.compute.task.container import log_configuration
from modules.compute.task.rights import write_logs
from modules.compute.task.task import ARCHITECTURES
from modules.data.cache.keys.names import PORT as CACHE_PORT
from modules.data.module import DataModule
from modules.foundation.foundation import Foundation
from modules.foundation.policies import assumed_by
from modules.foundation.roles import Role
from modules.network.module import NetworkModule
from modules.network.vpc.security_groups import ANYWHERE, HTTPS, Peer, SecurityGroup, members_of

#: The smallest size of Fargate: [Amazon ECS task definition parameters for Fargate, Task size]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size).
CPU, MEMORY = 256, 512


class Developers(Construct):
    """A cluster of its own, and the definition of the tasks that developers start in it.

    The cluster is not shared: permission for sessions with the tasks of a cluster is then permission for these tasks
    only. No task runs until somebody connects, and the block costs nothing else.

    Creates: what `EcsCluster` creates; task execution role, task role without permissions on data, log group, task
    definition; security group with a rule to each database, cache, service, and cluster of the block, and the rules
    on their side. What people need is not part of the stack (`keys/statements.py`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DevelopersSettings,
        registry: Registry,
        services: Mapping[str, Service],
        clusters: Mapping[str, EksCluster],
        network: NetworkModule,
        data: DataModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._registry = registry
        self._network = network
        self._data = data
        self._foundation = foundation
        self._make = foundation.resources(self, DEVELOPERS)
        self._create_cluster()
        self._create_security_group()
        for name in settings.databases:
            self._reach_database(name)
        for name in settings.caches:
            self._reach_cache(name)
        for name in settings.services:
            self._reach_service(name, services[name])
        for name in settings.clusters:
            self._reach_cluster(name, clusters[name])
        self._define_task()

    def _create_cluster(self) -> None:
        settings = EcsSettings(tier=self._settings.tier, architecture=self._settings.architecture)
        self._cluster = EcsCluster(
            self, "cluster", name=DEVELOPERS, settings=settings, network=self._network, foundation=self._foundation
        )

    def _create_security_group(self) -> None:
        self._group = SecurityGroup(
            self._make,
            "tasks",
            name=developers_name(self._foundation.names),
            description="Sessions of developers: what the developers block lists",
            vpc_id=self._network.vpc.vpc_id,
        )
        s3 = Peer(prefix_list_id=self._network.s3_prefix_list_id)
        self._group.allow_egress_to("to_s3", s3, HTTPS, "To S3, for image layers")
        self._group.allow_egress_to("to_aws", self._aws(), HTTPS, "To ECR, CloudWatch Logs, and Session Manager")

    def _aws(self) -> Peer:
        """Return the addresses of the AWS services: the VPC's endpoints if it has all of them."""
        network, settings = self._network.vpc, self._settings
        by_endpoint = set(settings.needed_services) <= set(network.settings.interface_endpoints)
        return Peer(cidr_ipv4=str(network.endpoint.cidr)) if by_endpoint and not is_public(settings.image) else ANYWHERE

    def _reach(self, kind: str, label: str, security_group_id: str, port: int) -> None:
        name = f"{kind}_{label}"
        self._group.allow_egress_to(f"to_{name}", members_of(security_group_id), port, f"To {kind} {label}")

    def _reach_database(self, label: str) -> None:
        database = self._data.databases[label]
        database.allow_ingress_from(self._group.id, DEVELOPERS)
        self._reach("database", label, database.security_group_id, database.port)

    def _reach_cache(self, label: str) -> None:
        cache = self._data.caches[label]
        cache.allow_ingress_from(self._group.id, DEVELOPERS)
        self._reach("cache", label, cache.security_group_id, CACHE_PORT)

    def _reach_service(self, label: str, service: Service) -> None:
        service.allow_ingress_from(self._group.id, DEVELOPERS)
        self._reach("service", label, service.task.security_group_id, service.port)

    def _reach_cluster(self, label: str, cluster: EksCluster) -> None:
        plane = cluster.plane
        plane.allow_ingress_from(self._group.id, DEVELOPERS)
        self._reach("cluster", label, plane.api_group_id, HTTPS)

    def _define_task(self) -> None:
        names, settings = self._foundation.names, self._settings
        log_group = self._foundation.log_group(DEVELOPERS)
        execution, task = self._create_role("execution"), self._create_role("task")
        execution.add_statements(*pull_statements([settings.image], self._registry), write_logs(log_group.arn))
        # Whoever has permission for ECS Exec can open a shell in the task too; what is done there is logged.
        self._cluster.grant_execute_command(task)
        container = {
            "name": DEVELOPERS,
            "image": image_reference(settings.image, self._registry),
            "essential": True,
            # The task ends by itself, whatever happened to the command that started it.
            "entryPoint": ["sleep"],
            "command": [str(settings.maximum_hours * 3600)],
            # `sleep` as the first process would ignore SIGTERM, and each stop would take 30 seconds.
            "linuxParameters": {"initProcessEnabled": True},
            "readonlyRootFilesystem": False,  # the agent of ECS Exec writes into the container
            "logConfiguration": log_configuration(log_group.name, names.region),
        }
        self._make(
            EcsTaskDefinition,
            "task",
            family=developers_name(names),
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(CPU),
            memory=str(MEMORY),
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                operating_system_family="LINUX", cpu_architecture=ARCHITECTURES[settings.architecture]
            ),
            execution_role_arn=execution.arn,
            task_role_arn=task.arn,
            container_definitions=json.dumps([container]),
            depends_on=[*execution.ready, *task.ready, log_group.ready, self._cluster.ready],
        )

    def _create_role(self, use: str) -> Role:
        names = self._foundation.names
        return Role(
            self._make,
            use,
            names=names,
            name=role_purpose(use),
            # "Amazon ECS Developer Guide, Amazon ECS task IAM role".
            trust_policy=assumed_by("ecs-tasks.amazonaws.com", names.account_id),
        )
