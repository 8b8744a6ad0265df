"""Alarms that an environment has: a declaration, the block that it watches, and the threshold."""

from collections.abc import Iterator
from dataclasses import dataclass

from modules.observability.alarms.keys.alarm import Alarm, BlockAlarms, Severity, Watched


@dataclass(frozen=True)
class PlannedAlarm:
    """An alarm that the environment has."""

    watched: Watched
    key: str
    alarm: Alarm
    thresholds: BlockAlarms
    severity: Severity

    @property
    def name(self) -> str:
        """The alarm's part of names: `database-main-cpu-percent`."""
        return f"{self.watched.name}-{self.key.replace('_', '-')}"

    @property
    def threshold(self) -> float:
        """The threshold that the environment file has, or the default."""
        return float(getattr(self.thresholds, self.key))

    @property
    def expression(self) -> str | None:
        """The metric math with its numbers, or None if the alarm is on one metric."""
        if self.alarm.expression is None:
            return None
        numbers = self.alarm.numbers(self.watched) if self.alarm.numbers else {}
        written = {key: value for key, value in self.thresholds if isinstance(value, int | float)}
        return self.alarm.expression.format(**written, **{name: _plain(value) for name, value in numbers.items()})

    @property
    def summary(self) -> str:
        """What is watched, as sentences."""
        watched = f"{self.watched.kind} {self.watched.label}".strip()
        return f"{watched}: {type(self.thresholds).model_fields[self.key].description}"

    @property
    def anchor(self) -> str:
        """The anchor of the runbook, of a heading such as "database cpu_percent"."""
        return f"{self.watched.kind}-{self.key}"


def applicable(watched: Watched, thresholds: BlockAlarms) -> Iterator[PlannedAlarm]:
    """Yield the alarms that can exist for a block, also those that are off, with the severities of the declarations."""
    for key, alarm in thresholds.declared():
        if alarm.applies(watched):
            yield PlannedAlarm(watched, key, alarm, thresholds, alarm.severity)


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
