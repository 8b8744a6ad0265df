"""Access entries of a cluster."""

from collections.abc import Collection

from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.eks_access_policy_association import (
    EksAccessPolicyAssociation,
    EksAccessPolicyAssociationAccessScope,
)

from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.keys.access import AccessPolicy
from modules.foundation.resources import Resources

#: [Amazon EKS User Guide, Review access policy permissions]
#: (https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html).
POLICY_ARNS: dict[AccessPolicy, str] = {
    "view": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    "edit": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
    "admin": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy",
    "cluster-admin": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
}


def create_access(
    make: Resources,
    name: str,
    *,
    role_arn: str,
    policy: AccessPolicy,
    namespaces: Collection[str],
    plane: ControlPlane,
) -> None:
    """Give an IAM role access to a cluster, or to some of its namespaces.

    Creates: access entry, and the association of an EKS access policy with the cluster or some of its namespaces.
    """
    entry = make(
        EksAccessEntry,
        name,
        cluster_name=plane.cluster.name,
        principal_arn=role_arn,
        type="STANDARD",
    )
    make(
        EksAccessPolicyAssociation,
        name,
        cluster_name=plane.cluster.name,
        principal_arn=entry.principal_arn,
        policy_arn=POLICY_ARNS[policy],
        access_scope=EksAccessPolicyAssociationAccessScope(
            type="namespace" if namespaces else "cluster",
            namespaces=sorted(namespaces) or None,
        ),
    )
