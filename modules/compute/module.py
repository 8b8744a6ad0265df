"""The compute module of one environment."""

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.access.module import AccessModule
from modules.access.sessions.keys.hosts import log_bucket_arn
from modules.access.sign_in.sign_in import LoadBalancerSignIn
from modules.compute.blocks import ComputeBlocks
from modules.compute.developers.developers import Developers
from modules.compute.developers.settings import DevelopersSettings
from modules.compute.ecs.cluster import EcsCluster
from modules.compute.eks.cluster import EksCluster, create_cluster_outputs
from modules.compute.eks.keys.registry import KUBERNETES_REGISTRY_BUCKET
from modules.compute.keys.images import images_in
from modules.compute.load_balancer.load_balancer import LoadBalancer
from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.compute.repository.replication import Replication
from modules.compute.repository.repository import Repository, push_lines
from modules.compute.repository.settings import registry_of
from modules.compute.services import Services
from modules.data.module import DataModule
from modules.events.function.functions import Function
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.network.module import NetworkModule


class ComputeModule(Construct):
    """Load balancers, image repositories, clusters, and services."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: ComputeBlocks,
        network: NetworkModule,
        access: AccessModule,
        data: DataModule,
        events: EventsModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._blocks = blocks
        self._network = network
        self._access = access
        self._data = data
        self._events = events
        self._foundation = foundation
        self.registry = registry_of(blocks.registry, foundation.names)
        self.repositories = self._build_repositories()
        if any(repository.replicate_to_regions for repository in blocks.repository.values()):
            Replication(self, "replication", settings=blocks.repository, foundation=foundation)
        self.clusters = self._build_clusters()
        if blocks.has_session_hosts:
            network.allow_bucket(log_bucket_arn(foundation.names))
        self.load_balancers = self._build_load_balancers()
        built = self._build_services()
        self.services = built.services
        self.scheduled_tasks = built.scheduled_tasks
        self.task_log_groups = built.log_groups
        for name, function in events.functions.items():
            self._attach_function(name, function)
        self.eks = self._build_kubernetes()
        if blocks.developers:
            self._build_developers(blocks.developers)
        self._create_outputs()

    def _build_repositories(self) -> dict[str, Repository]:
        return {
            name: Repository(self, f"repository-{name}", name=name, settings=settings, foundation=self._foundation)
            for name, settings in self._blocks.repository.items()
        }

    def _build_clusters(self) -> dict[str, EcsCluster]:
        return {
            name: EcsCluster(
                self,
                f"ecs-{name}",
                name=name,
                settings=settings,
                network=self._network,
                foundation=self._foundation,
            )
            for name, settings in self._blocks.ecs.items()
        }

    def _build_load_balancers(self) -> dict[str, LoadBalancer]:
        return {
            name: LoadBalancer(
                self,
                f"load-balancer-{name}",
                name=name,
                settings=settings,
                network=self._network,
                foundation=self._foundation,
                sign_in=self._sign_in_of(name, settings),
            )
            for name, settings in self._blocks.load_balancer.items()
        }

    def _sign_in_of(self, name: str, settings: LoadBalancerSettings) -> LoadBalancerSignIn | None:
        hosts = settings.sign_in_hosts
        return self._access.sign_in.for_load_balancer(name, hosts) if hosts else None

    def _build_services(self) -> Services:
        return Services(
            self,
            "services",
            blocks=self._blocks,
            clusters=self.clusters,
            load_balancers=self.load_balancers,
            registry=self.registry,
            network=self._network,
            data=self._data,
            events=self._events,
            foundation=self._foundation,
        )

    def _attach_function(self, name: str, function: Function) -> None:
        for label, load_balancer in self.load_balancers.items():
            for rule in self._blocks.load_balancer[label].rules_to(name):
                load_balancer.forward_function(rule, function.function_arn, name, qualifier=function.qualifier)

    def _build_kubernetes(self) -> dict[str, EksCluster]:
        clusters = {
            name: EksCluster(
                self,
                f"eks-{name}",
                name=name,
                settings=settings,
                network=self._network.vpc,
                data=self._data,
                events=self._events,
                foundation=self._foundation,
            )
            for name, settings in self._blocks.eks.items()
        }
        if clusters:
            bucket = KUBERNETES_REGISTRY_BUCKET.format(region=self._foundation.names.region)
            self._network.allow_downloads("KubernetesRegistry", [bucket])
        if self._blocks.vpn and self._access.vpn:
            for name in self._blocks.vpn.eks:
                clusters[name].plane.allow_ingress_from(self._access.vpn.security_group_id, "vpn")
        create_cluster_outputs(TerraformStack.of(self), clusters)
        return clusters

    def _build_developers(self, settings: DevelopersSettings) -> None:
        Developers(
            self,
            "developers",
            settings=settings,
            registry=self.registry,
            services=self.services,
            clusters=self.eks,
            network=self._network,
            data=self._data,
            foundation=self._foundation,
        )

    def _create_outputs(self) -> None:
        stack = TerraformStack.of(self)
        if self.repositories:
            images = [image for _, image in images_in(self._blocks)]
            architectures = [cluster.settings.architecture for cluster in self.clusters.values()]
            lines = push_lines(self.repositories, images, architectures, self.registry)
            TerraformOutput(stack, "push_images", value=lines, description="How each repository gets an image.")
        if self.clusters:
            names = {name: cluster.name for name, cluster in self.clusters.items()}
            TerraformOutput(stack, "ecs_clusters", value=names, description="ECS clusters by name.")
        if self.load_balancers:
            outputs = {
                name: {
                    "names": list(self._blocks.load_balancer[name].names),
                    "dns_name": load_balancer.dns_name,
                    "security_group_id": load_balancer.security_group_id,
                }
                for name, load_balancer in self.load_balancers.items()
            }
            TerraformOutput(stack, "load_balancers", value=outputs, description="Load balancers by name.")
