"""Alarm topics."""

from collections.abc import Sequence

from constructs import Construct

from modules.events.channel.channels import Topic
from modules.events.channel.settings import TopicSettings
from modules.events.function.functions import Function
from modules.events.function.keys.triggers import OnTopic
from modules.events.function.triggers import Triggers
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Condition, allow
from modules.observability.alarms.settings import SEVERITIES, Severity, alarm_topic


class Alarms(Construct):
    """The `alarms` block: topics to which CloudWatch, Budgets, and EventBridge may publish.

    Creates: a topic for each severity, with its policy; a subscription and a permission for each function.
    """

    def __init__(self, scope: Construct, id: str, *, functions: Sequence[Function], foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._foundation = foundation
        self.topics = {severity: self._create_topic(severity) for severity in SEVERITIES}
        self._grant_key()
        for function in functions:
            triggers = Triggers(self, f"tells-{function.label}", function=function, foundation=foundation)
            for severity, topic in self.topics.items():
                triggers.on_topic(alarm_topic(severity), OnTopic(), topic)

    def _create_topic(self, severity: Severity) -> Topic:
        name = alarm_topic(severity)
        topic = Topic(self, name, name=name, settings=TopicSettings(), foundation=self._foundation)
        for sid, service, condition in self._publishers():
            topic.add_statements(
                allow(
                    sid,
                    principal={"Service": f"{service}.amazonaws.com"},
                    actions=["sns:Publish"],
                    resources=[topic.arn],
                    condition=condition,
                )
            )
        return topic

    def _publishers(self) -> list[tuple[str, str, Condition | None]]:
        """Return the services that may publish, each with the statement's Sid and condition.

        [CloudWatch User Guide, Notifying users on alarm changes]
        (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html) and [AWS Cost
        Management User Guide, Creating an Amazon SNS topic for budget notifications]
        (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html) name these conditions;
        [EventBridge User Guide, Using resource-based policies for Amazon EventBridge]
        (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html) names none for a topic.
        """
        account, region = self._foundation.names.account_id, self._foundation.names.region
        of_this_account = {"StringEquals": {"aws:SourceAccount": account}}
        return [
            (
                "Alarms",
                "cloudwatch",
                {**of_this_account, "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:{account}:*"}},
            ),
            ("Budgets", "budgets", {**of_this_account, "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{account}:*"}}),
            ("Rules", "events", None),
        ]

    def _grant_key(self) -> None:
        """Allow the same services to use the topics' key; otherwise, their messages are lost without an error."""
        for service in ("cloudwatch", "budgets"):
            self._foundation.grant_message_key(service)
        # [Amazon SNS Developer Guide, Managing Amazon SNS encryption keys and costs]
        # (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html): the account as a condition is not
        # supported for EventBridge.
        self._foundation.message_key.add_statements(
            allow(
                "FromEvents",
                principal={"Service": "events.amazonaws.com"},
                actions=["kms:GenerateDataKey", "kms:Decrypt"],
                resources=["*"],
            )
        )
