"""Names of queues and schedules that two blocks would both create in AWS."""

from collections.abc import Iterable, Iterator

from modules.events.blocks import EventsBlocks
from modules.foundation.problems import Finding

Place = tuple[str, ...]


def findings(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield the blocks whose queue or schedule has the name of another's."""
    yield from created_twice("queue", _queues(blocks))
    yield from created_twice("schedule", schedules(blocks))


def created_twice(kind: str, created: Iterable[tuple[Place, str]]) -> Iterator[Finding]:
    """Yield the places that create a resource with the same name as an earlier place."""
    first: dict[str, Place] = {}
    for at, name in created:
        if first.setdefault(name, at) != at:
            rule = f"creates the {kind} {name}, which {'.'.join(first[name])} also creates"
            yield Finding(at, None, rule, "give one of them another name")


def schedules(blocks: EventsBlocks) -> Iterator[tuple[Place, str]]:
    """Yield the schedules of functions, each with its name without the environment's prefix."""
    for name, function in blocks.function.items():
        for label in function.schedule:
            yield ("function", name, "schedule", label), f"{name}-{label}"


def _queues(blocks: EventsBlocks) -> Iterator[tuple[Place, str]]:
    """Yield the queues of `queue` blocks, their dead-letter queues, and the queues for failed events of functions."""
    for name in blocks.queue:
        yield ("queue", name), name
    for name in blocks.queue:
        yield ("queue", name), f"{name}-dead"
    for name in blocks.function:
        yield ("function", name), f"{name}-failed"
