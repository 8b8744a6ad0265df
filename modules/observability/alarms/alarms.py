"""The alarms of an environment."""

from collections.abc import Mapping, Sequence

from constructs import Construct

from modules.events.channel.channels import ExistingTopic
from modules.events.function.functions import Function
from modules.events.function.keys.shipped import SHIPPED
from modules.events.function.keys.triggers import OnTopic
from modules.events.function.triggers import Triggers
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.names import Names
from modules.observability.alarms.events import create_event_rules
from modules.observability.alarms.keys.alarm import SEVERITIES
from modules.observability.alarms.keys.aws_events import EVENTS
from modules.observability.alarms.regional import RegionalAlarms, Sourced
from modules.observability.alarms.settings import RUNBOOKS_FILE, AlarmsSettings, alarm_topic, alarm_topic_arn
from modules.observability.alarms.topics import AlarmTopics
from modules.observability.alarms.watched import Key, planned_alarms
from modules.observability.blocks import ObservabilityBlocks

#: The metrics of each block that has some, by what they are about.
Sources = Mapping[Key, Mapping[str, Sequence[MetricSource]]]


class Alarms(Construct):
    """The `alarms` block: alarms on all blocks, events of AWS services, and the topics that they publish to.

    Creates: topics; rules and their targets; the alarms of the environment's Region, and those of us-east-1 for what
    is published there, which need topics of their own.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: AlarmsSettings,
        blocks: ObservabilityBlocks,
        sources: Sources,
        functions: Sequence[Function],
        runbooks: str | None,
        account_names: Names,
        foundation: Foundation,
    ) -> None:
        """`sources` has the metrics of all blocks, `runbooks` is the URL of the runbooks, if it is known.

        `account_names` are those of the account stack.
        """
        super().__init__(scope, id)
        self._settings = settings
        self._functions = functions
        self._foundation = foundation
        self.runbooks = runbooks or RUNBOOKS_FILE
        for function in functions:
            if runbooks and "RUNBOOKS" in SHIPPED.get(function.folder, {}):
                function.add_environment({"RUNBOOKS": runbooks})
        self._home = self._create_topics(foundation.names.region)
        self.topics = self._home.topics
        make = foundation.resources(self, "alarm")
        events = {
            name: event for name, event in EVENTS.items() if name not in settings.events_off and event.only_if(blocks)
        }
        create_event_rules(make, events=events, topics=self._home, names=foundation.names)
        if settings.account_events:
            self._subscribe_to_account(account_names)
        self._planned = self._by_region(blocks, sources)
        self._regional: dict[str, RegionalAlarms] = {}
        for region in self._planned:
            self.in_region(region)

    def in_region(self, region: str | None) -> RegionalAlarms:
        """Return the alarms of a Region, by default the environment's own, to add others to them."""
        home = self._foundation.names.region
        region = region or home
        if region not in self._regional:
            self._regional[region] = RegionalAlarms(
                self,
                f"alarms-{region}",
                region=region,
                alarms=self._planned.get(region, ()),
                topics=self._home if region == home else self._create_topics(region),
                runbooks=self.runbooks,
                foundation=self._foundation,
            )
        return self._regional[region]

    def notify_of(self, name: str) -> None:
        """Create the rule of an event that has to do with blocks of a higher module, unless `events_off` has it."""
        if name not in self._settings.events_off:
            make = self._foundation.resources(self, "alarm")
            create_event_rules(make, events={name: EVENTS[name]}, topics=self._home, names=self._foundation.names)

    @property
    def notifying(self) -> list[str]:
        """The ARNs of the alarms that notify somebody, in all Regions."""
        return [arn for regional in self._regional.values() for arn in regional.notifying]

    def _by_region(self, blocks: ObservabilityBlocks, sources: Sources) -> dict[str, list[Sourced]]:
        """Return the alarms with the resources that they are about, by the Region that has the metrics."""
        found: dict[str, list[Sourced]] = {}
        for planned in planned_alarms(blocks):
            own = sources[planned.watched.at][planned.alarm.of]
            for region in dict.fromkeys(each.region for each in own):
                there = [each for each in own if each.region == region]
                found.setdefault(region or self._foundation.names.region, []).append((planned, there))
        return found

    def _subscribe_to_account(self, names: Names) -> None:
        """Invoke the functions for the events of the account, whose topics the account stack creates."""
        provider = self._foundation.providers.elsewhere(names.region)
        for function in self._functions:
            triggers = Triggers(
                self, f"notifies-of-account-{function.label}", function=function, foundation=self._foundation
            )
            for severity in SEVERITIES:
                topic = ExistingTopic(alarm_topic_arn(names, severity), provider)
                triggers.on_topic(f"account-{alarm_topic(severity)}", OnTopic(), topic)

    def _create_topics(self, region: str) -> AlarmTopics:
        return AlarmTopics(
            self,
            f"topics-{region}",
            region=region,
            functions=self._functions,
            emails=self._settings.emails,
            foundation=self._foundation,
        )
