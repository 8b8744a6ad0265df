"""The `service` blocks: containers that run all the time, behind a load balancer or reached by name."""

import math
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.autoscaling.settings.policies import Metric
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.compute.load_balancer.keys.target_group import TargetGroupSettings
from modules.compute.task.settings import TaskSettings
from modules.foundation.gitlab import Project
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Settings, TierException, tiered

Owner = Literal["terraform", "pipeline"]
#: What a service can be scaled by; requests only behind a load balancer.
METRICS: tuple[Metric, ...] = ("cpu", "memory", "requests_per_target")


class DeploymentSettings(Settings):
    """The `deployment` block: how new tasks take the place of old ones. A failed deployment is always rolled back."""

    minimum_healthy_percent: int = Field(
        default=100,
        ge=0,
        le=100,
        description="So many of the desired tasks keep running; rounded up. 0 is refused in production.",
    )
    maximum_percent: int = Field(
        default=200, ge=100, le=400, description="So many of the desired tasks may run together; rounded down."
    )
    availability_zone_rebalancing: bool = Field(
        default=True, description="Whether ECS moves tasks when a zone has more of them than another."
    )
    health_check_grace_period_seconds: int = Field(
        default=60,
        ge=0,
        le=7200,
        description="Seconds after the start in which the load balancer's checks do not end it.",
    )

    def leaves_room(self, count: int) -> bool:
        """Return whether so many tasks can be replaced: one more may run, or one less.

        "Service definition parameters": the lower limit is rounded up, the upper one down.
        """
        fewest = math.ceil(count * self.minimum_healthy_percent / 100)
        most = count * self.maximum_percent // 100
        return count == 0 or fewest < count or most > count


class ServiceSettings(TaskSettings):
    """A `service` block: a task definition, and the service that keeps its tasks running."""

    owned_by: Owner = Field(
        default="terraform",
        description="Who rolls out new revisions. pipeline: Terraform rolls out the first one, and leaves the revision "
        "alone from then on. terraform: an apply fails when the deployment does.",
    )
    deployed_by: Project | None = Field(
        default=None,
        examples=["community/agora-api"],
        description="The GitLab project, on the `pipeline` block's server, whose jobs may roll out this service and "
        "nothing else: in dev those of the default branch, elsewhere those of tags v*. The outputs name the role.",
    )
    port: int | None = Field(
        default=None, ge=1, le=65535, examples=[8080], description="Where it listens; none for a worker that only asks."
    )
    desired_count: int | None = Field(
        default=None, ge=0, examples=[2], description="How many tasks, where none scales them; 1, in production 2."
    )
    scaling: ScalingSettings | None = Field(
        default=None, description="How many tasks, by load and by the clock; Terraform leaves their number alone then."
    )
    target_group: TargetGroupSettings = Field(
        default=TargetGroupSettings(), description="How a load balancer asks whether tasks are well, and lets them go."
    )
    deployment: DeploymentSettings = Field(
        default=DeploymentSettings(), description="How new tasks take the place of old ones."
    )
    execute_command: bool = tiered(
        development=True,
        staging=False,
        production=False,
        exception=TierException(lambda data: data.get("read_only_root") is True, False, "with `read_only_root`"),
        description="Whether IAM users and roles with permission may open a shell in a container (ECS Exec).",
    )
    discovery: bool = Field(
        default=False,
        description="Whether it has a name in the VPC, <label>.svc.<environment>.internal; all that are reached do.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "ServiceSettings":
        refuse([*self.common_findings(), *self._count_findings(), *self._other_findings()])
        return self

    @property
    def count(self) -> int:
        """The number of tasks, to begin with where something scales them."""
        return self.scaling.min_capacity if self.scaling else self._count

    @property
    def most(self) -> int:
        """The most tasks at any time, schedules and windows included."""
        return self.scaling.most if self.scaling else self._count

    @property
    def _count(self) -> int:
        if self.desired_count is not None:
            return self.desired_count
        return 2 if self.is_production else 1

    def _count_findings(self) -> Iterator[Finding]:
        if self.scaling:
            if self.desired_count is not None:
                rule = "is what scaling decides"
                yield Finding(("desired_count",), self.desired_count, rule, "take it out, or the scaling block")
            offered = METRICS if self.port is not None else METRICS[:2]
            for finding in self.scaling.metric_findings(offered):
                yield finding.under("scaling")
        count = self.count
        if self.is_production and count == 1:
            at = ("scaling", "min_capacity") if self.scaling else ("desired_count",)
            yield Finding(at, count, "is refused in production: one task's end is an outage", "write 2 or more")
        if self.is_production and self.deployment.minimum_healthy_percent == 0:
            rule = "is refused in production: a deployment would end all tasks at once, before there are others"
            yield Finding(("deployment", "minimum_healthy_percent"), 0, rule, "write 50 or more, or take it out")
        if not self.deployment.leaves_room(count):
            rule = (
                f"lets no task of {count} be replaced: {self.deployment.minimum_healthy_percent} % have to run, "
                f"{self.deployment.maximum_percent} % may"
            )
            yield Finding(("deployment",), None, rule, "write maximum_percent = 200")

    def _other_findings(self) -> Iterator[Finding]:
        if self.deployed_by and self.owned_by == "terraform":
            rule = "would roll out what Terraform takes back with its next apply"
            yield Finding(("deployed_by",), self.deployed_by, rule, 'write owned_by = "pipeline", or take it out')
        if self.deployment.availability_zone_rebalancing and self.deployment.maximum_percent == 100:
            # "Balancing an Amazon ECS service across Availability Zones": not with a maximumPercent of 100.
            rule = "is refused by ECS with a maximum_percent of 100: a task is started elsewhere before one is ended"
            at = ("deployment", "availability_zone_rebalancing")
            yield Finding(at, True, rule, "write maximum_percent = 200, or availability_zone_rebalancing = false")
        if self.execute_command and self.read_only_root:
            # "Monitor Amazon ECS containers with ECS Exec, Considerations".
            rule = "does not work with read_only_root: its agent writes into the container"
            yield Finding(("execute_command",), True, rule, "take one of them out")
        if self.discovery and self.port is None:
            yield Finding(("discovery",), True, "needs a port that others call", "write port = 8080, or take it out")
