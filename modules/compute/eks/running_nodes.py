"""Current sizes of a cluster's managed node groups, which each plan reads."""

from cdktf import TerraformIterator, Token
from cdktf_cdktf_provider_aws.data_aws_autoscaling_group import DataAwsAutoscalingGroup
from cdktf_cdktf_provider_aws.data_aws_autoscaling_groups import (
    DataAwsAutoscalingGroups,
    DataAwsAutoscalingGroupsFilter,
)
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.names import DIGEST_PATTERN

#: Tags of the Auto Scaling group of a managed node group. EKS cannot create one without them ([AWS Managed Policy
#: Reference, AWSServiceRoleForAmazonEKSNodegroup]
#: (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSServiceRoleForAmazonEKSNodegroup.html)).
CLUSTER_TAG = "eks:cluster-name"
NODE_GROUP_TAG = "eks:nodegroup-name"


class RunningNodes(Construct):
    """The desired capacities of the Auto Scaling groups of a cluster's managed node groups.

    Reads: the names of the cluster's Auto Scaling groups, of which there are none before the first apply, and each of
    the groups. Reason: docs/adr/0021-node-groups-keep-the-size-that-they-have.md.
    """

    def __init__(self, scope: Construct, id: str, *, label: str, cluster_name: str, foundation: Foundation) -> None:
        super().__init__(scope, id)
        make = foundation.resources(self, "eks")
        groups = make(
            DataAwsAutoscalingGroups,
            label,
            # [Amazon EC2 Auto Scaling API Reference, Filter]
            # (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Filter.html): the name of the filter
            # contains the tag key.
            filter=[DataAwsAutoscalingGroupsFilter(name=f"tag:{CLUSTER_TAG}", values=[cluster_name])],
        )
        each = TerraformIterator.from_list(groups.names)
        self._groups = make(DataAwsAutoscalingGroup, label, for_each=each, name=Token.as_string(each.value)).fqn

    def desired_size(self, node_group: str, fewest: int, most: int) -> float:
        """Return the current size of a node group, limited to `fewest` and `most`; `fewest` if it does not exist.

        A group that is about to be replaced is found by its name without the digest: its successor must start with as
        many nodes, because it gets all pods at once.
        """
        has_name = f'can(regex("^{node_group}(-{DIGEST_PATTERN})?$", tag.value))'
        is_of_group = f'anytrue([for tag in group.tag : tag.key == "{NODE_GROUP_TAG}" && {has_name}])'
        sizes = f"[for group in {self._groups} : group.desired_capacity if {is_of_group}]"
        return Token.as_number(f"${{min({most}, max({fewest}, {sizes}...))}}")
