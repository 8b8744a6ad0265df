"""EventBridge rules that send events of AWS services to the alarm topics."""

import json
from collections.abc import Mapping

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget

from modules.foundation.names import Names
from modules.foundation.resources import Resources
from modules.observability.alarms.keys.aws_events import AwsEvent
from modules.observability.alarms.topics import AlarmTopics

#: [PutRule, Name](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html).
RULE_NAME_LIMIT = 64


def create_event_rules(make: Resources, *, events: Mapping[str, AwsEvent], topics: AlarmTopics, names: Names) -> None:
    """Create a rule for each event, and its target, the topic of the event's severity."""
    for name, event in events.items():
        topic = topics.topic(event.severity)
        rule = create_event_rule(make, f"event_{name}", name, event, names=names)
        make(
            CloudwatchEventTarget,
            f"event_{name}",
            rule=rule.name,
            target_id="topic",
            arn=topic.arn,
            depends_on=[topic.ready],
        )


def create_event_rule(
    make: Resources,
    address: str,
    name: str,
    event: AwsEvent,
    *,
    names: Names,
    provider: TerraformProvider | None = None,
) -> CloudwatchEventRule:
    """Return a new rule for an event; with a provider, in another Region."""
    return make(
        CloudwatchEventRule,
        address,
        name=names.of(f"event-{name.replace('_', '-')}", RULE_NAME_LIMIT),
        description=event.description,
        event_pattern=json.dumps(event.pattern(names)),
        state=event.state,
        provider=provider,
    )
