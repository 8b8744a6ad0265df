"""The containers of a task, with what each waits for and what it may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modules.compute.task.keys.container import ContainerSettings
from modules.compute.task.keys.sidecars import Condition, GeneratedSidecar, SidecarSettings
from modules.compute.task.settings import TaskSettings


@dataclass(frozen=True)
class Member:
    """A container of a task."""

    at: tuple[str, ...]
    """Its place in the task's block; () is the main container."""
    settings: ContainerSettings
    depends_on: Mapping[str, Condition]
    """The containers that it waits for, by name."""
    essential: bool = True
    cpu: int | None = None
    memory: int | None = None
    start_timeout_seconds: int | None = None
    restart: bool = False
    image: str | None = None
    """Its image, if it does not run the main container's."""
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_init(self) -> bool:
        """Whether it must end before the main container starts."""
        return self.at[:1] == ("init",)

    def place_of(self, key: str) -> tuple[str, ...]:
        """Return the place of one of its keys; of a generated sidecar, that of what adds it."""
        return (*self.at, key) if self.at[:1] in (("sidecar",), ("init",)) else self.at

    @property
    def runs_main_image(self) -> bool:
        """Whether a new version of the main container's image is one of this container too."""
        return self.image is None


def members(task: TaskSettings, name: str, generated: Sequence[GeneratedSidecar]) -> dict[str, Member]:
    """Return the containers of a task by name, the main container first; its name is that of the task."""
    others = {
        label: Member(
            ("init", label), each, each.depends_on, False,
            start_timeout_seconds=each.start_timeout_seconds, image=each.image,
        )
        for label, each in task.init.items()
    }  # fmt: skip
    others |= {label: _sidecar(("sidecar", label), each) for label, each in task.sidecar.items()}
    others |= {each.name: _sidecar((each.key,), each.settings) for each in generated}
    main = Member((), task, _conditions_of_main(task, name, others), cpu=_cpu_of_main(task, others))
    return {name: main, **others}


def _sidecar(at: tuple[str, ...], settings: SidecarSettings) -> Member:
    return Member(
        at, settings, settings.depends_on, settings.essential, settings.cpu, settings.memory,
        settings.start_timeout_seconds, settings.restart, settings.image,
    )  # fmt: skip


def _conditions_of_main(task: TaskSettings, name: str, others: Mapping[str, Member]) -> dict[str, Condition]:
    conditions: dict[str, Condition] = {}
    for label, each in others.items():
        if each.is_init:
            conditions[label] = "SUCCESS"
        elif not waits_for(name, label, others):
            conditions[label] = "START"
    return {**conditions, **task.depends_on}


def waits_for(target: str, name: str, containers: Mapping[str, Member]) -> bool:
    """Return whether a container waits for another one, directly or through others."""
    seen: set[str] = set()
    left = [name]
    while left:
        current = left.pop()
        if current in seen or current not in containers:
            continue
        seen.add(current)
        if target in containers[current].depends_on:
            return True
        left += containers[current].depends_on
    return False


def _cpu_of_main(task: TaskSettings, others: Mapping[str, Member]) -> int | None:
    """Return the CPU units of the main container if a sidecar reserves some: all others of the task.

    [ContainerDefinition, cpu](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html):
    without a number it would have the smallest share when containers compete.
    """
    reserved = sum(each.cpu or 0 for each in others.values())
    return task.cpu - reserved if reserved else None
