"""What a program publishes to: the right to do so, and where it finds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from modules.compute.settings.publishing import PublishingSettings
from modules.events.wing import EventsWing
from modules.foundation.policies import Statement


@dataclass(frozen=True)
class Door:
    """A queue, topic, stream or push that a program publishes to."""

    kind: str
    label: str
    statements: list[Statement]
    told: Mapping[str, str]
    """What the program has to know, by the ends of the variables' names."""


def doors(settings: PublishingSettings, events: EventsWing) -> list[Door]:
    """Return the doors that a block names: each with the rights to it and to its key, and no further ones."""
    queues = {label: events.queues[label].queue for label in settings.queues}
    topics = {label: events.topics[label] for label in settings.topics}
    streams = {label: events.streams[label] for label in settings.streams}
    pushes = {label: events.pushes[label] for label in settings.pushes}
    return [
        *(Door("queue", label, queue.may_send(), {"url": queue.url}) for label, queue in queues.items()),
        *(Door("topic", label, topic.may_publish(), {"arn": topic.arn}) for label, topic in topics.items()),
        *(Door("stream", label, stream.may_put(), {"name": stream.name}) for label, stream in streams.items()),
        *(Door("push", label, push.may_publish(), push.variables) for label, push in pushes.items()),
    ]
