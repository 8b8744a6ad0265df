"""What a program publishes to: queues, topics, streams and pushes, by name. For tasks and pods."""

from collections.abc import Iterator, Mapping

from pydantic import Field

from modules.events.blocks import EventsBlocks
from modules.events.channel.keys.endpoints import publishing_endpoints
from modules.foundation.problems import Finding
from modules.foundation.settings import Label, Settings


class PublishingSettings(Settings):
    """The keys of a block whose program publishes; to read is a function's part."""

    queues: tuple[Label, ...] = Field(default=(), examples=[["orders"]], description="Queues that it sends to.")
    topics: tuple[Label, ...] = Field(default=(), examples=[["news"]], description="Topics that it publishes to.")
    streams: tuple[Label, ...] = Field(default=(), examples=[["clicks"]], description="Streams that it puts into.")
    pushes: tuple[Label, ...] = Field(
        default=(), examples=[["mobile"]], description="Apps whose devices it registers and notifies (`push` blocks)."
    )

    @property
    def published_to(self) -> Mapping[str, tuple[str, ...]]:
        """The names, by the kind of their blocks."""
        return {"queue": self.queues, "topic": self.topics, "stream": self.streams, "push": self.pushes}

    @property
    def publishing_endpoints(self) -> set[str]:
        """The services of AWS that it has to reach for that, as `network.interface_endpoints` names them."""
        return publishing_endpoints(self.published_to)

    def publishing_findings(self, events: EventsBlocks) -> Iterator[Finding]:
        """Yield what it names and no block of the events module has, or names twice."""
        for kind, labels in self.published_to.items():
            known, key = getattr(events, kind), "pushes" if kind == "push" else f"{kind}s"
            for label in labels:
                if label not in known:
                    there = f"there is {', '.join(sorted(known))}" if known else "there is none"
                    rule = f"is no `{kind}` block of this environment; {there}"
                    yield Finding((key,), label, rule, f'write `{kind} "NAME" {{ ... }}` for it, or name another')
            if len(set(labels)) < len(labels):
                yield Finding((key,), list(labels), "names one twice", "name each once")
