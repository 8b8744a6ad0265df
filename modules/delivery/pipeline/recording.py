"""What a role may write to the audit log of an environment, and publish to its alarm topics."""

from modules.foundation.names import AUDIT, Names
from modules.foundation.policies import Statement, allow, use_key_via
from modules.observability.alarms.keys.alarm import Severity
from modules.observability.alarms.settings import alarm_topic_arn


def recording_statements(names: Names, *streams: str) -> list[Statement]:
    """Return the statements to write to these streams of the environment's audit log, and to no others."""
    group = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.log_group(AUDIT)}"
    return [
        allow("AuditStreams", actions=["logs:CreateLogStream"], resources=[f"{group}:*"]),
        allow(
            "AuditLines",
            actions=["logs:PutLogEvents"],
            resources=[f"{group}:log-stream:{stream}" for stream in streams],
        ),
    ]


def publishing_statements(names: Names, *severities: Severity, key_arn: str = "*") -> list[Statement]:
    """Return the statements to publish to the environment's alarm topics of these severities.

    [Amazon SNS Developer Guide, Managing Amazon SNS encryption keys and costs]
    (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html): a publisher uses the topics' key. Roles of the
    account know it by its alias only.
    """
    return [
        allow("Notify", actions=["sns:Publish"], resources=[alarm_topic_arn(names, each) for each in severities]),
        use_key_via(
            "NotifyKey",
            "sns",
            names.region,
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            key_arns=[key_arn],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias("messages")}},
        ),
    ]
