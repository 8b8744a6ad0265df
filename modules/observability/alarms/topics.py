"""Alarm topics: one for each severity, in each Region that has alarms."""

from collections.abc import Collection, Sequence

from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.events.channel.channels import Topic
from modules.events.channel.settings import TopicSettings
from modules.events.function.functions import Function
from modules.events.function.keys.triggers import OnTopic
from modules.events.function.triggers import Triggers
from modules.foundation.foundation import Foundation
from modules.foundation.policies import Condition, allow
from modules.observability.alarms.keys.alarm import SEVERITIES, Severity
from modules.observability.alarms.settings import alarm_topic

#: What replaces characters of email addresses that Terraform does not allow in addresses.
_IN_ADDRESSES = str.maketrans({".": "__", "@": "_at_", "+": "_plus_"})
_CRITICAL: tuple[Severity, ...] = ("critical",)


class AlarmTopics(Construct):
    """The topics of one Region, to which CloudWatch may publish, and in the environment's own Budgets and EventBridge.

    Creates: a topic for each severity, with its policy; a subscription and a permission for each function; a
    subscription of the critical topic for each email address. A function may be in another Region ([Amazon SNS
    Developer Guide, Prerequisites for integrating Amazon SNS with Lambda functions across regions]
    (https://docs.aws.amazon.com/sns/latest/dg/lambda-prereq.html)); an alarm and its topic may not.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: str,
        functions: Sequence[Function],
        emails: Sequence[str],
        foundation: Foundation,
        email_severities: Collection[Severity] = _CRITICAL,
    ) -> None:
        """`emails` are addresses that get messages of these severities, by default critical alarms.

        In the environment's own Region, all topics are created.
        """
        super().__init__(scope, id)
        self._foundation = foundation
        self._region = region
        self._elsewhere = region if region != foundation.names.region else None
        self._emails = emails
        self._email_severities = email_severities
        self._triggers = [
            Triggers(self, f"notifies-{function.label}", function=function, foundation=foundation)
            for function in functions
        ]
        self.topics: dict[Severity, Topic] = {}
        self._grant_key()
        for severity in () if self._elsewhere else SEVERITIES:
            self.topic(severity)

    def topic(self, severity: Severity) -> Topic:
        """Return the topic of a severity, created with its subscriptions on the first use."""
        if severity not in self.topics:
            topic = self.topics[severity] = self._create_topic(severity)
            name = f"{alarm_topic(severity)}-{self._region}" if self._elsewhere else alarm_topic(severity)
            for triggers in self._triggers:
                triggers.on_topic(name, OnTopic(), topic)
            for address in self._emails if severity in self._email_severities else ():
                self._subscribe_email(address, severity, topic)
        return self.topics[severity]

    def _create_topic(self, severity: Severity) -> Topic:
        name = alarm_topic(severity)
        topic = Topic(
            self, name, name=name, settings=TopicSettings(), foundation=self._foundation, region=self._elsewhere
        )
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

    def _subscribe_email(self, address: str, severity: Severity, topic: Topic) -> None:
        region = f"_{self._region}" if self._elsewhere else ""
        # The topic of critical alarms was the only one, and its subscriptions keep their addresses.
        suffix = "" if severity == "critical" else f"_{severity}"
        self._foundation.resources(self, "alarm")(
            SnsTopicSubscription,
            f"email_{address.translate(_IN_ADDRESSES)}{suffix}{region}",
            topic_arn=topic.arn,
            protocol="email",
            endpoint=address,
            provider=topic.provider,
        )

    def _publishers(self) -> list[tuple[str, str, Condition | None]]:
        """Return the services that may publish, each with the statement's Sid and condition.

        [CloudWatch User Guide, Notifying users on alarm changes]
        (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html) and [AWS Cost
        Management User Guide, Creating an Amazon SNS topic for budget notifications]
        (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html) name these conditions;
        [EventBridge User Guide, Using resource-based policies for Amazon EventBridge]
        (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html) names none for a topic.
        """
        account, region = self._foundation.names.account_id, self._region
        of_this_account = {"StringEquals": {"aws:SourceAccount": account}}
        alarms = {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:{account}:*"}
        budgets = {"aws:SourceArn": f"arn:aws:budgets::{account}:*"}
        publishers: list[tuple[str, str, Condition | None]] = [
            ("Alarms", "cloudwatch", {**of_this_account, "ArnLike": alarms})
        ]
        if not self._elsewhere:
            publishers += [
                ("Budgets", "budgets", {**of_this_account, "ArnLike": budgets}),
                ("Rules", "events", None),
            ]
        return publishers

    def _grant_key(self) -> None:
        """Allow the same services to use the topics' key; otherwise, their messages are lost without an error."""
        self._foundation.grant_message_key("cloudwatch", self._region)
        if self._elsewhere:
            return
        self._foundation.grant_message_key("budgets")
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
