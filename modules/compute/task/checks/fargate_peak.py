"""Peak use of Fargate vCPUs, which the account's quotas have to allow."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from modules.compute.blocks import ComputeBlocks
from modules.compute.ecs.settings import FargateSettings
from modules.compute.task.settings import TaskSettings

#: CPU units of a vCPU ([Amazon ECS task definition parameters for Fargate, Task size]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html)).
UNITS = 1024


@dataclass(frozen=True)
class FargatePeak:
    """The maximum number of vCPUs that may run at the same time."""

    on_demand: float
    spot: float


def fargate_peak(blocks: ComputeBlocks) -> FargatePeak:
    """Return the peak of all services, scaled out and during a deployment, and of one run of each scheduled task."""
    parts = list(_parts(blocks))
    return FargatePeak(sum(part.on_demand for part in parts), sum(part.spot for part in parts))


def _parts(blocks: ComputeBlocks) -> Iterator[FargatePeak]:
    for service in blocks.service.values():
        most = service.most * service.deployment.maximum_percent // 100
        yield _part(blocks, service, most if service.image else 0)
    for scheduled in blocks.scheduled_task.values():
        task: TaskSettings | None = scheduled if scheduled.service is None else blocks.service.get(scheduled.service)
        if task:
            yield _part(blocks, task, 1)


def _part(blocks: ComputeBlocks, task: TaskSettings, count: int) -> FargatePeak:
    cluster = blocks.ecs.get(task.cluster)
    if cluster is None or cluster.fargate is None or cluster.capacity_of(task.capacity) != "fargate":
        return FargatePeak(0, 0)
    on_demand = _on_demand(cluster.fargate, count)
    vcpus = task.cpu / UNITS
    return FargatePeak(on_demand * vcpus, (count - on_demand) * vcpus)


def _on_demand(fargate: FargateSettings, count: int) -> int:
    """Return how many of these tasks are not on Spot: the base, and the on-demand share of the rest, rounded up."""
    rest = max(count - fargate.base, 0)
    return count - rest + math.ceil(rest * (100 - fargate.spot_percent) / 100)
