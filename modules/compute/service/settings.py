"""The `service` block: containers that run all the time, behind a load balancer or with a private DNS name."""

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.compute.load_balancer.keys.target_group import TargetGroupSettings
from modules.compute.service.keys.migration import MigrationSettings
from modules.compute.task.keys.fault_injection import FaultInjectionSettings, agent
from modules.compute.task.keys.sidecars import GeneratedSidecar
from modules.compute.task.settings import TaskSettings
from modules.foundation.ci_servers import ApplicationPipeline
from modules.foundation.names import Names
from modules.foundation.owner import Owner
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings, TierException, tiered

#: The metrics that a service can scale by; requests only behind a load balancer.
METRICS: tuple[Metric, ...] = ("cpu", "memory", "requests_per_target")


class DeploymentSettings(Settings):
    """The `deployment` block: how new tasks replace old ones. A failed deployment is always rolled back."""

    minimum_healthy_percent: int = Field(
        default=100,
        ge=0,
        le=100,
        description="The minimum percentage of the desired tasks that keep running, rounded up. 0 is not allowed in "
        "production.",
    )
    maximum_percent: int = Field(
        default=200,
        ge=100,
        le=400,
        description="The maximum percentage of the desired tasks that may run at the same time, rounded down.",
    )
    availability_zone_rebalancing: bool = Field(
        default=True, description="Whether ECS moves tasks when one Availability Zone has more of them than another."
    )
    health_check_grace_period_seconds: int = Field(
        default=60,
        ge=0,
        le=7200,
        description="Seconds after a task's start in which failed health checks of the load balancer do not stop it.",
    )

    def leaves_room(self, count: int) -> bool:
        """Return whether this many tasks can be replaced: one more or one fewer may run.

        [Amazon ECS service definition parameters]
        (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html): the lower
        limit is rounded up, the upper limit down.
        """
        fewest = math.ceil(count * self.minimum_healthy_percent / 100)
        most = count * self.maximum_percent // 100
        return count == 0 or fewest < count or most > count


