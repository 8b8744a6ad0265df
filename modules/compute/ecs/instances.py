"""EC2 instances of an ECS cluster."""

import base64

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupInstanceRefresh,
    AutoscalingGroupInstanceRefreshPreferences,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupTag,
)
from cdktf_cdktf_provider_aws.ecs_capacity_provider import (
    EcsCapacityProvider,
    EcsCapacityProviderAutoScalingGroupProvider,
    EcsCapacityProviderAutoScalingGroupProviderManagedScaling,
)
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateTagSpecifications,
)
from constructs import Construct

from modules.access.sessions.keys.hosts import host_statements
from modules.compute.ecs.keys.instances import EcsInstancesSettings
from modules.compute.keys.instance_types import Architecture
from modules.foundation.foundation import Foundation
from modules.foundation.names import limited
from modules.foundation.policies import Statement, allow, assumed_by
from modules.foundation.roles import Role
from modules.network.vpc.security_groups import ANYWHERE, HTTPS, SecurityGroup
from modules.network.vpc.vpc import Network

#: [Amazon ECS Developer Guide, Retrieving Amazon ECS-optimized Linux AMI metadata]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html). EC2 Auto Scaling reads
#: the parameter when it launches an instance, so a new AMI of AWS changes no plan and replaces no running instance.
NEWEST_IMAGE: dict[Architecture, str] = {
    "arm64": "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
    "x86_64": "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
}
#: The root volume's name in Amazon Linux ([Device names for volumes on Amazon EC2 instances]
#: (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html)).
ROOT_DEVICE = "/dev/xvda"
#: Resource types that get no tags unless the launch template names them.
TAGGED = ("instance", "volume", "network-interface")


class EcsInstances(Construct):
    """An Auto Scaling group that ECS scales; ECS drains an instance before it is terminated.

    Creates: role with its instance profile, security group (no inbound traffic, HTTPS outbound), launch template, Auto
    Scaling group, capacity provider.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        cluster_name: str,
        settings: EcsInstancesSettings,
        architecture: Architecture,
        network: Network,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._cluster_name = cluster_name
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "ecs")
        self.name = foundation.names.of(f"ecs-{name}")
        self._create_role()
        self._create_security_group(network)
        self._create_template(architecture)
        self._create_group(network)
        self._create_provider()

    def _create_role(self) -> None:
        names = self._foundation.names
        role = Role(
            self._make,
            f"{self._label}_instances",
            names=names,
            name=f"ecs-{self._label}-instances",
            # No aws:SourceAccount condition: EC2 sends no account when it assumes a role. iam:PassRole limits its use.
            trust_policy=assumed_by("ec2.amazonaws.com", None),
            policy_name="agent",
            statements=agent_statements(names.region, names.account_id, self._cluster_name),
        )
        if self._settings.session_manager:
            role.add_statements(*host_statements(names))
        self._profile_arn = self._make(
            IamInstanceProfile, f"{self._label}_instances", name=role.name, role=role.name
        ).arn

    def _create_security_group(self, network: Network) -> None:
        """Allow no inbound traffic: tasks have their own addresses and security groups."""
        name = self._foundation.names.of(f"ecs-{self._label}-instances")
        group = SecurityGroup(
            self._make,
            f"{self._label}_instances",
            name=name,
            description=f"Instances of the cluster {self._cluster_name}: nobody in, HTTPS out",
            vpc_id=network.vpc_id,
        )
        group.allow_egress_to(f"{self._label}_instances_https", ANYWHERE, HTTPS, "ECS, the registry and packages")
        self.security_group_id = group.id

    def _create_template(self, architecture: Architecture) -> None:
        disk = LaunchTemplateBlockDeviceMappingsEbs(
            volume_type="gp3",
            volume_size=self._settings.volume_size,
            encrypted="true",
            delete_on_termination="true",
        )
        tags = {**self._foundation.providers.tags, "Name": self.name}
        self._template = self._make(
            LaunchTemplate,
            self._label,
            name=self.name,
            image_id=self._settings.ami_id or NEWEST_IMAGE[architecture],
            instance_type=self._settings.instance_type,
            iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=self._profile_arn),
            vpc_security_group_ids=[self.security_group_id],
            # One hop: the response does not reach a container on a bridge network.
            metadata_options=LaunchTemplateMetadataOptions(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            block_device_mappings=[LaunchTemplateBlockDeviceMappings(device_name=ROOT_DEVICE, ebs=disk)],
            ebs_optimized="true",
            user_data=base64.b64encode(user_data(self._cluster_name).encode()).decode(),
            tag_specifications=[LaunchTemplateTagSpecifications(resource_type=kind, tags=tags) for kind in TAGGED],
            update_default_version=True,
        )

    def _create_group(self, network: Network) -> None:
        settings = self._settings
        zones = sorted(settings.availability_zones or network.app.ids)
        self._group_arn = self._make(
            AutoscalingGroup,
            self._label,
            name=self.name,
            min_size=settings.min_size,
            max_size=settings.max_size,
            vpc_zone_identifier=[network.app.ids[zone] for zone in zones],
            launch_template=AutoscalingGroupLaunchTemplate(
                id=self._template.id, version=self._template.get_string_attribute("latest_version")
            ),
            # ECS removes the protection from an instance without tasks before it scales in.
            protect_from_scale_in=True,
            instance_refresh=_rolling_refresh() if settings.instance_refresh else None,
            tag=self._group_tags(),
            # ECS sets the desired capacity.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_capacity"]),
        ).arn

    def _group_tags(self) -> list[AutoscalingGroupTag]:
        """Return the group's tags: provider default tags do not apply to it, and the template tags its instances."""
        own = {**self._foundation.providers.tags, "Name": self.name}
        tags = [AutoscalingGroupTag(key=key, value=value, propagate_at_launch=False) for key, value in own.items()]
        # ECS adds this tag to every group that it manages; without it here, each plan would delete it.
        return [*tags, AutoscalingGroupTag(key="AmazonECSManaged", value="true", propagate_at_launch=True)]

    def _create_provider(self) -> None:
        scaling = EcsCapacityProviderAutoScalingGroupProviderManagedScaling(
            status="ENABLED",
            target_capacity=self._settings.target_capacity,
            instance_warmup_period=self._settings.instance_warmup_period,
        )
        self.capacity_provider: str = self._make(
            EcsCapacityProvider,
            self._label,
            # The product's name may begin with aws, ecs, or fargate, and a capacity provider's name must not.
            name=limited(f"ec2-{self._foundation.names.of(self._label)}", 255),
            auto_scaling_group_provider=EcsCapacityProviderAutoScalingGroupProvider(
                auto_scaling_group_arn=self._group_arn,
                managed_draining="ENABLED",
                managed_termination_protection="ENABLED",
                managed_scaling=scaling,
            ),
        ).name


