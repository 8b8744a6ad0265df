"""Access entries of a cluster."""

from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.eks_access_policy_association import (
    EksAccessPolicyAssociation,
    EksAccessPolicyAssociationAccessScope,
)

from modules.compute.eks.control_plane import ControlPlane
from modules.compute.eks.keys.access import AccessPolicy, AccessSettings
from modules.foundation.resources import Resources

#: [Amazon EKS User Guide, Review access policy permissions]
#: (https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html).
POLICY_ARNS: dict[AccessPolicy, str] = {
    "view": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    "edit": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
    "admin": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy",
    "cluster-admin": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
}


def create_access(make: Resources, name: str, *, settings: AccessSettings, plane: ControlPlane) -> None:
    """Give an IAM role access to a cluster.

    Creates: access entry, and the association of an EKS access policy with the cluster or some of its namespaces.
    """
    entry = make(
        EksAccessEntry,
        name,
        cluster_name=plane.cluster.name,
        principal_arn=settings.role_arn,
        type="STANDARD",
    )
    make(
        EksAccessPolicyAssociation,
        name,
        cluster_name=plane.cluster.name,
        principal_arn=entry.principal_arn,
        policy_arn=POLICY_ARNS[settings.policy],
        access_scope=EksAccessPolicyAssociationAccessScope(
            type="namespace" if settings.namespaces else "cluster",
            namespaces=sorted(settings.namespaces) or None,
        ),
    )