class ServiceSettings(TaskSettings):
    """A `service` block: a task definition and the ECS service that keeps its tasks running."""

    key_groups: ClassVar[Mapping[str, str]] = {**TaskSettings.key_groups, "owned_by": "Deployment and traffic"}
    renamed: ClassVar[Mapping[str, str]] = {"execute_command": "enable_execute_command"}

    owned_by: Owner = Field(
        default="terraform",
        description="Who deploys new revisions. pipeline: Terraform deploys the first one and ignores the revision "
        "afterward; `python -m ops release` replaces the image in the containers that the output `services` lists as "
        "`image_containers`. terraform: an apply fails if the deployment fails.",
    )
    deployed_by: ApplicationPipeline | None = Field(
        default=None,
        description="Whose jobs may deploy this service only: in development, jobs on the default branch; in staging, "
        "jobs on tags v*; in production, jobs on tags v* without a hyphen, which prereleases have. The outputs "
        "contain the ARN of the role.",
    )
    migration: MigrationSettings | None = Field(
        default=None, description="A command that each release runs before it replaces tasks; by default none."
    )
    port: int | None = Field(
        default=None, ge=1, le=65535, examples=[8080], description="The port that it listens on; none for a worker."
    )
    desired_count: int | None = Field(
        default=None,
        ge=0,
        examples=[2],
        description="The number of tasks, without scaling; by default 1, in production 2.",
    )
    scaling: ScalingSettings | None = Field(
        default=None,
        description="Scaling of the number of tasks by load and by schedule; Terraform then ignores that number.",
    )
    target_group: TargetGroupSettings = Field(
        default=TargetGroupSettings(),
        description="The target group of the tasks, for load balancers that forward to the service.",
    )
    deployment: DeploymentSettings = Field(default=DeploymentSettings(), description="How new tasks replace old ones.")
    enable_execute_command: bool = tiered(
        development=True,
        staging=False,
        production=False,
        exception=TierException(lambda data: data.get("read_only_root") is True, False, "with `read_only_root`"),
        description="Whether IAM users and roles with permission may open a shell in a container (ECS Exec).",
    )
    fault_injection: FaultInjectionSettings | None = Field(
        default=None,
        description="An SSM agent in each task, through which experiments disturb the network of the service. Not "
        "allowed in production: whoever may send SSM commands can then run some in its tasks.",
    )
    discovery: bool = Field(
        default=False,
        description="Whether it has a private DNS name, <label>.svc.<environment>.internal; a service that is listed "
        "in `reaches` always has one.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "ServiceSettings":
        raise_findings([*self.common_findings(), *self._count_findings(), *self._other_findings()])
        return self

    def generated_sidecars(self, name: str, names: Names) -> list[GeneratedSidecar]:
        """Return the sidecars that keys of the block add to the task."""
        agents = [agent(self.fault_injection, name, names)] if self.fault_injection else []
        return [*super().generated_sidecars(name, names), *agents]

    @property
    def count(self) -> int:
        """The number of tasks; with scaling, the initial one."""
        return self.scaling.min_capacity if self.scaling else self._count

    @property
    def most(self) -> int:
        """The maximum number of tasks at any time, including schedules."""
        return self.scaling.most if self.scaling else self._count

    @property
    def _count(self) -> int:
        if self.desired_count is not None:
            return self.desired_count
        return 2 if self.is_production else 1

    def _count_findings(self) -> Iterator[Finding]:
        if self.scaling:
            if self.desired_count is not None:
                rule = "conflicts with scaling, which sets the number of tasks"
                yield Finding(("desired_count",), self.desired_count, rule, "remove it, or remove the scaling block")
            offered = METRICS if self.port is not None else METRICS[:2]
            for finding in self.scaling.metric_findings(offered):
                yield finding.under("scaling")
        count = self.count
        if self.is_production and count == 1:
            at = ("scaling", "min_capacity") if self.scaling else ("desired_count",)
            rule = "is not allowed in production: if one task stops, the service is down"
            yield Finding(at, count, rule, "write 2 or more")
        if self.is_production and self.deployment.minimum_healthy_percent == 0:
            rule = "is not allowed in production: a deployment would stop all tasks before it starts new ones"
            yield Finding(("deployment", "minimum_healthy_percent"), 0, rule, "write 50 or more, or remove it")
        if not self.deployment.leaves_room(count):
            rule = (
                f"does not allow ECS to replace any of {count} tasks: at least "
                f"{self.deployment.minimum_healthy_percent}% and at most {self.deployment.maximum_percent}% "
                "of them must run"
            )
            yield Finding(("deployment",), None, rule, "write maximum_percent = 200")

    def _other_findings(self) -> Iterator[Finding]:
        if self.deployed_by and self.owned_by == "terraform":
            rule = "would deploy revisions that Terraform reverts with its next apply"
            yield Finding(("deployed_by",), None, rule, 'write owned_by = "pipeline", or remove it')
        if self.migration and self.owned_by == "terraform":
            rule = "is run by releases, and Terraform deploys this service"
            yield Finding(("migration",), None, rule, 'write owned_by = "pipeline", or an `init` block, or remove it')
        if self.deployment.availability_zone_rebalancing and self.deployment.maximum_percent == 100:
            # [Balancing an Amazon ECS service across Availability Zones]
            # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html): not with a
            # maximumPercent of 100.
            rule = "is not allowed by ECS with a maximum_percent of 100: ECS starts a task before it stops another"
            at = ("deployment", "availability_zone_rebalancing")
            yield Finding(at, True, rule, "write maximum_percent = 200, or availability_zone_rebalancing = false")
        if self.enable_execute_command and self.read_only_root:
            # "Monitor Amazon ECS containers with ECS Exec, Considerations".
            rule = "does not work with read_only_root: the ECS Exec agent writes into the container"
            yield Finding(("enable_execute_command",), True, rule, "remove one of them")
        if self.fault_injection and self.is_production:
            rule = "is not allowed in production: whoever may send SSM commands could run some in its tasks"
            yield Finding(("fault_injection",), None, rule, "remove it, and run such experiments in staging")
        if self.fault_injection and self.enable_execute_command:
            # "Use the AWS FIS aws:ecs:task actions, Limitations": a task has one SSM agent.
            rule = "does not work with fault_injection: both need the SSM agent of the task"
            yield Finding(("enable_execute_command",), True, rule, "write false, or remove fault_injection")
        if self.discovery and self.port is None:
            yield Finding(("discovery",), True, "needs a port", "write port = 8080, or remove it")
