"""Kubernetes clusters."""

from collections.abc import Mapping

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.compute.eks.access import create_access
from modules.compute.eks.add_ons import AddOns
from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.node_groups import FargatePods, ManagedNodes, SelfManagedNodes
from modules.compute.eks.prerequisites import NodePrerequisites
from modules.compute.eks.service_accounts import ServiceAccount
from modules.compute.eks.settings import EksSettings
from modules.data.module import DataModule
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.network.vpc.vpc import Network


class EksCluster(Construct):
    """A cluster with its access entries, add-ons, nodes, and the IAM roles of its pods.

    Creates: everything that `ControlPlane`, `AddOns`, `NodePrerequisites`, `ManagedNodes`,
    `SelfManagedNodes`, `FargatePods`, and `ServiceAccount` create. Tags the subnets for the load balancer controller;
    allows traffic to databases and caches from the nodes' security group, which pods share.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: EksSettings,
        network: Network,
        data: DataModule,
        events: EventsModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._settings = settings
        self._foundation = foundation
        self.plane = ControlPlane(
            self, "control-plane", name=name, settings=settings, network=network, foundation=foundation
        )
        self._create_access()
        self._create_nodes(network)
        self.service_accounts = self._create_service_accounts(data, events)
        self._allow_data_access(data)
        _tag_subnets(network, self.plane.name)

    def _create_access(self) -> None:
        make = self._foundation.resources(self, "eks")
        for label, settings in self._settings.access.items():
            create_access(
                make,
                f"{self._label}_{label}",
                role_arn=settings.role_arn,
                policy=settings.policy,
                namespaces=settings.namespaces,
                plane=self.plane,
            )

    def _create_nodes(self, network: Network) -> None:
        settings = self._settings
        add_ons = AddOns(
            self, "add-ons", name=self._label, settings=settings, plane=self.plane, foundation=self._foundation
        )
        prerequisites = NodePrerequisites(
            self,
            "prerequisites",
            name=self._label,
            settings=settings,
            plane=self.plane,
            before_nodes=add_ons.before_nodes,
            network=network,
            foundation=self._foundation,
        )
        self.managed = {
            label: ManagedNodes(self, f"managed-{label}", name=label, settings=each, prerequisites=prerequisites)
            for label, each in settings.managed.items()
        }
        groups: list[ManagedNodes | SelfManagedNodes | FargatePods] = [
            *self.managed.values(),
            *(
                SelfManagedNodes(self, f"self-managed-{label}", name=label, settings=each, prerequisites=prerequisites)
                for label, each in settings.self_managed.items()
            ),
            *(
                FargatePods(self, f"fargate-{label}", name=label, settings=each, prerequisites=prerequisites)
                for label, each in settings.fargate.items()
            ),
        ]
        add_ons.install_others([group.ready for group in groups])

    def _create_service_accounts(self, data: DataModule, events: EventsModule) -> dict[str, ServiceAccount]:
        return {
            name: ServiceAccount(
                self,
                f"service-account-{name.replace('/', '-in-')}",
                cluster=self._label,
                name=name,
                settings=settings,
                plane=self.plane,
                data=data,
                events=events,
                foundation=self._foundation,
            )
            for name, settings in self._settings.service_account.items()
        }

    def _allow_data_access(self, data: DataModule) -> None:
        for label in self._settings.databases:
            data.databases[label].allow_ingress_from(self.plane.node_group_id, f"eks-{self._label}")
        for label in self._settings.caches:
            data.caches[label].allow_ingress_from(self.plane.node_group_id, f"eks-{self._label}")


def create_cluster_outputs(stack: TerraformStack, clusters: Mapping[str, EksCluster]) -> None:
    """Output what users need to connect to the clusters and to give pods their roles."""
    if not clusters:
        return
    outputs = {
        label: {
            "name": cluster.plane.name,
            "endpoint": cluster.plane.endpoint,
            "node_security_group_id": cluster.plane.node_group_id,
            "roles": {name: account.role_arn for name, account in cluster.service_accounts.items()},
            "database_variables": {
                name: account.variables for name, account in cluster.service_accounts.items() if account.variables
            },
        }
        for label, cluster in clusters.items()
    }
    description = "Clusters by name; `aws eks update-kubeconfig --name NAME` for kubectl, from inside the VPC."
    TerraformOutput(stack, "eks_clusters", value=outputs, description=description)


def _tag_subnets(network: Network, cluster_name: str) -> None:
    """Tag subnets so that the load balancer controller finds them.

    [AWS Load Balancer Controller, Subnet discovery]
    (https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/).
    The tags are on the subnets' own resources; if they were set elsewhere, each plan would delete them.
    """
    shared = {f"kubernetes.io/cluster/{cluster_name}": "shared"}
    network.tag_subnets("public", {"kubernetes.io/role/elb": "1", **shared})
    network.tag_subnets("app", {"kubernetes.io/role/internal-elb": "1", **shared})
