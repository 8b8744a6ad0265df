"""An Auto Scaling group."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup, AutoscalingGroupLaunchTemplate
from cdktf_cdktf_provider_aws.autoscaling_policy import AutoscalingPolicy
from cdktf_cdktf_provider_aws.autoscaling_schedule import AutoscalingSchedule
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
)
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from constructs import Construct

from bench.service.network import Network
from bench.service.roles import create_role, document


class Instances(Construct):
    """EC2 instances that read the bucket."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service_name: str,
        logs: CloudwatchLogGroup,
        network: Network,
        bucket: S3Bucket,
    ) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.logs = logs
        self.network = network
        self.bucket = bucket
        self._create_instances()

    def _create_instances(self) -> None:
        role = create_role(
            self, "instance_role", service=self.service_name, principal="ec2.amazonaws.com", logs=self.logs
        )
        policy = IamPolicy(
            self,
            "instance_policy",
            name=f"{self.service_name}-instance",
            policy=document(action="s3:GetObject", resource=f"{self.bucket.arn}/*"),
        )
        IamRolePolicyAttachment(self, "instance_policy_attachment", role=role.name, policy_arn=policy.arn)
        profile = IamInstanceProfile(self, "instance_profile", name=self.service_name, role=role.name)
        template = LaunchTemplate(
            self,
            "launch_template",
            name=self.service_name,
            image_id="ami-00000000000000000",
            instance_type="m7g.large",
            vpc_security_group_ids=[self.network.security_groups["app"].id],
            iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=profile.arn),
            metadata_options=LaunchTemplateMetadataOptions(http_tokens="required", http_endpoint="enabled"),
        )
        group = AutoscalingGroup(
            self,
            "group",
            name=self.service_name,
            min_size=1,
            max_size=4,
            vpc_zone_identifier=self.network.app_subnet_ids,
            launch_template=AutoscalingGroupLaunchTemplate(id=template.id, version="$Latest"),
        )
        AutoscalingPolicy(
            self,
            "group_step",
            name="out",
            autoscaling_group_name=group.name,
            adjustment_type="ChangeInCapacity",
            scaling_adjustment=1,
            cooldown=60,
        )
        AutoscalingSchedule(
            self,
            "group_night",
            scheduled_action_name="night",
            autoscaling_group_name=group.name,
            recurrence="0 13 * * *",
            min_size=1,
            max_size=2,
            desired_capacity=1,
        )
