"""The benchmark's own app: any number of resources, of about seventy types, with references between them.

It replaces `main.py` for sizes that no environment has: `BENCH_RESOURCES=1000`. The resources are grouped in
identical services, so that a thousand have the same types as three hundred. Names and settings are fictional, but
Terraform validates them, and they refer to each other as those of a real stack do.
"""

from __future__ import annotations

import json
import os

import modules  # noqa: F401 - makes the bindings lazy, unless stock ones are requested

# isort: split

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup, AutoscalingGroupLaunchTemplate
from cdktf_cdktf_provider_aws.autoscaling_policy import AutoscalingPolicy
from cdktf_cdktf_provider_aws.autoscaling_schedule import AutoscalingSchedule
from cdktf_cdktf_provider_aws.backup_plan import BackupPlan, BackupPlanRule
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.cognito_user_pool import CognitoUserPool
from cdktf_cdktf_provider_aws.cognito_user_pool_client import CognitoUserPoolClient
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable, DynamodbTableAttribute
from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryImageScanningConfiguration,
)
from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster, EcsClusterSetting
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.efs_file_system import EfsFileSystem
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
)
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
)
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionPathPattern,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from constructs import Construct

# Resources that one Service creates.
RESOURCES_PER_SERVICE = 108
REGION = "ap-northeast-2"


