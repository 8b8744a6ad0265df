"""Checks of capacity for tasks: on the instances of their cluster, and addresses in the app subnets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from modules.compute.blocks import ComputeBlocks
from modules.compute.eks.keys.budget import OTHERS, needed
from modules.compute.keys.instance_types import InstanceSize, instance_types
from modules.compute.scheduled_task.settings import ScheduledTaskSettings
from modules.compute.service.settings import ServiceSettings
from modules.compute.task.checks.fargate_peak import UNITS
from modules.compute.task.settings import TaskSettings
from modules.foundation.problems import Finding
from modules.network.vpc.keys.subnets import usable
from modules.network.vpc.settings import NetworkSettings

Place = tuple[str, ...]


@dataclass(frozen=True)
class Tasks:
    """The tasks of one block, at their maximum number."""

    at: Place
    settings: TaskSettings
    most: int
    most_at: Place
    """The key that sets the maximum."""


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield the tasks for which there is not enough capacity."""
    tasks = list(_tasks(blocks))
    for each in tasks:
        if instance := _instance_of(each.settings, blocks):
            yield from _too_large(each, *instance)
    for name, cluster in blocks.ecs.items():
        size = instance_types().get(cluster.ec2.instance_type) if cluster.ec2 else None
        here = [each for each in tasks if each.settings.cluster == name and _instance_of(each.settings, blocks)]
        if cluster.ec2 and size and here:
            yield from _too_many_for(here, cluster.ec2.instance_type, size, cluster.ec2.max_size)
    if blocks.network and tasks:
        yield from _too_many_addresses(tasks, blocks, blocks.network)


def _tasks(blocks: ComputeBlocks) -> Iterator[Tasks]:
    for name, service in blocks.service.items():
        at = ("service", name)
        yield Tasks(at, service, service.most, (*at, *_most_at(service)))
    for name, scheduled in blocks.scheduled_task.items():
        settings: TaskSettings | None = (
            scheduled if scheduled.service is None else blocks.service.get(scheduled.service)
        )
        if settings:
            at = ("scheduled_task", name)
            yield Tasks(at, settings, scheduled.task_count, (*at, "task_count"))


def _most_at(service: ServiceSettings) -> Place:
    """Return the key that sets the maximum number of a service's tasks."""
    if service.scaling is None:
        return ("desired_count",)
    at, _ = max(service.scaling.all_bounds(), key=lambda bounds: bounds[1][1])
    return ("scaling", *at, "max_capacity")


def _instance_of(task: TaskSettings, blocks: ComputeBlocks) -> tuple[str, InstanceSize] | None:
    """Return the type and size of the instances that a task runs on; None on Fargate, or if the size is not known."""
    cluster = blocks.ecs.get(task.cluster)
    if cluster is None or cluster.ec2 is None or cluster.capacity_of(task.capacity) != "ec2":
        return None
    size = instance_types().get(cluster.ec2.instance_type)
    return (cluster.ec2.instance_type, size) if size else None


def _too_large(tasks: Tasks, instance_type: str, size: InstanceSize) -> Iterator[Finding]:
    """Yield the CPU or memory of a task that no instance of its cluster has.

    The operating system and the agent use some of the memory, which is known only on an instance: [Amazon ECS Developer
    Guide, Reserving Amazon ECS Linux container instance memory]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html).
    """
    if isinstance(tasks.settings, ScheduledTaskSettings) != (tasks.at[0] == "scheduled_task"):
        return  # It runs a service's task definition, and the problem is reported there.
    if tasks.settings.cpu > size.vcpus * UNITS:
        rule = f"is more than the {size.vcpus * UNITS} of a {instance_type}, so the task could never be placed"
        yield Finding((*tasks.at, "cpu"), tasks.settings.cpu, rule, "write less, or a larger ec2.instance_type")
    if tasks.settings.memory >= size.memory_mib:
        rule = (
            f"leaves none of the {size.memory_mib} MiB of a {instance_type} to the operating system, so the task could "
            "never be placed"
        )
        yield Finding((*tasks.at, "memory"), tasks.settings.memory, rule, "write less, or a larger ec2.instance_type")


def _too_many_for(here: list[Tasks], instance_type: str, size: InstanceSize, instances: int) -> Iterator[Finding]:
    """Yield the service with the most tasks if the cluster's instances have too little capacity for all tasks.

    Each task needs a network interface, and the instance uses the first: [Amazon ECS Developer Guide, Allocate a
    network interface for an Amazon ECS task](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html).
    """
    services = [each for each in here if each.at[0] == "service"]
    sums: Mapping[str, tuple[int, int]] = {
        "CPU units": (sum(each.most * each.settings.cpu for each in services), size.vcpus * UNITS),
        "MiB of memory": (sum(each.most * each.settings.memory for each in services), size.memory_mib),
        "network interfaces": (sum(each.most for each in services), size.network_interfaces - 1),
    }
    for resource, (needed_in_all, of_each) in sums.items():
        if needed_in_all > of_each * instances:
            largest = max(services, key=lambda each: each.most)
            rule = f"needs {needed_in_all} {resource} with all tasks of the cluster; {instances} x {instance_type} "
            rule += f"have {of_each * instances}"
            yield Finding(largest.most_at, largest.most, rule, "write fewer tasks or a larger ec2.max_size")
            return


def _too_many_addresses(tasks: list[Tasks], blocks: ComputeBlocks, network: NetworkSettings) -> Iterator[Finding]:
    """Yield the block with the most tasks if the app subnets have too few addresses for tasks, nodes, and pods."""
    zones = network.availability_zones
    prefix = network.prefixes["app"]
    room = usable(prefix) * len(zones)
    others = sum(cluster.ec2.max_size for cluster in blocks.ecs.values() if cluster.ec2)
    if blocks.eks:
        # Without the addresses reserved for tasks, which are counted exactly here.
        others += sum(term.total for zone in zones for term in needed(blocks.eks, zone, network)) - OTHERS * len(zones)
    wanted = sum(each.most for each in tasks)
    if wanted + others > room:
        largest = max(tasks, key=lambda each: each.most)
        beside = f", and {others} for nodes, pods, and instances" if others else ""
        rule = f"results in {wanted} tasks in total, which need one address each{beside}; {len(zones)} app subnets of "
        rule += f"/{prefix} have {room}"
        yield Finding(largest.most_at, largest.most, rule, "write fewer, or a larger network.subnet_sizes.app")
