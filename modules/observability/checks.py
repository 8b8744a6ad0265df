"""Checks between the observability module's blocks, and between them and those of lower modules."""

from collections.abc import Iterator

from modules.foundation.checks import unknown_names
from modules.foundation.problems import Finding
from modules.observability.alarms.settings import SEVERITIES, AlarmsSettings, alarm_topic
from modules.observability.blocks import ObservabilityBlocks


def findings(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and those of lower modules."""
    if not blocks.alarms:
        return
    for severity in SEVERITIES:
        if (name := alarm_topic(severity)) in blocks.topic:
            rule = f"is the name of the topic that the `alarms` block creates for {severity} alarms"
            yield Finding(("topic", name), None, rule, "give the topic another name")
    yield from _function_findings(blocks.alarms, blocks)


def _function_findings(alarms: AlarmsSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    at = ("alarms", "functions")
    if not alarms.functions:
        rule = "is empty: alarms would notify no one"
        yield Finding(at, [], rule, 'name a `function` that forwards them, ["slack-alarm"], or remove `alarms`')
    yield from unknown_names(at, "function", alarms.functions, blocks.function)