def document(*, effect: str = "Allow", action: str, resource: str = "*", principal: str | None = None) -> str:
    """Return an IAM policy document with one statement, as JSON."""
    statement: dict[str, object] = {"Effect": effect, "Action": action}
    if principal is None:
        statement["Resource"] = resource
    elif principal == "*":
        statement |= {"Principal": "*", "Resource": resource}
    else:
        statement["Principal"] = {"Service": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Service(Construct):
    """A service with its network, data, functions, edge, and alarms."""

    def __init__(self, scope: Construct, id: str, *, number: int) -> None:
        super().__init__(scope, id)
        self.service_name = f"service{number:03d}"
        self.cidr_prefix = f"10.{number % 256}"
        self._make_keys_and_logs()
        self._make_network()
        self._make_routes()
        self._make_security_groups()
        self._make_buckets()
        self._make_data()
        self._make_load_balancer()
        self._make_containers()
        self._make_instances()
        self._make_scaling()
        self._make_events()
        self._make_function()
        self._make_edge()
        self._make_backup()
        self._make_alarms()

    def _make_keys_and_logs(self) -> None:
        self.key = KmsKey(self, "key", description=self.service_name, enable_key_rotation=True)
        KmsAlias(self, "key_alias", name=f"alias/{self.service_name}", target_key_id=self.key.key_id)
        self.logs = CloudwatchLogGroup(
            self, "logs", name=f"/{self.service_name}", retention_in_days=30, kms_key_id=self.key.arn
        )
        CloudwatchLogMetricFilter(
            self,
            "errors",
            name=f"{self.service_name}-errors",
            pattern="ERROR",
            log_group_name=self.logs.name,
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                name="Errors", namespace=self.service_name, value="1"
            ),
        )

    def _make_network(self) -> None:
        self.vpc = Vpc(
            self,
            "vpc",
            cidr_block=f"{self.cidr_prefix}.0.0/16",
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": self.service_name},
        )
        self.internet_gateway = InternetGateway(self, "internet_gateway", vpc_id=self.vpc.id)
        self.subnets = {
            f"{tier}_{zone}": Subnet(
                self,
                f"{tier}_{zone}",
                vpc_id=self.vpc.id,
                cidr_block=f"{self.cidr_prefix}.{tier_number * 16 + zone_number}.0/24",
                availability_zone=f"{REGION}{zone}",
                map_public_ip_on_launch=False,
                tags={"Name": f"{self.service_name}-{tier}-{zone}", "Tier": tier},
            )
            for tier_number, tier in enumerate(("public", "app", "data"))
            for zone_number, zone in enumerate("ac")
        }
        self.app_subnet_ids = [self.subnets["app_a"].id, self.subnets["app_c"].id]
        self.data_subnet_ids = [self.subnets["data_a"].id, self.subnets["data_c"].id]
        self.public_subnet_ids = [self.subnets["public_a"].id, self.subnets["public_c"].id]

    def _make_routes(self) -> None:
        address = Eip(self, "nat_address", domain="vpc")
        nat = NatGateway(self, "nat", allocation_id=address.allocation_id, subnet_id=self.subnets["public_a"].id)
        tables = {tier: RouteTable(self, f"{tier}_routes", vpc_id=self.vpc.id) for tier in ("public", "app", "data")}
        Route(
            self,
            "public_default",
            route_table_id=tables["public"].id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=self.internet_gateway.id,
        )
        Route(
            self,
            "app_default",
            route_table_id=tables["app"].id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat.id,
        )
        for name, subnet in self.subnets.items():
            RouteTableAssociation(
                self,
                f"{name}_routes_association",
                route_table_id=tables[name.split("_")[0]].id,
                subnet_id=subnet.id,
            )
        VpcEndpoint(
            self,
            "s3_endpoint",
            vpc_id=self.vpc.id,
            service_name=f"com.amazonaws.{REGION}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in tables.values()],
        )
        role = self._make_role("flow_log_role", "vpc-flow-logs.amazonaws.com")
        FlowLog(
            self,
            "flow_log",
            vpc_id=self.vpc.id,
            traffic_type="ALL",
            log_destination=self.logs.arn,
            iam_role_arn=role.arn,
        )

    def _make_role(self, id: str, principal: str) -> IamRole:
        role = IamRole(
            self,
            id,
            name=f"{self.service_name}-{id.replace('_', '-')}",
            assume_role_policy=document(action="sts:AssumeRole", principal=principal),
        )
        IamRolePolicy(
            self,
            f"{id}_policy",
            name="logs",
            role=role.id,
            policy=document(action="logs:PutLogEvents", resource=self.logs.arn),
        )
        return role

    def _make_security_groups(self) -> None:
        self.security_groups = {
            name: SecurityGroup(
                self,
                f"{name}_security_group",
                name=f"{self.service_name}-{name}",
                description=f"{name} of {self.service_name}",
                vpc_id=self.vpc.id,
            )
            for name in ("balancer", "app", "data")
        }
        for source, target, port in (("balancer", "app", 8080), ("app", "data", 3306), ("app", "data", 6379)):
            VpcSecurityGroupIngressRule(
                self,
                f"{source}_to_{target}_{port}",
                security_group_id=self.security_groups[target].id,
                referenced_security_group_id=self.security_groups[source].id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            )
        for name, group in self.security_groups.items():
            VpcSecurityGroupEgressRule(
                self, f"{name}_egress", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
            )

    def _make_buckets(self) -> None:
        self.bucket = S3Bucket(self, "bucket", bucket=f"bench-{self.service_name}", force_destroy=False)
        S3BucketPublicAccessBlock(
            self,
            "bucket_public_access",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketVersioningA(
            self,
            "bucket_versioning",
            bucket=self.bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "bucket_encryption",
            bucket=self.bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    bucket_key_enabled=True,
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="aws:kms", kms_master_key_id=self.key.arn
                        )
                    ),
                )
            ],
        )
        S3BucketLifecycleConfiguration(
            self,
            "bucket_lifecycle",
            bucket=self.bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="logs/")],
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=90)],
                )
            ],
        )
        S3BucketPolicy(
            self,
            "bucket_policy",
            bucket=self.bucket.id,
            policy=document(effect="Deny", action="s3:DeleteBucket", resource=self.bucket.arn, principal="*"),
        )

    def _make_data(self) -> None:
        secret = SecretsmanagerSecret(self, "secret", name=f"{self.service_name}/database", kms_key_id=self.key.arn)
        SecretsmanagerSecretVersion(self, "secret_version", secret_id=secret.id, secret_string="{}")
        group = DbSubnetGroup(self, "database_subnets", name=self.service_name, subnet_ids=self.data_subnet_ids)
        parameters = RdsClusterParameterGroup(
            self,
            "database_parameters",
            name=self.service_name,
            family="aurora-mysql8.0",
            parameter=[RdsClusterParameterGroupParameter(name="time_zone", value="UTC")],
        )
        self.database = RdsCluster(
            self,
            "database",
            cluster_identifier=self.service_name,
            engine="aurora-mysql",
            master_username="admin",
            manage_master_user_password=True,
            db_subnet_group_name=group.name,
            db_cluster_parameter_group_name=parameters.name,
            vpc_security_group_ids=[self.security_groups["data"].id],
            storage_encrypted=True,
            kms_key_id=self.key.arn,
            backup_retention_period=14,
        )
        for ordinal in range(2):
            RdsClusterInstance(
                self,
                f"database_{ordinal}",
                identifier=f"{self.service_name}-{ordinal}",
                cluster_identifier=self.database.id,
                engine=self.database.engine,
                instance_class="db.r6g.large",
            )
        cache_subnets = ElasticacheSubnetGroup(
            self, "cache_subnets", name=self.service_name, subnet_ids=self.data_subnet_ids
        )
        self.cache = ElasticacheReplicationGroup(
            self,
            "cache",
            replication_group_id=self.service_name,
            description=self.service_name,
            node_type="cache.r6g.large",
            num_cache_clusters=2,
            automatic_failover_enabled=True,
            subnet_group_name=cache_subnets.name,
            security_group_ids=[self.security_groups["data"].id],
        )
        self.table = DynamodbTable(
            self,
            "table",
            name=self.service_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attribute=[DynamodbTableAttribute(name="id", type="S")],
        )
        files = EfsFileSystem(self, "files", creation_token=self.service_name, encrypted=True)
        EfsMountTarget(self, "files_mount", file_system_id=files.id, subnet_id=self.data_subnet_ids[0])

    def _make_load_balancer(self) -> None:
        self.load_balancer = Lb(
            self,
            "load_balancer",
            name=self.service_name,
            load_balancer_type="application",
            security_groups=[self.security_groups["balancer"].id],
            subnets=self.public_subnet_ids,
            drop_invalid_header_fields=True,
        )
        self.target_group = LbTargetGroup(
            self,
            "target_group",
            name=self.service_name,
            port=8080,
            protocol="HTTP",
            target_type="ip",
            vpc_id=self.vpc.id,
            health_check=LbTargetGroupHealthCheck(path="/health", matcher="200", interval=15),
        )
        listener = LbListener(
            self,
            "listener",
            load_balancer_arn=self.load_balancer.arn,
            port=80,
            protocol="HTTP",
            default_action=[LbListenerDefaultAction(type="forward", target_group_arn=self.target_group.arn)],
        )
        LbListenerRule(
            self,
            "listener_rule",
            listener_arn=listener.arn,
            priority=10,
            action=[LbListenerRuleAction(type="forward", target_group_arn=self.target_group.arn)],
            condition=[LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=["/api/*"]))],
        )

    def _make_containers(self) -> None:
        repository = EcrRepository(
            self,
            "repository",
            name=self.service_name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
        )
        rule = {
            "rulePriority": 1,
            "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5},
            "action": {"type": "expire"},
        }
        EcrLifecyclePolicy(
            self, "repository_lifecycle", repository=repository.name, policy=json.dumps({"rules": [rule]})
        )
        self.cluster = EcsCluster(
            self,
            "cluster",
            name=self.service_name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
        )
        role = self._make_role("task_role", "ecs-tasks.amazonaws.com")
        task = EcsTaskDefinition(
            self,
            "task",
            family=self.service_name,
            cpu="256",
            memory="512",
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            execution_role_arn=role.arn,
            task_role_arn=role.arn,
            container_definitions=json.dumps(
                [{"name": "app", "image": f"{repository.repository_url}:1", "essential": True}]
            ),
        )
        self.service = EcsService(
            self,
            "service",
            name=self.service_name,
            cluster=self.cluster.id,
            task_definition=task.arn,
            desired_count=2,
            launch_type="FARGATE",
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=self.app_subnet_ids, security_groups=[self.security_groups["app"].id]
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=self.target_group.arn, container_name="app", container_port=8080
                )
            ],
        )

    def _make_instances(self) -> None:
        role = self._make_role("instance_role", "ec2.amazonaws.com")
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
            vpc_security_group_ids=[self.security_groups["app"].id],
            iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=profile.arn),
            metadata_options=LaunchTemplateMetadataOptions(http_tokens="required", http_endpoint="enabled"),
        )
        group = AutoscalingGroup(
            self,
            "group",
            name=self.service_name,
            min_size=1,
            max_size=4,
            vpc_zone_identifier=self.app_subnet_ids,
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

    def _make_scaling(self) -> None:
        target = AppautoscalingTarget(
            self,
            "scaling",
            service_namespace="ecs",
            resource_id=f"service/{self.cluster.name}/{self.service.name}",
            scalable_dimension="ecs:service:DesiredCount",
            min_capacity=2,
            max_capacity=10,
        )
        AppautoscalingPolicy(
            self,
            "scaling_target",
            name="cpu",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            target_tracking_scaling_policy_configuration=(
                AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                    target_value=60,
                    predefined_metric_specification=(
                        AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
                            predefined_metric_type="ECSServiceAverageCPUUtilization"
                        )
                    ),
                )
            ),
        )
        AppautoscalingScheduledAction(
            self,
            "scaling_morning",
            name="morning",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            schedule="cron(0 22 * * ? *)",
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity="4", max_capacity="10"
            ),
        )

    def _make_events(self) -> None:
        self.topic = SnsTopic(self, "topic", name=self.service_name, kms_master_key_id=self.key.id)
        self.queue = SqsQueue(self, "queue", name=self.service_name, sqs_managed_sse_enabled=True)
        self.dead_letters = SqsQueue(self, "dead_letters", name=f"{self.service_name}-dead")
        SnsTopicPolicy(
            self,
            "topic_policy",
            arn=self.topic.arn,
            policy=document(action="sns:Publish", resource=self.topic.arn, principal="*"),
        )
        SqsQueuePolicy(
            self,
            "queue_policy",
            queue_url=self.queue.url,
            policy=document(action="sqs:SendMessage", resource=self.queue.arn, principal="*"),
        )
        SnsTopicSubscription(
            self,
            "subscription",
            topic_arn=self.topic.arn,
            protocol="sqs",
            endpoint=self.queue.arn,
            raw_message_delivery=True,
        )

    def _make_function(self) -> None:
        role = self._make_role("function_role", "lambda.amazonaws.com")
        function = LambdaFunction(
            self,
            "function",
            function_name=self.service_name,
            role=role.arn,
            runtime="python3.13",
            handler="handler.handle",
            s3_bucket=self.bucket.id,
            s3_key="function.zip",
            timeout=30,
            memory_size=256,
            environment=LambdaFunctionEnvironment(variables={"TABLE_NAME": self.table.name}),
            dead_letter_config=LambdaFunctionDeadLetterConfig(target_arn=self.dead_letters.arn),
        )
        LambdaEventSourceMapping(
            self,
            "function_queue",
            event_source_arn=self.queue.arn,
            function_name=function.arn,
            batch_size=10,
        )
        rule = CloudwatchEventRule(self, "nightly", name=self.service_name, schedule_expression="rate(1 day)")
        CloudwatchEventTarget(self, "nightly_target", rule=rule.name, arn=function.arn)
        LambdaPermission(
            self,
            "nightly_permission",
            statement_id="nightly",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )

    def _make_edge(self) -> None:
        zone = Route53Zone(self, "zone", name=f"{self.service_name}.example.com")
        Route53Record(
            self,
            "record",
            zone_id=zone.zone_id,
            name=zone.name,
            type="A",
            alias=Route53RecordAlias(
                name=self.load_balancer.dns_name,
                zone_id=self.load_balancer.zone_id,
                evaluate_target_health=True,
            ),
        )
        CloudfrontOriginAccessControl(
            self,
            "origin_access",
            name=self.service_name,
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        )
        Wafv2IpSet(
            self,
            "blocked",
            name=self.service_name,
            scope="REGIONAL",
            ip_address_version="IPV4",
            addresses=["192.0.2.0/24"],
        )
        users = CognitoUserPool(self, "users", name=self.service_name)
        CognitoUserPoolClient(self, "users_client", name=self.service_name, user_pool_id=users.id)

    def _make_backup(self) -> None:
        vault = BackupVault(self, "vault", name=self.service_name, kms_key_arn=self.key.arn)
        plan = BackupPlan(
            self,
            "backup",
            name=self.service_name,
            rule=[BackupPlanRule(rule_name="daily", target_vault_name=vault.name, schedule="cron(0 17 * * ? *)")],
        )
        role = self._make_role("backup_role", "backup.amazonaws.com")
        BackupSelection(
            self,
            "backup_selection",
            name=self.service_name,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=[self.database.arn, self.table.arn],
        )

    def _make_alarms(self) -> None:
        alarms = {
            "database_cpu": ("AWS/RDS", "CPUUtilization", {"DBClusterIdentifier": self.database.id}),
            "balancer_errors": (
                "AWS/ApplicationELB",
                "HTTPCode_ELB_5XX_Count",
                {"LoadBalancer": self.load_balancer.arn_suffix},
            ),
            "queue_age": (
                "AWS/SQS",
                "ApproximateAgeOfOldestMessage",
                {"QueueName": self.queue.name},
            ),
        }
        for name, (namespace, metric, dimensions) in alarms.items():
            CloudwatchMetricAlarm(
                self,
                f"{name}_alarm",
                alarm_name=f"{self.service_name}-{name}",
                namespace=namespace,
                metric_name=metric,
                dimensions=dimensions,
                comparison_operator="GreaterThanThreshold",
                statistic="Average",
                threshold=80,
                period=60,
                evaluation_periods=5,
                alarm_actions=[self.topic.arn],
            )
        widget = {"type": "text", "properties": {"markdown": self.service_name}}
        CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=self.service_name,
            dashboard_body=json.dumps({"widgets": [widget]}),
        )
        SsmParameter(
            self,
            "parameter",
            name=f"/{self.service_name}/endpoint",
            type="String",
            value=self.database.endpoint,
        )


class BenchStack(TerraformStack):
    """A stack of `services` services with one provider."""

    def __init__(self, scope: Construct, id: str, *, services: int) -> None:
        super().__init__(scope, id)
        AwsProvider(
            self,
            "aws",
            region=REGION,
            default_tags=[AwsProviderDefaultTags(tags={"Product": "bench"})],
        )
        for number in range(services):
            Service(self, f"service{number:03d}", number=number)


def main() -> None:
    """Synthesize BENCH_RESOURCES resources (default: 300), rounded to whole services."""
    resources = int(os.environ.get("BENCH_RESOURCES", "300"))
    app = App()
    BenchStack(app, "bench", services=max(1, round(resources / RESOURCES_PER_SERVICE)))
    app.synth()


if __name__ == "__main__":
    main()
