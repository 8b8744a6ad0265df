"""The EC2 instance of the VPN, with its address and its data volume."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_ami import DataAwsAmi, DataAwsAmiFilter
from cdktf_cdktf_provider_aws.ebs_volume import EbsVolume
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.instance import (
    Instance,
    InstanceMaintenanceOptions,
    InstanceMetadataOptions,
    InstanceNetworkInterface,
    InstanceRootBlockDevice,
)
from cdktf_cdktf_provider_aws.network_interface import NetworkInterface
from cdktf_cdktf_provider_aws.volume_attachment import VolumeAttachment
from constructs import Construct

from modules.access.sessions.keys.hosts import host_statements
from modules.access.vpn.settings import VpnSettings, instance_name
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement, allow, assumed_by
from modules.foundation.resources import kept_if
from modules.foundation.roles import Role
from modules.network.vpc.tiers import PublicSubnets

#: Ubuntu 24.04, which has OpenVPN in its main archive, an SSM agent in its image, and security updates until 2029:
#: [Ubuntu on AWS, Find Ubuntu images on AWS]
#: (https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/), [AWS Systems Manager User Guide,
#: Find AMIs with the SSM Agent preinstalled]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/ami-preinstalled-agent.html). Not the public parameter
#: that has the newest AMI: roles of a pipeline that plan may read no parameters.
IMAGES = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*"
CANONICAL = "099720109477"
ROOT_VOLUME_GIB = 12
#: Certificates of thousands of users need a few MiB.
DATA_VOLUME_GIB = 2
#: The recommended first name of a data volume: [Device names for volumes on Amazon EC2 instances]
#: (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html).
DATA_DEVICE = "/dev/sdf"
#: What an SSM agent needs to run documents and sessions, without the policy's right to read all parameters of the
#: account: [AmazonSSMManagedInstanceCore]
#: (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html). As there,
#: for every resource: most actions support no others, and agents also run documents of AWS.
_AGENT_ACTIONS = (
    "ssm:DescribeAssociation",
    "ssm:DescribeDocument",
    "ssm:GetDocument",
    "ssm:ListAssociations",
    "ssm:ListInstanceAssociations",
    "ssm:PutComplianceItems",
    "ssm:PutInventory",
    "ssm:UpdateAssociationStatus",
    "ssm:UpdateInstanceAssociationStatus",
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
)


class VpnHost(Construct):
    """An EC2 instance with a network interface, an Elastic IP address, and a data volume that each outlive it.

    Creates: role with its instance profile, network interface, Elastic IP address, data volume, instance, attachment.

    No apply replaces the instance: its AMI is the newest when it is created, and installs security updates by itself.
    If its hardware fails, EC2 moves it, with the same addresses and volumes.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: VpnSettings,
        subnets: PublicSubnets,
        security_group_id: str,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "vpn")
        self._name = instance_name(foundation.names)
        self._create_role()
        self._create_interface(subnets.ids[settings.availability_zone], security_group_id)
        self._create_volume()
        self._create_instance()
        self._attach_volume()

    def _create_role(self) -> None:
        self._role = Role(
            self._make,
            "host",
            names=self._foundation.names,
            name="vpn",
            # No aws:SourceAccount condition: EC2 sends no account when it assumes a role. iam:PassRole limits its use.
            trust_policy=assumed_by("ec2.amazonaws.com", None),
            policy_name="agent",
            statements=[_agent_statement(), *host_statements(self._foundation.names)],
        )
        self._profile = self._make(IamInstanceProfile, "host", name=self._role.name, role=self._role.name).name

    def _create_interface(self, subnet_id: str, security_group_id: str) -> None:
        """Create the interface with its public address, which a replaced instance gets too."""
        self._interface_id = self._make(
            NetworkInterface,
            "host",
            subnet_id=subnet_id,
            security_groups=[security_group_id],
            description="VPN server",
            # The host translates the clients' addresses to its own.
            source_dest_check=True,
            tags={"Name": self._name},
        ).id
        self.public_ip = self._make(
            Eip, "host", domain="vpc", network_interface=self._interface_id, tags={"Name": self._name}
        ).public_ip

    def _create_volume(self) -> None:
        names = self._foundation.names
        volume = self._make(
            EbsVolume,
            "data",
            availability_zone=f"{names.region}{self._settings.availability_zone}",
            type="gp3",
            size=DATA_VOLUME_GIB,
            encrypted=True,
            kms_key_id=self._foundation.data_key.arn,
            final_snapshot=self._foundation.keeps_final_snapshots,
            tags={"Name": names.of("vpn-data")},
            lifecycle=kept_if(self._foundation.is_production),
        )
        self.volume_id = volume.id
        self.volume_arn = volume.arn

    def _create_instance(self) -> None:
        names = DataAwsAmiFilter(name="name", values=[IMAGES])
        image = self._make(DataAwsAmi, "image", most_recent=True, owners=[CANONICAL], filter=[names])
        self._instance = self._make(
            Instance,
            "host",
            ami=image.id,
            instance_type=self._settings.instance_type,
            iam_instance_profile=self._profile,
            network_interface=[InstanceNetworkInterface(device_index=0, network_interface_id=self._interface_id)],
            # One hop: the response reaches no client of the VPN.
            metadata_options=InstanceMetadataOptions(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            root_block_device=InstanceRootBlockDevice(
                volume_type="gp3", volume_size=ROOT_VOLUME_GIB, encrypted=True, tags={"Name": self._name}
            ),
            # All of the types are, without extra charge.
            ebs_optimized=True,
            maintenance_options=InstanceMaintenanceOptions(auto_recovery="default"),
            disable_api_termination=self._foundation.is_production,
            tags={"Name": self._name},
            depends_on=self._role.ready,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["ami", "user_data", "user_data_base64"]),
        )
        self.instance_id = self._instance.id

    def _attach_volume(self) -> None:
        self.attachment = self._make(
            VolumeAttachment,
            "data",
            device_name=DATA_DEVICE,
            instance_id=self.instance_id,
            volume_id=self.volume_id,
            # EC2 does not detach a volume that is mounted.
            stop_instance_before_detaching=True,
        )


def _agent_statement() -> Statement:
    return allow("RunAgent", actions=_AGENT_ACTIONS, resources=["*"])
