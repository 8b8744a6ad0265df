"""The `ec2` block of a cluster: instances of our own that tasks run on."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.compute.keys.instance_types import VOLUME_LIMIT_GIB, InstanceType
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import TieredSettings
from modules.network.vpc.settings import ZoneLetter

#: "Amazon ECS Developer Guide, Amazon ECS-optimized AMI": the image's own root volume, which no smaller one can hold.
LEAST_VOLUME_GIB = 30
#: "AWS::AutoScaling, Quotas" name no limit of a group's size; "ManagedScaling, instanceWarmupPeriod" is up to this.
WARMUP_LIMIT_SECONDS = 10_000
_AMI = re.compile(r"ami-([0-9a-f]{8}|[0-9a-f]{17})")


def _ami(value: str) -> str:
    if not _AMI.fullmatch(value):
        raise broken_rule("is not the id of an image", 'write one as "ami-0123456789abcdef0", or take it out')
    return value


Ami = Annotated[str, AfterValidator(_ami)]


class EcsInstancesSettings(TieredSettings):
    """An `ec2` block: a group of instances that ECS makes larger and smaller with the tasks."""

    instance_type: InstanceType = Field(
        examples=["m7g.large"], description="The size of every instance; a task asks for no more than one has."
    )
    min_size: int = Field(default=0, ge=0, description="Instances that stay without a task; 0 lets the last one go.")
    max_size: int = Field(ge=1, examples=[4], description="The most instances that ECS starts.")
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(), examples=[["a", "c"]], description="Zones of the instances; by default all of the network's."
    )
    volume_size_gib: int = Field(
        default=LEAST_VOLUME_GIB,
        ge=LEAST_VOLUME_GIB,
        le=VOLUME_LIMIT_GIB,
        description="GiB of each instance's encrypted gp3 volume: the system, images and what tasks write.",
    )
    ami_id: Ami | None = Field(
        default=None,
        description="An image that stays until it is changed here. By default each new instance starts from AWS's "
        "newest for ECS on Amazon Linux 2023, and those that run are left alone.",
    )
    target_capacity_percent: int = Field(
        default=100,
        ge=1,
        le=100,
        description="How full ECS keeps the instances; 80 keeps a fifth free for tasks that cannot wait for a start.",
    )
    warmup_seconds: int = Field(
        default=120,
        ge=0,
        le=WARMUP_LIMIT_SECONDS,
        description="Seconds until a new instance counts: its start, and the pull of the first image.",
    )
    instance_refresh: bool = Field(
        default=False,
        description="Whether a change of type, image or volume replaces the instances that run, one after another; "
        "otherwise new ones have it.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "EcsInstancesSettings":
        refuse(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        yield from left_empty(self, {"availability_zones": "all of the network's zones"})
        yield from named_twice(self, "availability_zones")
        if self.min_size > self.max_size:
            yield Finding(
                ("min_size",), self.min_size, f"is more than max_size = {self.max_size}", "write as many, or fewer"
            )
        if self.is_production and self.availability_zones and len(set(self.availability_zones)) < 2:
            yield Finding(
                ("availability_zones",),
                list(self.availability_zones),
                "is refused in production: one zone's failure would be ours",
                'name two or more, ["a", "c"]',
            )
        elif self.is_production and self.max_size < 2:
            yield Finding(
                ("max_size",),
                self.max_size,
                "is refused in production: one zone's failure would be ours",
                "write 2 or more",
            )
