"""The `ecs` block: a cluster on Fargate, on EC2, or on both."""

from collections.abc import Iterator, Mapping
from math import gcd
from typing import Any, Literal, NamedTuple

from pydantic import Field, model_validator

from modules.compute.ecs.keys.instances import EcsInstancesSettings
from modules.compute.keys.instance_types import Architecture, architecture_of
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import TieredSettings, TierException, tiered

Capacity = Literal["fargate", "ec2"]
ContainerInsights = Literal["enhanced", "enabled", "disabled"]

#: [CapacityProviderStrategyItem, base]
#: (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html).
BASE_LIMIT = 100_000


class Share(NamedTuple):
    """One item of a capacity provider strategy ("CapacityProviderStrategyItem")."""

    provider: str
    base: int
    """The number of tasks that run on this provider before the rest is divided."""
    weight: int
    """This provider's part of the rest, relative to the other weights."""


class FargateSettings(TieredSettings):
    """The `fargate` block of a cluster: tasks on Fargate and Fargate Spot."""

    spot_percent: int = Field(
        default=0,
        ge=0,
        le=100,
        description="Percentage of a service's tasks beyond the base that run on Fargate Spot, at a third of the price "
        "or less. AWS may stop them with two minutes' notice.",
    )
    base: int = tiered(
        development=0,
        staging=0,
        production=1,
        exception=TierException(
            lambda data: data.get("spot_percent") in (None, 0, 100), 0, "if spot_percent is 0 or 100"
        ),
        ge=0,
        le=BASE_LIMIT,
        description="The number of tasks of each service that never run on Spot.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "FargateSettings":
        raise_findings(self._findings())
        return self

    @property
    def shares(self) -> tuple[Share, ...]:
        """The capacity provider strategy, in the smallest weights; a provider without tasks is left out."""
        on_demand, spot = 100 - self.spot_percent, self.spot_percent
        part = gcd(on_demand, spot)
        shares = (Share("FARGATE", self.base, on_demand // part), Share("FARGATE_SPOT", 0, spot // part))
        return tuple(share for share in shares if share.weight)

    def _findings(self) -> Iterator[Finding]:
        if self.is_production and self.spot_percent and not self.base:
            yield Finding(
                ("spot_percent",),
                self.spot_percent,
                "without a base is not allowed in production: AWS may stop all tasks of a service at once",
                "write base = 1 or more, and a spot_percent below 100",
            )
        elif self.spot_percent == 100 and self.base:
            # "CapacityProviderStrategyItem, weight": a provider with a weight of 0 places no task.
            rule = "leaves FARGATE a weight of 0, so that the base has no effect"
            yield Finding(("spot_percent",), 100, rule, "write 99 or less, or base = 0")


class EcsSettings(TieredSettings):
    """An `ecs` block: a cluster, by default on Fargate."""

    #: Container Insights is charged by metric, and with enhanced observability each task and container has metrics.
    container_insights: ContainerInsights = tiered(
        development="disabled",
        staging="enabled",
        production="enhanced",
        description="Container Insights: metrics of services and tasks (enabled), or of each task and container too "
        "(enhanced).",
    )
    architecture: Architecture = Field(
        default="arm64",
        description="The architecture of the images: arm64 (Graviton, 20% cheaper) or x86_64. With an `ec2` block, the "
        "default is the architecture of the instance type.",
    )
    fargate: FargateSettings | None = Field(
        default=None, description="Tasks on Fargate; the default when there is no `ec2` block."
    )
    ec2: EcsInstancesSettings | None = Field(
        default=None, description="Tasks on EC2 instances, which ECS starts and terminates as needed."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        filled = dict(values)
        if not filled.get("fargate") and not filled.get("ec2"):
            filled["fargate"] = {"tier": values.get("tier", "development")}
        instances = values.get("ec2")
        if isinstance(instances, Mapping) and (architecture := architecture_of(str(instances.get("instance_type")))):
            filled.setdefault("architecture", architecture)
        return filled

    @model_validator(mode="after")
    def _rules(self) -> "EcsSettings":
        raise_findings(self._findings())
        return self

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """The capacities of the cluster, the default one first."""
        blocks: dict[Capacity, object | None] = {"fargate": self.fargate, "ec2": self.ec2}
        return tuple(capacity for capacity, block in blocks.items() if block is not None)

    def capacity_of(self, requested: Capacity | None) -> Capacity:
        """Return the requested capacity, or the cluster's default."""
        return requested or self.capacities[0]

    def _findings(self) -> Iterator[Finding]:
        if self.ec2 and self.architecture != architecture_of(self.ec2.instance_type):
            yield Finding(
                ("architecture",),
                self.architecture,
                f"is not the architecture of ec2.instance_type {self.ec2.instance_type}",
                "remove the key: the instance type determines it",
            )
