"""The `ec2` block of a cluster: EC2 instances that tasks run on."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from modules.compute.keys.instance_types import VOLUME_LIMIT_GIB, InstanceType
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import TieredSettings
from modules.network.vpc.settings import ZoneLetter

#: [Amazon ECS Developer Guide, Amazon ECS-optimized Linux AMIs]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-optimized_AMI.html): the size of the AMI's root
#: volume, which is the least.
LEAST_VOLUME_GIB = 30
#: [ManagedScaling, instanceWarmupPeriod]
#: (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html). The size of a group has no limit
#: in [Quotas for Auto Scaling resources and groups]
#: (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html).
WARMUP_LIMIT_SECONDS = 10_000
_AMI = re.compile(r"ami-([0-9a-f]{8}|[0-9a-f]{17})")


def _ami(value: str) -> str:
    if not _AMI.fullmatch(value):
        raise broken_rule("is not an AMI ID", 'write one such as "ami-0123456789abcdef0", or remove the key')
    return value


Ami = Annotated[str, AfterValidator(_ami)]


class EcsInstancesSettings(TieredSettings):
    """An `ec2` block: an Auto Scaling group that ECS scales with the number of tasks."""

    renamed: ClassVar[Mapping[str, str]] = {
        "volume_size_gib": "volume_size",
        "target_capacity_percent": "target_capacity",
        "warmup_seconds": "instance_warmup_period",
    }

    instance_type: InstanceType = Field(
        examples=["m7g.large"], description="The type of every instance; a task must fit on one instance."
    )
    min_size: int = Field(default=0, ge=0, description="The minimum number of instances, which run even without tasks.")
    max_size: int = Field(ge=1, examples=[4], description="The maximum number of instances.")
    availability_zones: tuple[ZoneLetter, ...] = Field(
        default=(),
        examples=[["a", "c"]],
        description="Availability Zones of the instances; by default all of the network's.",
    )
    volume_size: int = Field(
        default=LEAST_VOLUME_GIB,
        ge=LEAST_VOLUME_GIB,
        le=VOLUME_LIMIT_GIB,
        description="GiB of each instance's encrypted gp3 volume, for the operating system, images, and tasks' files.",
    )
    ami_id: Ami | None = Field(
        default=None,
        description="The AMI of all instances, until this key changes. By default, each new instance uses the latest "
        "ECS-optimized Amazon Linux 2023 AMI, and running instances are not replaced.",
    )
    target_capacity: int = Field(
        default=100,
        ge=1,
        le=100,
        description="The target utilization of the instances, in percent. 80 keeps a fifth of the capacity free for "
        "tasks that cannot wait for a new instance.",
    )
    instance_warmup_period: int = Field(
        default=120,
        ge=0,
        le=WARMUP_LIMIT_SECONDS,
        description="Seconds until a new instance counts as capacity, including its start and its first image pull.",
    )
    session_manager: bool = Field(
        default=False,
        description="Whether people with permission can open a shell on the instances with Session Manager. There is "
        "no SSH. The account file's `sessions` block encrypts, limits, and logs the sessions.",
    )
    instance_refresh: bool = Field(
        default=False,
        description="Whether a change of instance type, AMI, or volume replaces the running instances one after "
        "another; otherwise, the change applies to new instances only.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "EcsInstancesSettings":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        yield from left_empty(self, {"availability_zones": "all of the network's zones"})
        yield from named_twice(self, "availability_zones")
        if self.min_size > self.max_size:
            rule = f"is greater than max_size = {self.max_size}"
            yield Finding(("min_size",), self.min_size, rule, f"write {self.max_size} or less")
        if self.is_production and self.availability_zones and len(set(self.availability_zones)) < 2:
            yield Finding(
                ("availability_zones",),
                list(self.availability_zones),
                "is not allowed in production: a failure of one Availability Zone would stop all tasks",
                'name two or more, such as ["a", "c"]',
            )
        elif self.is_production and self.max_size < 2:
            yield Finding(
                ("max_size",),
                self.max_size,
                "is not allowed in production: a failure of one Availability Zone would stop all tasks",
                "write 2 or more",
            )
