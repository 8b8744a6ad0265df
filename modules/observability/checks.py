"""Checks of the observability module's blocks against each other and against those of lower modules."""

from collections.abc import Iterator

from modules.events.blocks import EventsBlocks
from modules.foundation.problems import Finding
from modules.observability.alarms.settings import SEVERITIES, AlarmsSettings, alarm_topic
from modules.observability.blocks import ObservabilityBlocks


def findings(blocks: ObservabilityBlocks, events: EventsBlocks) -> Iterator[Finding]:
    """Yield what does not fit between these blocks, or between them and those of lower modules."""
    if not blocks.alarms:
        return
    for severity in SEVERITIES:
        if (name := alarm_topic(severity)) in events.topic:
            rule = f"is what the `alarms` block calls its own topic of {severity} alarms"
            yield Finding(("topic", name), None, rule, "give the topic another name")
    yield from _told(blocks.alarms, events)


def _told(alarms: AlarmsSettings, events: EventsBlocks) -> Iterator[Finding]:
    at = ("alarms", "functions")
    if not alarms.functions:
        rule = "names nobody: alarms would be raised, and no one told"
        yield Finding(at, [], rule, 'name a `function` that passes them on, ["slack-alarm"], or take `alarms` out')
    for name in alarms.functions:
        if name not in events.function:
            there = f"there is {', '.join(sorted(events.function))}" if events.function else "there is none"
            rule = f"is not the name of a `function` block; {there}"
            yield Finding(at, name, rule, f'write `function "{name}" {{ }}` too')
