"""What all nodes of a cluster share: subnets, roles, and how they join and get out."""

from collections.abc import Sequence
from functools import cached_property

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from constructs import Construct

from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.roles import Role, aws_policy, make_role
from modules.compute.eks.running_nodes import RunningNodes
from modules.compute.eks.settings import EksSettings
from modules.compute.eks.trust import by_instances, by_service
from modules.compute.eks.user_data import Joining
from modules.foundation.foundation import Foundation
from modules.network.vpc.tiers import AppSubnets
from modules.network.vpc.vpc import Network

#: "Amazon EKS node IAM role". The CNI has a role of its own, and pods get theirs.
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


class NodePrerequisites(Construct):
    """The prerequisites of a cluster's nodes, made as far as its groups ask for it.

    Creates: the role of managed nodes; role, instance profile and access entry of our own nodes; the role by which
    Fargate starts pods.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: EksSettings,
        plane: ControlPlane,
        before_nodes: Sequence[ITerraformDependable],
        network: Network,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self.label = name
        self.plane = plane
        self.foundation = foundation
        self.before_nodes = before_nodes
        self.version = settings.version
        self._settings = settings
        self._network = network
        # Fargate starts no pod in a public subnet, and no node of ours belongs into one.
        self._subnets: AppSubnets = network.app
        self._make = foundation.resources(self, "eks")

    def zones(self, asked: Sequence[str]) -> list[str]:
        """Return the letters of the zones that are asked for, of all zones for none."""
        return sorted(set(asked) or self._subnets.ids)

    def subnet_ids(self, asked: Sequence[str]) -> list[str]:
        """Return the app subnets of the zones that are asked for, of all zones for none."""
        return [self._subnets.ids[zone] for zone in self.zones(asked)]

    @cached_property
    def running(self) -> RunningNodes:
        """How many nodes run in the managed node groups."""
        return RunningNodes(self, "running", label=self.label, cluster_name=self.plane.name, foundation=self.foundation)

    @property
    def joining(self) -> Joining:
        """What a node of our own needs to join."""
        plane = self.plane
        return Joining(plane.name, plane.endpoint, plane.certificate, self._settings.service_cidr)

    @property
    def proxy_variables(self) -> dict[str, str]:
        """What tells a node of the network's proxy, past which everything in the cluster is reached; empty without."""
        proxy = self._network.proxy
        # The Kubernetes API is https://<id>.<shard>.<region>.eks.amazonaws.com; the rest are names in the cluster.
        api = f".{self.foundation.names.region}.eks.amazonaws.com"
        return proxy.variables(str(self._settings.service_cidr), ".svc", ".cluster.local", api) if proxy else {}

    @cached_property
    def managed_role(self) -> Role:
        """The role of nodes that EKS starts; it gives them their access entry by itself."""
        return self._create_node_role("nodes")

    @cached_property
    def own_role(self) -> Role:
        """The role of nodes that we start: another, for EKS's own entry of the first is not ours to make."""
        return self._create_node_role("own_nodes")

    @cached_property
    def own_profile_arn(self) -> str:
        """The instance profile of nodes that we start."""
        profile = self._make(
            IamInstanceProfile, f"{self.label}_own_nodes", name=self.own_role.name, role=self.own_role.name
        )
        return profile.arn

    @cached_property
    def own_entry(self) -> ITerraformDependable:
        """The access entry by which nodes that we start may join."""
        return self._make(
            EksAccessEntry,
            f"{self.label}_own_nodes",
            cluster_name=self.plane.cluster.name,
            principal_arn=self.own_role.arn,
            type="EC2_LINUX",
        )

    @cached_property
    def fargate_role(self) -> Role:
        """The role by which Fargate pulls images and starts pods."""
        names = self.foundation.names
        profiles = f"arn:aws:eks:{names.region}:{names.account_id}:fargateprofile/{self.plane.name}/*"
        return make_role(
            self._make,
            f"{self.label}_fargate",
            name=names.role(f"eks-{self.label}-fargate"),
            trust=by_service("eks-fargate-pods.amazonaws.com", profiles),
            policy_arns=[aws_policy("AmazonEKSFargatePodExecutionRolePolicy")],
        )

    def _create_node_role(self, what: str) -> Role:
        return make_role(
            self._make,
            f"{self.label}_{what}",
            name=self.foundation.names.role(f"eks-{self.label}-{what}".replace("_", "-")),
            trust=by_instances(),
            policy_arns=[aws_policy(each) for each in NODE_POLICIES],
        )
