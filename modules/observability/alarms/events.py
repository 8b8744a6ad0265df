"""EventBridge rules that send events of AWS services to the alarm topics."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget

from modules.foundation.names import Names
from modules.foundation.resources import Resources
from modules.observability.alarms.keys.aws_events import EVENTS
from modules.observability.alarms.settings import AlarmsSettings
from modules.observability.alarms.topics import AlarmTopics
from modules.observability.blocks import ObservabilityBlocks

#: [PutRule, Name](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html).
RULE_NAME_LIMIT = 64


def create_event_rules(
    make: Resources, *, settings: AlarmsSettings, blocks: ObservabilityBlocks, topics: AlarmTopics, names: Names
) -> None:
    """Create a rule, and its target, for each event of AWS that the environment can have."""
    for name, event in EVENTS.items():
        if name in settings.events_off or not event.only_if(blocks):
            continue
        topic = topics.topic(event.severity)
        rule = make(
            CloudwatchEventRule,
            f"event_{name}",
            name=names.of(f"event-{name.replace('_', '-')}", RULE_NAME_LIMIT),
            description=event.description,
            event_pattern=json.dumps(event.pattern(names)),
        )
        make(
            CloudwatchEventTarget,
            f"event_{name}",
            rule=rule.name,
            target_id="topic",
            arn=topic.arn,
            depends_on=[topic.ready],
        )
