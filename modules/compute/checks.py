"""Checks between the compute module's blocks, and between them and the blocks of lower modules."""

import datetime
from collections.abc import Iterator

from modules.compute.blocks import ComputeBlocks
from modules.compute.developers import checks as developers_checks
from modules.compute.ecs import checks as ecs_checks
from modules.compute.eks import checks as eks_checks
from modules.compute.keys import database_users
from modules.compute.load_balancer import checks as load_balancer_checks
from modules.compute.repository import checks as repository_checks
from modules.compute.task.checks import room as task_room
from modules.compute.task.checks import task as task_checks
from modules.events.keys.created_names import created_twice, schedules
from modules.foundation.checks import unknown_names
from modules.foundation.cron import OVER, ended_before
from modules.foundation.problems import Finding
from modules.foundation.versions import VersionInUse


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and the blocks of lower modules."""
    yield from load_balancer_checks.findings(blocks)
    yield from repository_checks.findings(blocks)
    yield from ecs_checks.findings(blocks)
    yield from task_checks.findings(blocks)
    tasks = ((("scheduled_task", name), name) for name in blocks.scheduled_task)
    yield from created_twice("schedule", (*schedules(blocks), *tasks))
    yield from task_room.findings(blocks)
    yield from eks_checks.findings(blocks)
    yield from developers_checks.findings(blocks)
    if blocks.vpn:
        yield from unknown_names(("vpn", "eks"), "eks", blocks.vpn.eks, blocks.eks)
    yield from database_users.findings(blocks)


def warnings(blocks: ComputeBlocks, today: datetime.date) -> Iterator[Finding]:
    """Yield the schedules whose last year has passed."""
    for name, task in blocks.scheduled_task.items():
        if ended_before(task.schedule_expression, today.year):
            yield Finding(("scheduled_task", name, "schedule_expression"), task.schedule_expression, *OVER)


def versions(blocks: ComputeBlocks) -> Iterator[VersionInUse]:
    """Yield the Kubernetes versions of clusters."""
    for label, cluster in blocks.eks.items():
        yield VersionInUse(("eks", label, "version"), "kubernetes", cluster.version, cluster.after_standard_support)
