"""ECS services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
)
from constructs import Construct

from modules.autoscaling.policies import ScalableTarget, Scaling, ScalingMetric
from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.compute.load_balancer.load_balancer import LoadBalancer
from modules.compute.load_balancer.target_group import TargetGroup
from modules.compute.service.discovery import ServiceNames
from modules.compute.service.settings import ServiceSettings
from modules.compute.task.context import TaskContext
from modules.compute.task.keys.fault_injection import managed_instance_purpose, managed_instance_statements
from modules.compute.task.task import Task
from modules.foundation.metrics import CloudWatchMetric, MetricSource
from modules.foundation.policies import assumed_by, aws_policy
from modules.foundation.roles import Role
from modules.network.vpc.security_groups import allow_ingress_from, members_of


@dataclass(frozen=True)
class Attachment:
    """A load balancer whose rules forward to a service."""

    label: str
    load_balancer: LoadBalancer
    rules: Sequence[str]


class Service(Construct):
    """An ECS service with rolling deployments.

    Creates: what `Task` creates; with `fault_injection` the role of its SSM agents; a target group for each load
    balancer that forwards to it; its private DNS name, if it has one; with an image, the service and its scaling.

    A deployment whose tasks do not become healthy fails, and ECS rolls the service back to the previous revision.
    Terraform waits for the end of its deployment, and fails if the service then runs another revision. For a service
    that the pipeline owns, Terraform deploys the first revision only and ignores the service's revision afterward; a
    later revision that Terraform registers is a draft for the pipeline.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: ServiceSettings,
        context: TaskContext,
        attachments: Sequence[Attachment],
        peers: Mapping[str, tuple[str, int]],
        service_names: ServiceNames | None,
    ) -> None:
        """Register the service in `service_names` if it has a private DNS name."""
        super().__init__(scope, id)
        self._label = name
        self.settings = settings
        self._context = context
        self._make = context.foundation.resources(self, "service")
        self.task = Task(
            self, "task", kind="service", name=name, settings=settings, context=context, peers=peers, port=settings.port
        )
        if settings.fault_injection:
            self._create_managed_instance_role()
        if settings.enable_execute_command:
            context.cluster.grant_execute_command(self.task.task_role)
        self._targets: dict[str, TargetGroup] = {}
        self._target_metrics: list[MetricSource] = []
        self._rules: list[ITerraformDependable] = []
        self._request_metric: ScalingMetric | None = None
        for attachment in attachments:
            self._attach(attachment)
        self._registry_arn = service_names.register(name) if service_names else None
        # In plain text, for alarms and for the policies of deployment roles.
        names = context.foundation.names
        self.name = names.of(name)
        self.arn = f"arn:aws:ecs:{names.region}:{names.account_id}:service/{context.cluster.name}/{self.name}"
        self.cluster_arn = context.cluster.arn
        if settings.image:
            service = self._create_service()
            if settings.scaling:
                self._scale(settings.scaling, service)

    def allow_ingress_from(self, security_group_id: str, name: str) -> None:
        """Allow the members of a security group to call it; `name` identifies them and is unique in this service."""
        source, description = members_of(security_group_id), f"From {name}"
        allow_ingress_from(
            self._make, f"{self._label}_from_{name}", self.task.security_group_id, source, self.port, description
        )

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {
            "service": [self._source("AWS/ECS")],
            "insights": [self._source("ECS/ContainerInsights")],
            "targets": self._target_metrics,
        }

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self.settings.port is not None, "checked by the settings"
        return self.settings.port

    def _create_managed_instance_role(self) -> None:
        """Create the role with which the SSM agents of the tasks call Systems Manager."""
        names = self._context.foundation.names
        Role(
            self._make,
            f"{self._label}_fault_injection",
            names=names,
            name=managed_instance_purpose(self._label),
            # [Systems Manager User Guide, Create the IAM service role required for Systems Manager in hybrid and
            # multicloud environments]
            # (https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-multicloud-service-role.html).
            trust_policy=assumed_by(
                "ssm.amazonaws.com",
                names.account_id,
                source_arn=f"arn:aws:ssm:{names.region}:{names.account_id}:*",
            ),
            statements=managed_instance_statements(names),
            managed_policies={f"{self._label}_fault_injection": aws_policy("AmazonSSMManagedInstanceCore")},
        )

    def _attach(self, attachment: Attachment) -> None:
        """Create a target group, which can belong to one load balancer only, and forward each rule to it."""
        target = TargetGroup(
            self,
            f"target-group-{attachment.label}",
            purpose=f"{self._label}-{attachment.label}",
            port=self.port,
            settings=self.settings.target_group,
            network=self._context.network.vpc,
            foundation=self._context.foundation,
        )
        self._targets[attachment.label] = target
        dimensions = {"TargetGroup": target.arn_suffix, "LoadBalancer": attachment.load_balancer.arn_suffix}
        self._target_metrics.append(MetricSource("AWS/ApplicationELB", dimensions))
        self._rules += [
            attachment.load_balancer.forward(
                rule, target, security_group_id=self.task.security_group_id, port=self.port, name=self._label
            )
            for rule in attachment.rules
        ]
        # With several load balancers, the service scales by the requests of the first one.
        self._request_metric = self._request_metric or ScalingMetric(
            CloudWatchMetric(
                "AWS/ApplicationELB", "RequestCountPerTarget", {"TargetGroup": target.arn_suffix}, statistic="Sum"
            ),
            "ALBRequestCountPerTarget",
            resource_label=attachment.load_balancer.resource_label(target),
        )

    def _create_service(self) -> EcsService:
        settings, cluster = self.settings, self._context.cluster
        deployment = settings.deployment
        return self._make(
            EcsService,
            self._label,
            name=self.name,
            cluster=cluster.arn,
            task_definition=self.task.arn,
            desired_count=settings.count,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(
                    capacity_provider=share.provider, base=share.base, weight=share.weight
                )
                for share in cluster.capacity_strategy(self.task.capacity)
            ],
            # Without it the provider replaces the service when the capacity provider strategy changes.
            force_new_deployment=True,
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=self._context.network.vpc.app.all_ids(),
                security_groups=[self.task.security_group_id],
                assign_public_ip=False,
            ),
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=target.arn, container_name=self._label, container_port=self.port
                )
                for target in self._targets.values()
            ]
            or None,
            service_registries=EcsServiceServiceRegistries(registry_arn=self._registry_arn)
            if self._registry_arn
            else None,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            deployment_minimum_healthy_percent=deployment.minimum_healthy_percent,
            deployment_maximum_percent=deployment.maximum_percent,
            availability_zone_rebalancing="ENABLED" if deployment.availability_zone_rebalancing else "DISABLED",
            health_check_grace_period_seconds=(deployment.health_check_grace_period_seconds if self._targets else None),
            enable_execute_command=settings.enable_execute_command,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            wait_for_steady_state=settings.owned_by == "terraform",
            lifecycle=self._lifecycle(),
            depends_on=[*self.task.ready, *self._rules],
        )

    def _lifecycle(self) -> TerraformResourceLifecycle:
        """Return the attributes that Terraform ignores, and the condition that holds after an apply.

        Application Auto Scaling changes the count, and also brings it within changed limits: [Application Auto Scaling
        concepts, Scalable target](https://docs.aws.amazon.com/autoscaling/application/userguide/getting-started.html):
        RegisterScalableTarget compares the capacity with them and updates it.
        """
        by_pipeline = self.settings.owned_by == "pipeline"
        ignored = [*(["task_definition"] if by_pipeline else []), *(["desired_count"] if self.settings.scaling else [])]
        return TerraformResourceLifecycle(
            ignore_changes=ignored or None, postcondition=None if by_pipeline else [self._is_rolled_out()]
        )

    def _is_rolled_out(self) -> Postcondition:
        """Return the condition that the service runs the revision of this apply, with its error message."""
        names = self._context.foundation.names
        where = f"--region {names.region} --cluster {self._context.cluster.name}"
        message = (
            f"The deployment of the service {self.name} failed, and ECS went back to ${{self.task_definition}}: tasks "
            "of the new revision did not start or were not healthy. To see why:\n"
            f"  aws ecs describe-services {where} --services {self.name} --query 'services[0].events[:10].message'\n"
            f"  aws ecs list-tasks {where} --service-name {self.name} --desired-status STOPPED\n"
            f"  aws ecs describe-tasks {where} --tasks TASK --query 'tasks[0].[stoppedReason, containers[].reason]'\n"
            f"  aws logs tail --region {names.region} {self.task.log_group.name} --since 1h\n"
            "Correct the image or the block, and apply again."
        )
        condition = f"${{self.task_definition == {self.task.definition.fqn}.arn}}"
        return Postcondition(condition=condition, error_message=message)

    def _scale(self, settings: ScalingSettings, service: EcsService) -> None:
        metrics: dict[Metric, ScalingMetric] = {
            "cpu": self._metric("CPUUtilization", "ECSServiceAverageCPUUtilization"),
            "memory": self._metric("MemoryUtilization", "ECSServiceAverageMemoryUtilization"),
        }
        if self._request_metric:
            metrics["requests_per_target"] = self._request_metric
        Scaling(
            self,
            "scaling",
            settings=settings,
            target=ScalableTarget(
                service_namespace="ecs",
                resource_id=f"service/{self._context.cluster.name}/{self.name}",
                scalable_dimension="ecs:service:DesiredCount",
                metrics=metrics,
            ),
            make=self._make,
            names=self._context.foundation.names,
            name=self._label,
            after=[service],
        )

    def _metric(self, name: str, predefined: str) -> ScalingMetric:
        return ScalingMetric(self._source("AWS/ECS").metric(name), predefined)

    def _source(self, namespace: str) -> MetricSource:
        return MetricSource(namespace, {"ClusterName": self._context.cluster.name, "ServiceName": self.name})