def agent_statements(region: str, account_id: str, cluster_name: str) -> list[Statement]:
    """Return the statements of the agent on an instance, for its own cluster only.

    [Amazon ECS container instance IAM role]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html), with the resources of
    [Actions, resources, and condition keys for Amazon Elastic Container Service]
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html). The
    task execution role pulls images and writes logs.
    """
    cluster = f"arn:aws:ecs:{region}:{account_id}:cluster/{cluster_name}"
    instances = f"arn:aws:ecs:{region}:{account_id}:container-instance/{cluster_name}/*"
    return [
        allow(
            "JoinCluster",
            actions=[
                "ecs:DeregisterContainerInstance",
                "ecs:RegisterContainerInstance",
                "ecs:SubmitAttachmentStateChanges",
                "ecs:SubmitContainerStateChange",
                "ecs:SubmitTaskStateChange",
            ],
            resources=[cluster],
        ),
        allow(
            "TakeTasks",
            actions=["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
            resources=[instances],
        ),
        allow(
            "BearTags",
            actions=["ecs:TagResource"],
            resources=[instances],
            condition={"StringEquals": {"ecs:CreateAction": "RegisterContainerInstance"}},
        ),
        # Neither action supports resource-level permissions.
        allow("LookAround", actions=["ecs:DiscoverPollEndpoint", "ec2:DescribeTags"], resources=["*"]),
    ]


def user_data(cluster_name: str) -> str:
    """Return the user data of an instance.

    [Amazon ECS container agent configuration]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html).
    """
    agent = {
        "ECS_CLUSTER": cluster_name,
        # A task uses its own role, never the instance's.
        "ECS_AWSVPC_BLOCK_IMDS": "true",
        # The task execution role writes the logs.
        "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE": "true",
        "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM": "ec2_instance",
        # Tags are immutable, so a cached image is the right one.
        "ECS_IMAGE_PULL_BEHAVIOR": "prefer-cached",
    }
    lines = [f"{key}={value}" for key, value in agent.items()]
    return "\n".join(["#!/bin/bash", "cat >> /etc/ecs/ecs.config <<'END'", *lines, "END", ""])


def _rolling_refresh() -> AutoscalingGroupInstanceRefresh:
    """Replace the running instances after a change of the template, each by a new instance that is started first."""
    return AutoscalingGroupInstanceRefresh(
        strategy="Rolling",
        preferences=AutoscalingGroupInstanceRefreshPreferences(
            min_healthy_percentage=100, max_healthy_percentage=110, scale_in_protected_instances="Refresh"
        ),
    )
