"""The alarms of an environment: every block that has some, each alarm with its threshold, and what causes what."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from modules.foundation.settings import Label
from modules.observability.alarms.keys.alarm import Watched
from modules.observability.alarms.keys.planned import PlannedAlarm, applicable
from modules.observability.alarms.settings import KINDS, AlarmsSettings
from modules.observability.blocks import ObservabilityBlocks

#: The key of a block: its kind, and its label or nothing.
Key = tuple[str, Label]


def watched_blocks(blocks: ObservabilityBlocks) -> Iterator[Watched]:
    """Yield the blocks that have alarms, from the lowest module up, with those that `push` and `search` add."""
    expanded = blocks.expanded()
    for kind in KINDS:
        found: Any = getattr(expanded, kind)
        if isinstance(found, dict):
            for label, settings in found.items():
                yield Watched(kind, label, settings, expanded)
        elif found is not None:
            yield Watched(kind, "", found, expanded)


def planned_alarms(blocks: ObservabilityBlocks) -> Iterator[PlannedAlarm]:
    """Yield the environment's alarms; none without an `alarms` block."""
    settings = blocks.alarms
    if settings is None:
        return
    for watched in watched_blocks(blocks):
        thresholds = settings.of(watched.kind, watched.label)
        for each in applicable(watched, thresholds):
            severity = "critical" if _is_about_alarms(watched, each.key, settings) else each.severity
            if severity in settings.severities and each.key not in thresholds.off:
                yield replace(each, severity=severity)


def _is_about_alarms(watched: Watched, key: str, settings: AlarmsSettings) -> bool:
    """Return whether the alarm says that other alarms notified nobody."""
    return watched.kind == "function" and watched.label in settings.functions and key == "failed_events"


def causes(watched: Watched) -> list[Key]:
    """Return the blocks whose failure makes this block fail too, so that one outage is one message."""
    settings = watched.settings
    match watched.kind:
        case "service" | "function":
            return [
                *(("database", name) for name in settings.databases),
                *(("cache", user.split(":")[0]) for user in settings.caches),
            ]
        case "scheduled_task":
            return [("service", settings.service)] if settings.service else []
        case "load_balancer":
            return [("service", name) for name in watched.blocks.service if settings.rules_to(name)]
        case _:
            return []
