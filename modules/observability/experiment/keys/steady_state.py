"""The steady state of an experiment: thresholds that must hold, each with an alarm that stops the experiment."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pydantic import Field, model_validator

from modules.edge.blocks import EdgeBlocks
from modules.foundation.names import Names
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, Settings
from modules.observability.alarms.keys.alarm import Alarm, BlockAlarms, Watched
from modules.observability.alarms.keys.compute import LoadBalancerAlarms, ServiceAlarms
from modules.observability.alarms.keys.data import CacheAlarms, DatabaseAlarms
from modules.observability.alarms.keys.events import FunctionAlarms, QueueAlarms, StreamAlarms, TopicAlarms
from modules.observability.alarms.keys.planned import PlannedAlarm, applicable

#: [AWS Fault Injection Service endpoints and quotas](https://docs.aws.amazon.com/general/latest/gr/fis.html), Stop
#: conditions per experiment template; it cannot be raised.
MOST_STOPS = 5
#: Seconds of a data point. The alarms of the `alarms` block wait for several, and those of an SLO for an hour: too late
#: to stop an experiment.
PERIOD = 60


class SteadyStateSettings(Settings):
    """The `steady_state` block: thresholds of the same blocks and by the same keys as in `alarms`, for one minute.

    Only keys that are written have an alarm. It notifies nobody: it is on in any minute that is worse. Blocks whose
    metrics are in us-east-1, such as sites, are no steady state: FIS reads alarms of its own Region.
    """

    load_balancer: dict[Label, LoadBalancerAlarms] = Field(
        default_factory=dict, description="Thresholds of load balancers, such as error_percent and p99_seconds."
    )
    service: dict[Label, ServiceAlarms] = Field(default_factory=dict, description="Thresholds of services.")
    database: dict[Label, DatabaseAlarms] = Field(default_factory=dict, description="Thresholds of databases.")
    cache: dict[Label, CacheAlarms] = Field(default_factory=dict, description="Thresholds of caches.")
    function: dict[Label, FunctionAlarms] = Field(default_factory=dict, description="Thresholds of functions.")
    queue: dict[Label, QueueAlarms] = Field(default_factory=dict, description="Thresholds of queues.")
    topic: dict[Label, TopicAlarms] = Field(default_factory=dict, description="Thresholds of topics.")
    stream: dict[Label, StreamAlarms] = Field(default_factory=dict, description="Thresholds of streams.")

    @property
    def blocks(self) -> Iterator[tuple[str, Label, BlockAlarms]]:
        """The thresholds of each block, by its kind and label."""
        for kind in type(self).model_fields:
            for label, thresholds in getattr(self, kind).items():
                yield kind, label, thresholds

    @property
    def written(self) -> list[tuple[str, Label, str, list[Alarm]]]:
        """The kind and label of the block, the key, and its alarms, for each threshold that is written."""
        found = []
        for kind, label, thresholds in self.blocks:
            declared = list(thresholds.declared())
            for key in dict.fromkeys(key for key, _ in declared if key in thresholds.model_fields_set):
                found.append((kind, label, key, [alarm for name, alarm in declared if name == key]))
        return found

    @model_validator(mode="after")
    def _rules(self) -> "SteadyStateSettings":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        written = self.written
        if not written:
            rule = "has no threshold, so nothing would stop the experiment"
            yield Finding((), None, rule, 'write load_balancer "public" { error_percent = 5 }')
        if len(written) > MOST_STOPS:
            rule = f"has {len(written)} thresholds, and FIS watches at most {MOST_STOPS} alarms"
            yield Finding((), None, rule, "keep those that users notice")
        for kind, label, thresholds in self.blocks:
            if thresholds.off:
                rule = "has no effect: keys that are not written have no alarm here"
                yield Finding((kind, label, "off"), None, rule, "remove it")
        for kind, label, key, alarms in written:
            if all(alarm.period > PERIOD for alarm in alarms):
                rule = f"has a data point every {alarms[0].period} seconds: too late to stop an experiment"
                yield Finding((kind, label, key), None, rule, f"choose a key with one every {PERIOD} seconds")


def stop_alarms(steady_state: SteadyStateSettings, blocks: EdgeBlocks) -> Iterator[PlannedAlarm]:
    """Yield the alarms that stop an experiment: those of the thresholds, on after one bad minute."""
    expanded = blocks.expanded()
    for kind, label, thresholds in steady_state.blocks:
        settings: Any = getattr(expanded, kind)[label]
        for each in applicable(Watched(kind, label, settings, expanded), thresholds):
            if each.key in thresholds.model_fields_set:
                yield replace(each, alarm=replace(each.alarm, datapoints=1, out_of=None, lasts=False))


def stop_alarm_purpose(experiment: Label, planned: PlannedAlarm) -> str:
    """Return what the alarm is for, which is a part of its name."""
    return f"experiment-{experiment}-{planned.name}"


def stop_alarm_names(
    names: Names, experiment: Label, steady_state: SteadyStateSettings, blocks: EdgeBlocks
) -> list[str]:
    """Return the names of an experiment's alarms."""
    return [names.of(stop_alarm_purpose(experiment, planned)) for planned in stop_alarms(steady_state, blocks)]
