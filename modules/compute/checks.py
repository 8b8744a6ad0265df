"""Checks between the compute module's blocks, and between them and the blocks of lower modules."""

import datetime
from collections.abc import Iterator

from modules.access.blocks import AccessBlocks
from modules.compute.blocks import ComputeBlocks
from modules.compute.ecs import checks as ecs_checks
from modules.compute.eks.checks import eks_findings
from modules.compute.load_balancer import checks as load_balancer_checks
from modules.compute.repository import checks as image_checks
from modules.compute.task.checks import room as task_room
from modules.compute.task.checks import task as task_checks
from modules.data.blocks import DataBlocks
from modules.events.blocks import EventsBlocks
from modules.events.keys.made_names import made_twice, schedules
from modules.foundation.cron import OVER, ended_before
from modules.foundation.problems import Finding
from modules.foundation.versions import VersionInUse
from modules.network.blocks import NetworkBlocks


def findings(
    blocks: ComputeBlocks, data: DataBlocks, access: AccessBlocks, events: EventsBlocks, network: NetworkBlocks
) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and the blocks of lower modules."""
    yield from load_balancer_checks.findings(
        blocks.load_balancer,
        network,
        services=blocks.service,
        functions=events.function,
        signs_in=access.sign_in is not None,
    )
    yield from image_checks.findings(blocks)
    yield from ecs_checks.findings(blocks.ecs, network.network)
    yield from task_checks.findings(
        blocks.service, blocks.scheduled_task, blocks.ecs, blocks.load_balancer, data, events, network.network
    )
    tasks = ((("scheduled_task", name), name) for name in blocks.scheduled_task)
    yield from made_twice("schedule", (*schedules(events), *tasks))
    yield from task_room.findings(blocks, network.network)
    yield from eks_findings(blocks.eks, data, events, network.network)


def warnings(blocks: ComputeBlocks, today: datetime.date) -> Iterator[Finding]:
    """Yield the schedules whose last year has passed."""
    for name, task in blocks.scheduled_task.items():
        if ended_before(task.schedule_expression, today.year):
            yield Finding(("scheduled_task", name, "schedule_expression"), task.schedule_expression, *OVER)


def versions(blocks: ComputeBlocks) -> Iterator[VersionInUse]:
    """Yield the Kubernetes versions of clusters."""
    for label, cluster in blocks.eks.items():
        yield VersionInUse(("eks", label, "version"), "kubernetes", cluster.version, cluster.after_standard_support)
