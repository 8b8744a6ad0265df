"""Checks between the observability module's blocks, and between them and those of lower modules."""

from collections.abc import Iterator

from modules.events.blocks import EventsBlocks
from modules.foundation.problems import Finding
from modules.observability.alarms.settings import SEVERITIES, AlarmsSettings, alarm_topic
from modules.observability.blocks import ObservabilityBlocks


def findings(blocks: ObservabilityBlocks, events: EventsBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and those of lower modules."""
    if not blocks.alarms:
        return
    for severity in SEVERITIES:
        if (name := alarm_topic(severity)) in events.topic:
            rule = f"is the name of the topic that the `alarms` block creates for {severity} alarms"
            yield Finding(("topic", name), None, rule, "give the topic another name")
    yield from _function_findings(blocks.alarms, events)


def _function_findings(alarms: AlarmsSettings, events: EventsBlocks) -> Iterator[Finding]:
    at = ("alarms", "functions")
    if not alarms.functions:
        rule = "is empty: alarms would notify nobody"
        yield Finding(at, [], rule, 'name a `function` that forwards them, ["slack-alarm"], or remove `alarms`')
    for name in alarms.functions:
        if name not in events.function:
            known = ", ".join(sorted(events.function)) or "none"
            rule = f"is not a `function` block of this environment ({known})"
            yield Finding(at, name, rule, f'add `function "{name}" {{ }}`')
