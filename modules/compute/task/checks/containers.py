"""Checks of the containers of one task: names, dependencies, and what they reserve of the task.

[ContainerDefinition](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html) and
[ContainerDependency](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html).
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from modules.compute.keys.images import is_public
from modules.compute.task.keys.members import Member, members, waits_for
from modules.compute.task.keys.sidecars import Condition, GeneratedSidecar
from modules.compute.task.settings import TaskSettings
from modules.foundation.problems import Finding

#: The least that is left to the main container ("ContainerDefinition, cpu" and "memory"): Docker reserves 6 MiB for a
#: container, and no share of the Linux kernel is smaller than 2 CPU units. The task must have at least the sum:
#: [Choosing Fargate task sizes for Amazon ECS]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-size-best-practice.html).
LEFT_TO_MAIN = {"cpu": 2, "memory": 6}
#: [AWS Batch API Reference, EcsProperties](https://docs.aws.amazon.com/batch/latest/APIReference/API_EcsProperties.html):
#: an ECS task has up to 10 containers.
CONTAINERS_LIMIT = 10
#: [Amazon ECS service quotas, Task definition size limit]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html): 64 KiB. The second number is an
#: upper limit of what is added to the values of each container (roles, log group, ports, health check).
DEFINITION_LIMIT, OWN_PART = 64 * 1024, 2 * 1024
_LONGEST_ARN = "x" * 150


def findings(name: str, task: TaskSettings, generated: Sequence[GeneratedSidecar]) -> Iterator[Finding]:
    """Yield what ECS would refuse, or never start, relative to the block of the task with this name."""
    repeated = list(_name_findings(name, task, generated))
    yield from repeated
    if repeated:
        return
    containers = members(task, name, generated)
    if len(containers) > CONTAINERS_LIMIT:
        rule = f"has {len(containers)} containers with the main one; ECS allows {CONTAINERS_LIMIT}"
        yield Finding((), None, rule, "remove some, or run them as a service of their own")
    for each in containers.values():
        yield from _dependency_findings(task, each, containers)
    yield from _cycle_findings(containers)
    yield from _size_findings(task, containers)
    yield from _share_findings(task, containers)


def public_images(task: TaskSettings, name: str, generated: Sequence[GeneratedSidecar]) -> Iterator[Member]:
    """Yield the containers with an image of the ECR Public Gallery."""
    return (each for each in members(task, name, generated).values() if each.image and is_public(each.image))


def _name_findings(name: str, task: TaskSettings, generated: Sequence[GeneratedSidecar]) -> Iterator[Finding]:
    taken = {name: "the main container", **{each.name: f"the container of `{each.key}`" for each in generated}}
    for kind, labels in (("sidecar", task.sidecar), ("init", task.init)):
        for label in labels:
            if label in taken:
                rule = f"has the name of {taken[label]}, and ECS requires a name for each container of a task"
                yield Finding((kind, label), None, rule, "write another label")
            taken.setdefault(label, f"{kind}.{label}")


def _dependency_findings(task: TaskSettings, container: Member, containers: Mapping[str, Member]) -> Iterator[Finding]:
    for label, condition in (container if container.at else task).depends_on.items():
        at = (*container.at, "depends_on", label)
        other = containers.get(label)
        if other is None or other is container:
            others = ", ".join(each for each in containers if containers[each] is not container) or "none"
            yield Finding(at, None, "is not another container of this task", f"write one of its names: {others}")
        elif other.is_init and container.at == ():
            rule = "is an `init` container, after whose success the main container always starts"
            yield Finding(at, condition, rule, "remove it")
        else:
            yield from _condition_findings(at, condition, other)


def _condition_findings(at: tuple[str, ...], condition: Condition, other: Member) -> Iterator[Finding]:
    label = at[-1]
    if condition == "HEALTHY" and other.settings.health_check is None:
        remedy = "write its `health_check` block, or START"
        yield Finding(at, condition, f"requires a health check of {label}, which has none", remedy)
    elif condition in ("COMPLETE", "SUCCESS") and other.essential:
        rule = f"waits for the end of {label}, and ECS stops a task when an essential container ends"
        remedy = "write START or HEALTHY" if other.at == () else "write its `essential = false`, or START"
        yield Finding(at, condition, rule, remedy)
    elif condition in ("COMPLETE", "SUCCESS") and other.restart:
        rule = f"waits for the end of {label}, which ECS restarts when it ends"
        yield Finding(at, condition, rule, "remove its `restart`, or write START")


def _cycle_findings(containers: Mapping[str, Member]) -> Iterator[Finding]:
    """Yield the first container that waits for itself, and the one that it waits for."""
    for name, each in containers.items():
        for other in each.depends_on:
            if other != name and waits_for(name, other, containers):
                at = (*each.at, "depends_on", other) if each.at else (*containers[other].at, "depends_on")
                rule = f"lets {name} and {other} wait for each other, and neither would start"
                yield Finding(at, None, rule, "remove one of the conditions")
                return


def _share_findings(task: TaskSettings, containers: Mapping[str, Member]) -> Iterator[Finding]:
    """Yield the largest sidecar if they leave nothing of the task to the main container."""
    for key, unit, size in (("cpu", "CPU units", task.cpu), ("memory", "MiB of memory", task.memory)):
        shares = {name: getattr(each, key) or 0 for name, each in containers.items() if each.at}
        total = sum(shares.values())
        if total and total > size - LEFT_TO_MAIN[key]:
            largest = containers[max(shares, key=lambda name: shares[name])]
            rule = f"leaves none of the task's {size} {unit} to the main container: its sidecars have {total}"
            remedy = f"write less, or a larger {key} of the task"
            yield Finding(largest.place_of(key), getattr(largest, key), rule, remedy)


def _size_findings(task: TaskSettings, containers: Mapping[str, Member]) -> Iterator[Finding]:
    """Yield a problem if the task definition is too large, estimated from the lists and maps that may grow."""
    parts: dict[tuple[str, ...], object] = {}
    for each in containers.values():
        # An init container has the variables of the main container too.
        sources = [*([task] if each.is_init else []), each.settings]
        variables = [item for source in sources for item in source.environment.items()]
        references = [name for source in sources for name in (*source.secrets, *source.parameters)]
        parts[*each.at, "environment"] = [{"name": name, "value": value} for name, value in variables]
        parts[*each.at, "command"] = [*each.settings.entry_point, *each.settings.command]
        parts[*each.at, "secrets"] = [{"name": name, "valueFrom": _LONGEST_ARN} for name in references]
    sizes = {at: len(json.dumps(part, separators=(",", ":")).encode()) for at, part in parts.items()}
    total = sum(sizes.values()) + OWN_PART * len(containers)
    if total > DEFINITION_LIMIT:
        rule = f"results in a task definition of about {total} bytes; ECS allows {DEFINITION_LIMIT}"
        remedy = "move long values into a file of `environment_files`, or into the image"
        yield Finding(max(sizes, key=lambda at: sizes[at]), None, rule, remedy)
