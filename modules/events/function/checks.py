"""Whether a function is invoked by what it does itself: such a loop runs, and costs, until somebody sees it.

Functions, queues, topics and streams are the points of a graph, and each arrow says that a message or an object at
its beginning invokes, or gets to, its end. An object gets from a function to another one when a prefix that the one
writes under and the prefix that invokes the other can be those of one key. Suffixes tell nothing apart here: a right
to write is a right to write any suffix.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from modules.events.blocks import EventsBlocks
from modules.foundation.notifications import share_keys
from modules.foundation.problems import Finding


@dataclass(frozen=True)
class Arrow:
    """One thing leads to another."""

    source: str
    target: str
    how: str
    """A phrase: `function.a writes bucket.content thumbnails/`."""
    at: tuple[str, ...]
    """The block that makes the arrow's end listen."""


def findings(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield each loop once, at the block that closes it."""
    arrows = list(_arrows(blocks))
    seen: set[frozenset[str]] = set()
    for name in sorted(blocks.function):
        loop = shortest_loop(arrows, f"function.{name}")
        if loop and (points := frozenset(arrow.source for arrow in loop)) not in seen:
            seen.add(points)
            yield Finding(
                loop[-1].at,
                None,
                f"makes a loop without end: {', '.join(arrow.how for arrow in loop)}",
                "choose prefixes that no key shares, or send elsewhere",
            )


def shortest_loop(arrows: list[Arrow], start: str) -> list[Arrow]:
    """Return the fewest arrows that lead from a point back to itself, none where nothing does."""
    ways: deque[list[Arrow]] = deque([[]])
    reached: set[str] = set()
    while ways:
        way = ways.popleft()
        here = way[-1].target if way else start
        for arrow in arrows:
            if arrow.source == here and arrow.target == start:
                return [*way, arrow]
            if arrow.source == here and arrow.target not in reached:
                reached.add(arrow.target)
                ways.append([*way, arrow])
    return []


def _arrows(blocks: EventsBlocks) -> Iterator[Arrow]:
    for name, queue in blocks.queue.items():
        for topic in queue.topics:
            at = ("queue", name, "topics")
            yield Arrow(f"topic.{topic}", f"queue.{name}", f"queue.{name} gets topic.{topic}", at)
    for name, function in blocks.function.items():
        point = f"function.{name}"
        yield from _through_buckets(blocks, name)
        for kind, sent_to, heard in (
            ("queue", function.queues, function.on_queue),
            ("topic", function.topics, function.on_topic),
            ("stream", function.streams, function.on_stream),
        ):
            for target in sent_to:
                yield Arrow(
                    point, f"{kind}.{target}", f"{point} sends to {kind}.{target}", ("function", name, f"{kind}s")
                )
            for source in heard:
                listens = ("function", name, f"on_{kind}", source)
                yield Arrow(f"{kind}.{source}", point, f"{kind}.{source} invokes {point}", listens)


def _through_buckets(blocks: EventsBlocks, writer: str) -> Iterator[Arrow]:
    for bucket, access in blocks.function[writer].bucket.items():
        for name, function in blocks.function.items():
            for label, trigger in function.on_object.items():
                for prefix in access.write if trigger.bucket == bucket else ():
                    if share_keys(prefix, trigger.prefix):
                        wrote = f'function.{writer} writes bucket.{bucket} "{prefix}"'
                        how = f'{wrote}, where "{trigger.prefix}" invokes function.{name}'
                        at = ("function", name, "on_object", label)
                        yield Arrow(f"function.{writer}", f"function.{name}", how, at)
