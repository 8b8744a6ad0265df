"""Names in AWS that two blocks would both make: of queues, and of schedules."""

from collections.abc import Iterable, Iterator

from modules.events.blocks import EventsBlocks
from modules.foundation.problems import Finding

Place = tuple[str, ...]


def findings(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield the blocks whose queues or schedules are called as another's, which AWS has only once."""
    yield from made_twice("queue", _queues(blocks))
    yield from made_twice("schedule", schedules(blocks))


def made_twice(what: str, made: Iterable[tuple[Place, str]]) -> Iterator[Finding]:
    """Yield the places that make a thing of a name that an earlier place makes."""
    first: dict[str, Place] = {}
    for at, name in made:
        if first.setdefault(name, at) != at:
            rule = f"makes the {what} {name}, and so does {'.'.join(first[name])}"
            yield Finding(at, None, rule, "give one of them another name")


def schedules(blocks: EventsBlocks) -> Iterator[tuple[Place, str]]:
    """Yield the schedules of functions, each with its name behind the environment's."""
    for name, function in blocks.function.items():
        for label in function.schedule:
            yield ("function", name, "schedule", label), f"{name}-{label}"


def _queues(blocks: EventsBlocks) -> Iterator[tuple[Place, str]]:
    """Yield the queues of `queue` blocks and of functions: messages, those that could not be read, failed events."""
    for name in blocks.queue:
        yield ("queue", name), name
    for name in blocks.queue:
        yield ("queue", name), f"{name}-dead"
    for name in blocks.function:
        yield ("function", name), f"{name}-failed"
