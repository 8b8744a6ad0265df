"""Prerequisites of a cluster's nodes: subnets, roles, join configuration, and proxy."""

from collections.abc import Sequence
from functools import cached_property

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from constructs import Construct

from modules.access.sessions.keys.hosts import host_statements
from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.roles import policies_by_address
from modules.compute.eks.running_nodes import RunningNodes
from modules.compute.eks.settings import EksSettings
from modules.compute.eks.trust import by_instances, by_service
from modules.compute.eks.user_data import Joining
from modules.foundation.foundation import Foundation
from modules.foundation.policies import aws_policy
from modules.foundation.roles import Role
from modules.network.vpc.tiers import AppSubnets
from modules.network.vpc.vpc import Network

#: [Amazon EKS node IAM role](https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html). The VPC CNI and
#: other pods have their own roles.
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


class NodePrerequisites(Construct):
    """The prerequisites of a cluster's nodes, each created when a node group first uses it.

    Creates: the role of managed nodes; role, instance profile, and access entry of self-managed nodes; the pod
    execution role of Fargate.
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
        # Fargate does not start pods in public subnets, and nodes must not be in one.
        self._subnets: AppSubnets = network.app
        self._make = foundation.resources(self, "eks")

    def zones(self, letters: Sequence[str]) -> list[str]:
        """Return the letters of these zones, sorted, or of all zones for an empty list."""
        return sorted(set(letters) or self._subnets.ids)

    def subnet_ids(self, letters: Sequence[str]) -> list[str]:
        """Return the app subnets of these zones, or of all zones for an empty list."""
        return [self._subnets.ids[zone] for zone in self.zones(letters)]

    @cached_property
    def running(self) -> RunningNodes:
        """The current sizes of the managed node groups."""
        return RunningNodes(self, "running", label=self.label, cluster_name=self.plane.name, foundation=self.foundation)

    @property
    def joining(self) -> Joining:
        """The values with which self-managed nodes join the cluster."""
        plane = self.plane
        return Joining(plane.name, plane.endpoint, plane.certificate, self._settings.service_ipv4_cidr)

    @property
    def proxy_variables(self) -> dict[str, str]:
        """The environment variables for the network's proxy, with exceptions for the cluster; empty without a proxy."""
        proxy = self._network.proxy
        # The API server is https://<id>.<shard>.<region>.eks.amazonaws.com; the others are names inside the cluster.
        api = f".{self.foundation.names.region}.eks.amazonaws.com"
        return proxy.variables(str(self._settings.service_ipv4_cidr), ".svc", ".cluster.local", api) if proxy else {}

    @cached_property
    def managed_role(self) -> Role:
        """The role of managed nodes, for which EKS creates the access entry."""
        return self._with_sessions(self._create_role("nodes", by_instances(), NODE_POLICIES))

    @cached_property
    def own_role(self) -> Role:
        """The role of self-managed nodes. It is separate, because EKS owns the access entry of the managed one."""
        return self._with_sessions(self._create_role("own_nodes", by_instances(), NODE_POLICIES))

    @cached_property
    def own_profile_arn(self) -> str:
        """The instance profile of self-managed nodes."""
        profile = self._make(
            IamInstanceProfile, f"{self.label}_own_nodes", name=self.own_role.name, role=self.own_role.name
        )
        return profile.arn

    @cached_property
    def own_entry(self) -> ITerraformDependable:
        """The access entry with which self-managed nodes can join."""
        return self._make(
            EksAccessEntry,
            f"{self.label}_own_nodes",
            cluster_name=self.plane.cluster.name,
            principal_arn=self.own_role.arn,
            type="EC2_LINUX",
        )

    @cached_property
    def fargate_role(self) -> Role:
        """The pod execution role, with which Fargate pulls images and starts pods."""
        names = self.foundation.names
        profiles = f"arn:aws:eks:{names.region}:{names.account_id}:fargateprofile/{self.plane.name}/*"
        return self._create_role(
            "fargate",
            by_service("eks-fargate-pods.amazonaws.com", profiles),
            ["AmazonEKSFargatePodExecutionRolePolicy"],
        )

    def _with_sessions(self, role: Role) -> Role:
        if self._settings.session_manager:
            role.add_statements(*host_statements(self.foundation.names))
        return role

    def _create_role(self, name: str, trust_policy: str, policies: Sequence[str]) -> Role:
        address = f"{self.label}_{name}"
        return Role(
            self._make,
            address,
            names=self.foundation.names,
            name=f"eks-{address}".replace("_", "-"),
            trust_policy=trust_policy,
            managed_policies=policies_by_address(address, map(aws_policy, policies)),
        )
