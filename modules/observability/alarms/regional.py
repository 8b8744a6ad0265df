"""The alarms of one Region."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal, TypeVar

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import (
    CloudwatchCompositeAlarm,
    CloudwatchCompositeAlarmActionsSuppressor,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.observability.alarms.keys.alarm import SEVERITIES, Severity, Watched
from modules.observability.alarms.keys.planned import PlannedAlarm
from modules.observability.alarms.metric_alarms import metric_arguments
from modules.observability.alarms.topics import AlarmTopics
from modules.observability.alarms.watched import Key, causes

#: [PutCompositeAlarm, ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html): seconds for which an
#: alarm waits for its cause to become an alarm too, and for itself to recover after its cause. The alarms of a cause
#: and of its effect need about as many data points, but their metrics arrive up to two minutes apart.
WAIT_SECONDS = 120

AnyAlarm = CloudwatchMetricAlarm | CloudwatchCompositeAlarm
Created = TypeVar("Created", CloudwatchMetricAlarm, CloudwatchCompositeAlarm)
#: An alarm, and the resources whose metrics it reads.
Sourced = tuple[PlannedAlarm, Sequence[MetricSource]]


class RegionalAlarms(Construct):
    """The alarms of one Region, and whom they notify.

    Creates: an alarm for each threshold. If a block has several of a severity, or can fail because of another block,
    a composite alarm of them, which alone notifies the topic: one outage is one message. Its actions are suppressed
    while the block's own critical alarm is on, or a critical alarm of a block that it needs. An alarm that lasts until
    somebody acts is in no composite alarm.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: str,
        alarms: Iterable[Sourced],
        topics: AlarmTopics,
        runbooks: str,
        foundation: Foundation,
    ) -> None:
        """`alarms` has those of each block in sequence, and each block after those that it needs."""
        super().__init__(scope, id)
        self._names = foundation.names
        self._make = foundation.resources(self, "alarm")
        self._topics = topics
        self._runbooks = runbooks
        self._elsewhere = region if region != foundation.names.region else None
        self._provider = foundation.providers.elsewhere(region)
        self._states: dict[tuple[Key, Severity], AnyAlarm] = {}
        self.notifying: list[str] = []
        """The ARNs of the alarms that notify somebody."""
        for watched, of_block in groupby(alarms, key=lambda each: each[0].watched):
            self._watch(watched, list(of_block))

    def alarm(
        self,
        name: str,
        description: str,
        *,
        anchor: str,
        arguments: Mapping[str, Any],
        notifies: Severity | None = None,
    ) -> CloudwatchMetricAlarm:
        """Create an alarm on metrics, and return it; `arguments` are those of `metric_arguments`.

        `anchor` is that of its runbook, `notifies` the severity of the topic, if it notifies by itself.
        """
        created = self._make(
            CloudwatchMetricAlarm,
            self._address(name),
            alarm_name=self._names.of(name),
            alarm_description=self._described(description, anchor),
            **arguments,
            **self._notified(notifies),
            provider=self._provider,
        )
        return self._noted(created, notifies)

    def composite(
        self,
        name: str,
        description: str,
        rule: str,
        *,
        anchor: str | None = None,
        suppressor: AnyAlarm | None = None,
        wait_seconds: int = WAIT_SECONDS,
        extension_seconds: int = WAIT_SECONDS,
        notifies: Severity | None = None,
    ) -> CloudwatchCompositeAlarm:
        """Create an alarm on the states of others, and return it; while `suppressor` is on, it notifies nobody."""
        created = self._make(
            CloudwatchCompositeAlarm,
            self._address(name),
            alarm_name=self._names.of(name),
            alarm_description=self._described(description, anchor) if anchor else description,
            alarm_rule=rule,
            actions_suppressor=CloudwatchCompositeAlarmActionsSuppressor(
                alarm=suppressor.alarm_name, wait_period=wait_seconds, extension_period=extension_seconds
            )
            if suppressor
            else None,
            **self._notified(notifies),
            # A replacement would be deleted with the alarm that it replaces, since both have the same name.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True, ignore_changes=["actions_enabled"]),
            provider=self._provider,
        )
        return self._noted(created, notifies)

    def critical_alarm_of(self, block: Key) -> AnyAlarm | None:
        """Return the alarm that is on while a block has an outage, or None if there is none."""
        return self._states.get((block, "critical"))

    def _watch(self, watched: Watched, alarms: Sequence[Sourced]) -> None:
        for severity in SEVERITIES:
            chosen = [each for each in alarms if each[0].severity == severity]
            for lasting in [each for each in chosen if each[0].alarm.lasts]:
                self._create_alarm(lasting, severity)
            if passing := [each for each in chosen if not each[0].alarm.lasts]:
                self._states[watched.at, severity] = self._alarm_of(watched, severity, passing)

    def _alarm_of(self, watched: Watched, severity: Severity, alarms: Sequence[Sourced]) -> AnyAlarm:
        """Return the alarm that notifies the topic of the severity: the only one, or a composite of all."""
        suppressor = self._suppressor(watched, severity)
        if len(alarms) == 1 and suppressor is None:
            return self._create_alarm(alarms[0], severity)
        created = [self._create_alarm(each) for each in alarms]
        keys = ", ".join(planned.key for planned, _ in alarms)
        return self.composite(
            f"{watched.name}-{severity}",
            f"{watched.kind} {watched.label}: one or more of {keys}.",
            rule_of("OR", created),
            anchor=watched.anchor,
            suppressor=suppressor,
            notifies=severity,
        )

    def _suppressor(self, watched: Watched, severity: Severity) -> AnyAlarm | None:
        """Return the alarm that already notifies of the same outage."""
        if severity != "critical":
            return self.critical_alarm_of(watched.at)
        found = [alarm for cause in causes(watched) if (alarm := self.critical_alarm_of(cause))]
        if len(found) <= 1:
            return next(iter(found), None)
        about = f"Suppresses alarms of {watched.kind} {watched.label}, which needs these blocks; notifies nobody."
        return self.composite(f"{watched.name}-causes", about, rule_of("OR", found))

    def _create_alarm(self, sourced: Sourced, notifies: Severity | None = None) -> CloudwatchMetricAlarm:
        planned, sources = sourced
        label = planned.key.replace("_", " ")
        return self.alarm(
            planned.name,
            planned.summary,
            anchor=planned.anchor,
            arguments=metric_arguments(planned.alarm, label, planned.expression, planned.threshold, sources),
            notifies=notifies,
        )

    def _noted(self, created: Created, notifies: Severity | None) -> Created:
        if notifies:
            self.notifying.append(created.arn)
        return created

    def _notified(self, severity: Severity | None) -> dict[str, Any]:
        """Return the arguments with which the alarm and its end notify the topic of a severity."""
        if severity is None:
            return {}
        topic = self._topics.topic(severity)
        return {"alarm_actions": [topic.arn], "ok_actions": [topic.arn], "depends_on": [topic.ready]}

    def _described(self, description: str, anchor: str) -> str:
        return f"{description}\nRunbook: {self._runbooks}#{anchor}"

    def _address(self, name: str) -> str:
        return f"{name}_{self._elsewhere}" if self._elsewhere else name


def rule_of(operator: Literal["AND", "OR"], alarms: Iterable[AnyAlarm]) -> str:
    """Return the rule of a composite alarm that is on while all, or one, of the alarms are."""
    return f" {operator} ".join(f'ALARM("{each.alarm_name}")' for each in alarms)
