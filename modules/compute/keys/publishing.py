"""Queues, topics, streams, and pushes that tasks and pods publish to."""

from collections.abc import Iterator, Mapping

from pydantic import Field

from modules.events.blocks import EventsBlocks
from modules.events.channel.keys.endpoints import publishing_endpoints
from modules.foundation.checks import unknown_names
from modules.foundation.problems import Finding
from modules.foundation.settings import Label, Settings


class PublishingSettings(Settings):
    """The keys of a block whose program publishes messages; only functions consume them."""

    queues: tuple[Label, ...] = Field(
        default=(), examples=[["orders"]], description="Queues that it sends messages to."
    )
    topics: tuple[Label, ...] = Field(default=(), examples=[["news"]], description="Topics that it publishes to.")
    streams: tuple[Label, ...] = Field(
        default=(), examples=[["clicks"]], description="Streams that it puts records into."
    )
    pushes: tuple[Label, ...] = Field(
        default=(), examples=[["mobile"]], description="`push` blocks whose devices it registers and notifies."
    )

    @property
    def published_to(self) -> Mapping[str, tuple[str, ...]]:
        """The names, by block type."""
        return {"queue": self.queues, "topic": self.topics, "stream": self.streams, "push": self.pushes}

    @property
    def publishing_endpoints(self) -> set[str]:
        """The AWS services that it has to reach, as named in `network.interface_endpoints`."""
        return publishing_endpoints(self.published_to)

    def publishing_findings(self, blocks: EventsBlocks) -> Iterator[Finding]:
        """Yield the names that no block of the events module has, and the names that are written twice."""
        for kind, labels in self.published_to.items():
            key = "pushes" if kind == "push" else f"{kind}s"
            yield from unknown_names((key,), kind, labels, getattr(blocks, kind))
            if len(set(labels)) < len(labels):
                yield Finding((key,), list(labels), "contains a name twice", "write each name once")
