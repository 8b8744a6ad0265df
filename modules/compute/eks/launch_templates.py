"""Launch templates of nodes."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateTagSpecifications,
)

from modules.compute.eks.keys.nodes import NodesSettings
from modules.foundation.foundation import Foundation
from modules.foundation.resources import Resources

#: The root device name of Amazon Linux ([Device names for volumes on Amazon EC2 instances]
#: (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html)).
ROOT_DEVICE = "/dev/xvda"
#: Resource types to which AWS does not propagate tags automatically.
TAGGED = ("instance", "volume", "network-interface")


@dataclass(frozen=True)
class OwnNodes:
    """The values that only self-managed nodes need; for managed nodes, EKS adds them."""

    image_id: str
    instance_type: str
    profile_arn: str
    security_group_id: str


def make_template(
    make: Resources,
    address: str,
    *,
    name: str,
    settings: NodesSettings,
    user_data: str,
    foundation: Foundation,
    own: OwnNodes | None = None,
) -> LaunchTemplate:
    """Create the launch template of a node group; EKS adds AMI, instance profile, and security groups if managed."""
    disk = LaunchTemplateBlockDeviceMappingsEbs(
        volume_type="gp3", volume_size=settings.volume_size, encrypted="true", delete_on_termination="true"
    )
    tags = {**foundation.providers.tags, "Name": name}
    return make(
        LaunchTemplate,
        address,
        name=name,
        image_id=own.image_id if own else None,
        instance_type=own.instance_type if own else None,
        iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=own.profile_arn) if own else None,
        vpc_security_group_ids=[own.security_group_id] if own else None,
        # One hop: the response does not reach pods, which have their own roles and must not use that of the node.
        # Add-ons that use the node's role run in the node's network.
        metadata_options=LaunchTemplateMetadataOptions(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        block_device_mappings=[LaunchTemplateBlockDeviceMappings(device_name=ROOT_DEVICE, ebs=disk)],
        user_data=user_data,
        tag_specifications=[LaunchTemplateTagSpecifications(resource_type=kind, tags=tags) for kind in TAGGED],
        update_default_version=True,
    )
