"""Recursive loops: functions that are invoked by their own output. Such a loop runs at a cost until someone stops it.

Functions, queues, topics, and streams are the nodes of a graph. An edge means that a message or an object from its
source invokes, or is delivered to, its target. An object connects two functions when a key can match both the prefix
that one function writes to and the prefix that invokes the other. Suffixes are not considered: permission to write
includes every suffix.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from modules.events.blocks import EventsBlocks
from modules.foundation.notifications import share_keys
from modules.foundation.problems import Finding


@dataclass(frozen=True)
class Edge:
    """A delivery from one node to another."""

    source: str
    target: str
    how: str
    """A phrase: `function.a writes bucket.content thumbnails/`."""
    at: tuple[str, ...]
    """The block that configures the delivery."""


def findings(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield each loop once, at the block that closes it."""
    edges = list(_edges(blocks))
    seen: set[frozenset[str]] = set()
    for name in sorted(blocks.function):
        loop = shortest_loop(edges, f"function.{name}")
        if loop and (nodes := frozenset(edge.source for edge in loop)) not in seen:
            seen.add(nodes)
            yield Finding(
                loop[-1].at,
                None,
                f"creates an endless loop: {', '.join(edge.how for edge in loop)}",
                "choose prefixes that no object key shares, or choose another destination",
            )


def shortest_loop(edges: list[Edge], start: str) -> list[Edge]:
    """Return the shortest path from a node back to itself, or an empty list if there is none."""
    paths: deque[list[Edge]] = deque([[]])
    reached: set[str] = set()
    while paths:
        path = paths.popleft()
        node = path[-1].target if path else start
        for edge in edges:
            if edge.source == node and edge.target == start:
                return [*path, edge]
            if edge.source == node and edge.target not in reached:
                reached.add(edge.target)
                paths.append([*path, edge])
    return []


def _edges(blocks: EventsBlocks) -> Iterator[Edge]:
    for name, queue in blocks.queue.items():
        for topic in queue.topics:
            at = ("queue", name, "topics")
            yield Edge(f"topic.{topic}", f"queue.{name}", f"queue.{name} subscribes to topic.{topic}", at)
    for name, function in blocks.function.items():
        node = f"function.{name}"
        yield from _through_buckets(blocks, name)
        for kind, targets, sources in (
            ("queue", function.queues, function.on_queue),
            ("topic", function.topics, function.on_topic),
            ("stream", function.streams, function.on_stream),
        ):
            for target in targets:
                yield Edge(node, f"{kind}.{target}", f"{node} sends to {kind}.{target}", ("function", name, f"{kind}s"))
            for source in sources:
                trigger = ("function", name, f"on_{kind}", source)
                yield Edge(f"{kind}.{source}", node, f"{kind}.{source} invokes {node}", trigger)


def _through_buckets(blocks: EventsBlocks, writer: str) -> Iterator[Edge]:
    for bucket, access in blocks.function[writer].buckets.items():
        for name, function in blocks.function.items():
            for label, trigger in function.on_object.items():
                for prefix in access.write if trigger.bucket == bucket else ():
                    if share_keys(prefix, trigger.prefix):
                        writes = f'function.{writer} writes bucket.{bucket} "{prefix}"'
                        how = f'{writes}, where "{trigger.prefix}" invokes function.{name}'
                        at = ("function", name, "on_object", label)
                        yield Edge(f"function.{writer}", f"function.{name}", how, at)
