"""Topics of an account, and the EventBridge rules of all of its Regions."""

from collections.abc import Collection, Iterable

from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from constructs import Construct

from modules.account.notify.keys.events import EVENTS, event_regions
from modules.account.notify.settings import NotifySettings
from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by
from modules.foundation.roles import Role
from modules.observability.alarms.events import create_event_rule, create_event_rules
from modules.observability.alarms.topics import AlarmTopics


class Notify(Construct):
    """The `notify` block.

    Creates: a topic for each severity, with its subscriptions; a rule for each event, and its target. In each other
    Region, the same rules, whose target is the event bus of the topics' Region, and the role with which EventBridge
    sends there.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: NotifySettings,
        regions: Iterable[str],
        without: Collection[str],
        foundation: Foundation,
    ) -> None:
        """`regions` are those that the account uses; `without` are events that it cannot have."""
        super().__init__(scope, id)
        self._foundation = foundation
        self._make = foundation.resources(self, "notify")
        self._events = {name: event for name, event in EVENTS.items() if name not in (*settings.events_off, *without)}
        names = foundation.names
        self.topics = AlarmTopics(
            self,
            "topics",
            region=names.region,
            functions=(),
            emails=settings.emails,
            email_severities=settings.email_severities,
            foundation=foundation,
        )
        create_event_rules(self._make, events=self._events, topics=self.topics, names=names)
        others = [region for region in event_regions(regions) if region != names.region]
        if others and self._events:
            role = self._create_role()
            for region in others:
                self._send_from(region, role)

    def _bus_arn(self) -> str:
        names = self._foundation.names
        return f"arn:aws:events:{names.region}:{names.account_id}:event-bus/default"

    def _create_role(self) -> Role:
        names = self._foundation.names
        return Role(
            self._make,
            "send",
            names=names,
            name="notify-send",
            description="EventBridge sends events of other Regions to the Region of the topics",
            # [Amazon EventBridge User Guide, Sending and receiving events between AWS Regions]
            # (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html): a role with PutEvents.
            trust_policy=assumed_by(
                "events.amazonaws.com",
                names.account_id,
                source_arn=f"arn:aws:events:*:{names.account_id}:rule/{names.of('event-')}*",
            ),
            statements=[allow("Send", actions=["events:PutEvents"], resources=[self._bus_arn()])],
        )

    def _send_from(self, region: str, role: Role) -> None:
        provider = self._foundation.providers.in_region(region)
        for name, event in self._events.items():
            rule = create_event_rule(
                self._make, f"event_{name}_{region}", name, event, names=self._foundation.names, provider=provider
            )
            self._make(
                CloudwatchEventTarget,
                f"event_{name}_{region}",
                rule=rule.name,
                target_id="bus",
                arn=self._bus_arn(),
                role_arn=role.arn,
                depends_on=role.ready,
                provider=provider,
            )
