"""EKS add-ons of a cluster, at the versions of the environment file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.eks_addon import EksAddon, EksAddonPodIdentityAssociation
from constructs import Construct

from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.keys.pods import WARM_PREFIXES
from modules.compute.eks.roles import policies_by_address
from modules.compute.eks.settings import EBS_CSI, EksSettings
from modules.compute.eks.trust import by_pods
from modules.foundation.foundation import Foundation
from modules.foundation.policies import aws_policy
from modules.foundation.roles import Role

#: A node is only ready when these run on it, and EKS waits for ready nodes. The other add-ons wait for nodes.
BEFORE_NODES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")


@dataclass(frozen=True)
class AddOnRole:
    """The service account and the AWS managed policy of an add-on's pods."""

    service_account: str
    policy: str


#: [Amazon EKS User Guide, Assign IPs to Pods with the Amazon VPC CNI]
#: (https://docs.aws.amazon.com/eks/latest/userguide/managing-vpc-cni.html) and [Use Kubernetes volume storage with
#: Amazon EBS](https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html). The node role does not have these
#: permissions, because an attacker who escapes from a pod gets the node role.
ROLES = {
    "vpc-cni": AddOnRole("aws-node", "AmazonEKS_CNI_Policy"),
    EBS_CSI: AddOnRole("ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy"),
}


class AddOns(Construct):
    """The add-ons of one cluster.

    Creates: add-ons, those that nodes need before the others; an IAM role for each that calls AWS, with Pod Identity.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: EksSettings,
        plane: ControlPlane,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._settings = settings
        self._plane = plane
        self._foundation = foundation
        self._make = foundation.resources(self, "eks")
        #: Add-ons that must exist before the nodes.
        self.before_nodes = [self._install(each, ()) for each in sorted(settings.add_on) if each in BEFORE_NODES]

    def install_others(self, nodes: Sequence[ITerraformDependable]) -> None:
        """Install the add-ons that need running nodes."""
        for each in sorted(self._settings.add_on):
            if each not in BEFORE_NODES:
                self._install(each, nodes)

    def _install(self, add_on: str, after: Sequence[ITerraformDependable]) -> ITerraformDependable:
        role = self._create_role(add_on)
        configuration = configuration_of(add_on, has_nodes=bool(self._settings.nodes))
        return self._make(
            EksAddon,
            f"{self._label}_{add_on}",
            cluster_name=self._plane.cluster.name,
            addon_name=add_on,
            addon_version=self._settings.add_on[add_on].version,
            configuration_values=json.dumps(configuration) if configuration else None,
            # Overwrite changes that were made in the cluster by hand, now and at each update.
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            pod_identity_association=_association_of(add_on, role) if role else None,
            depends_on=[*after, *(role.ready if role else ())] or None,
        )

    def _create_role(self, add_on: str) -> Role | None:
        if add_on not in ROLES or not self._settings.nodes:
            return None
        needed, address = ROLES[add_on], f"{self._label}_{add_on}"
        return Role(
            self._make,
            address,
            names=self._foundation.names,
            name=f"eks-{self._label}-{add_on}",
            trust_policy=by_pods(self._plane.arn, "kube-system", needed.service_account),
            managed_policies=policies_by_address(address, [aws_policy(needed.policy)]),
        )


def _association_of(add_on: str, role: Role) -> list[EksAddonPodIdentityAssociation]:
    return [EksAddonPodIdentityAssociation(role_arn=role.arn, service_account=ROLES[add_on].service_account)]


def configuration_of(add_on: str, *, has_nodes: bool) -> dict[str, Any]:
    """Return the configuration values of an add-on, {} for none."""
    if add_on == "vpc-cni":
        # `keys/pods.py` calculates addresses with both.
        return {"env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": str(WARM_PREFIXES)}}
    if add_on == "coredns" and not has_nodes:
        return {"computeType": "Fargate"}
    return {}
