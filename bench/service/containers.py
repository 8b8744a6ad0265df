"""A load balancer and an ECS service that scales."""

from __future__ import annotations

import json

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
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import EcrRepository, EcrRepositoryImageScanningConfiguration
from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster, EcsClusterSetting
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionPathPattern,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from constructs import Construct

from bench.service.network import Network
from bench.service.roles import create_role


class Containers(Construct):
    """An ECS service behind a load balancer."""

    def __init__(
        self, scope: Construct, id: str, *, service_name: str, logs: CloudwatchLogGroup, network: Network
    ) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.logs = logs
        self.network = network
        self._create_load_balancer()
        self._create_repository()
        self._create_service()
        self._create_scaling()

    def _create_load_balancer(self) -> None:
        self.load_balancer = Lb(
            self,
            "load_balancer",
            name=self.service_name,
            load_balancer_type="application",
            security_groups=[self.network.security_groups["balancer"].id],
            subnets=self.network.public_subnet_ids,
            drop_invalid_header_fields=True,
        )
        self.target_group = LbTargetGroup(
            self,
            "target_group",
            name=self.service_name,
            port=8080,
            protocol="HTTP",
            target_type="ip",
            vpc_id=self.network.vpc.id,
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

    def _create_repository(self) -> None:
        self.repository = EcrRepository(
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
            self, "repository_lifecycle", repository=self.repository.name, policy=json.dumps({"rules": [rule]})
        )

    def _create_service(self) -> None:
        self.cluster = EcsCluster(
            self,
            "cluster",
            name=self.service_name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
        )
        role = create_role(
            self, "task_role", service=self.service_name, principal="ecs-tasks.amazonaws.com", logs=self.logs
        )
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
                [{"name": "app", "image": f"{self.repository.repository_url}:1", "essential": True}]
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
                subnets=self.network.app_subnet_ids, security_groups=[self.network.security_groups["app"].id]
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=self.target_group.arn, container_name="app", container_port=8080
                )
            ],
        )

    def _create_scaling(self) -> None:
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
