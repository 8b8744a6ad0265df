"""What a role may publish to the alarm topics of an environment."""

from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow
from modules.observability.alarms.keys.alarm import Severity
from modules.observability.alarms.settings import alarm_topic_arn


def publishing_statements(names: Names, *severities: Severity) -> list[Statement]:
    """Return the statements to publish to the topics of these severities, which are encrypted."""
    return [
        allow("Notify", actions=["sns:Publish"], resources=[alarm_topic_arn(names, each) for each in severities]),
        allow(
            "NotifyKey",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias("messages")}},
        ),
    ]
