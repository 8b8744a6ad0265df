"""The `ecs` blocks: clusters on Fargate, on EC2 or on both."""

from collections.abc import Iterator, Mapping
from math import gcd
from typing import Any, Literal, NamedTuple

from pydantic import Field, model_validator

from modules.compute.ecs.keys.instances import EcsInstancesSettings
from modules.compute.keys.instance_types import Architecture, architecture_of
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import TieredSettings, TierException, tiered

Capacity = Literal["fargate", "ec2"]
ContainerInsights = Literal["enhanced", "enabled", "disabled"]

#: "CapacityProviderStrategyItem, base".
BASE_LIMIT = 100_000


#: Container Insights are paid for by the metric, and enhanced ones have a metric for each task and container.
class Share(NamedTuple):
    """A capacity provider's part of a service's tasks ("CapacityProviderStrategyItem")."""

    provider: str
    base: int
    """Tasks that run here before the rest is divided."""
    weight: int
    """This provider's part of the rest, beside the others' weights."""


class FargateSettings(TieredSettings):
    """The `fargate` block of a cluster: tasks on AWS's machines, some of them on spare ones."""

    spot_percent: int = Field(
        default=0,
        ge=0,
        le=100,
        description="Percent of a service's tasks, beyond the base, on Spot: a third of the price or less, and AWS "
        "may take the machine back with two minutes' notice.",
    )
    base: int = tiered(
        development=0,
        staging=0,
        production=1,
        exception=TierException(lambda data: data.get("spot_percent") in (None, 0, 100), 0, "with all or none on Spot"),
        ge=0,
        le=BASE_LIMIT,
        description="Tasks of each service that never run on Spot.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "FargateSettings":
        refuse(self._findings())
        return self

    @property
    def shares(self) -> tuple[Share, ...]:
        """How a service's tasks are divided, in smallest weights; a provider that gets none is not named."""
        on_demand, spot = 100 - self.spot_percent, self.spot_percent
        part = gcd(on_demand, spot)
        shares = (Share("FARGATE", self.base, on_demand // part), Share("FARGATE_SPOT", 0, spot // part))
        return tuple(share for share in shares if share.weight)

    def _findings(self) -> Iterator[Finding]:
        if self.is_production and self.spot_percent and not self.base:
            yield Finding(
                ("spot_percent",),
                self.spot_percent,
                "without a base is refused in production: AWS may take back all of a service's tasks at once",
                "write base = 1, or more, and a spot_percent below 100",
            )
        elif self.spot_percent == 100 and self.base:
            # "CapacityProviderStrategyItem, weight": a provider with a weight of 0 places no task.
            yield Finding(
                ("spot_percent",), 100, "leaves on-demand no weight, and so no base", "write 99 or less, or base = 0"
            )


class EcsSettings(TieredSettings):
    """An `ecs` block: a cluster, on Fargate where it says nothing else."""

    container_insights: ContainerInsights = tiered(
        development="disabled",
        staging="enabled",
        production="enhanced",
        description="Container Insights: metrics of services and tasks (enabled), or of each task and container too "
        "(enhanced).",
    )
    architecture: Architecture = Field(
        default="arm64",
        description="What images are built for: arm64 (Graviton, a fifth cheaper) or x86_64; by default that of the "
        "instance type where there is an `ec2` block.",
    )
    fargate: FargateSettings | None = Field(
        default=None, description="Tasks on AWS's machines; there without being written when there is no `ec2` block."
    )
    ec2: EcsInstancesSettings | None = Field(
        default=None, description="Tasks on instances of our own, as many as needed."
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
        refuse(self._findings())
        return self

    @property
    def capacities(self) -> tuple[Capacity, ...]:
        """What services can run on; what they run on by default comes first."""
        blocks: dict[Capacity, object | None] = {"fargate": self.fargate, "ec2": self.ec2}
        return tuple(capacity for capacity, block in blocks.items() if block is not None)

    def capacity_of(self, asked: Capacity | None) -> Capacity:
        """Return what a service runs on that asks for this, or for nothing."""
        return asked or self.capacities[0]

    def _findings(self) -> Iterator[Finding]:
        if self.ec2 and self.architecture != architecture_of(self.ec2.instance_type):
            yield Finding(
                ("architecture",),
                self.architecture,
                f"is not that of ec2.instance_type {self.ec2.instance_type}",
                "take it out: it follows from the instance type",
            )
