"""SQS queues, SNS topics, and Kinesis streams: encrypted with the environment's key for messages, TLS only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cdktf import ITerraformDependable, TerraformProvider
from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStream, KinesisStreamStreamModeDetails
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from modules.events.channel.settings import QueueSettings, StreamSettings, TopicSettings
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.names import TOPIC_NAME_LIMIT
from modules.foundation.policies import PolicyDocument, Statement, allow, deny, sid, use_key_via
from modules.foundation.resources import Resources
from modules.foundation.roles import Role

#: [Amazon SQS standard queue quotas]
#: (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html) and [CreateStream,
#: StreamName](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html): maximum number of
#: characters in a name.
QUEUE_NAME_LIMIT = 80
STREAM_NAME_LIMIT = 128
#: The maximum of SQS: the messages in a dead-letter queue are kept until someone examines them.
DEAD_LETTER_DAYS = 14

_SECONDS_A_DAY = 86400


class Queue(Construct):
    """An SQS queue that accepts TLS only.

    Creates: the queue with its policy (see `add_statements`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        purpose: str,
        name: str,
        foundation: Foundation,
        retention_days: int,
        visibility_timeout_seconds: int | None = None,
        dead_letters: "Queue | None" = None,
        max_receive_count: int | None = None,
        dead_letters_of: str | None = None,
    ) -> None:
        """Create the queue. `dead_letters_of` is the ARN of the queue whose dead-letter queue this one is."""
        super().__init__(scope, id)
        names = foundation.names
        self.name = name
        self.own_arn = queue_arn(foundation, name)
        self.key_arn = foundation.message_key.arn
        self._region = names.region
        self._policy = PolicyDocument(f"queue {name}", [_tls_only("sqs:*", self.own_arn)])
        self._queue = make(
            SqsQueue,
            purpose,
            name=name,
            kms_master_key_id=self.key_arn,
            message_retention_seconds=retention_days * _SECONDS_A_DAY,
            visibility_timeout_seconds=visibility_timeout_seconds,
            # Long polling: fewer empty responses, which are charged too.
            receive_wait_time_seconds=20,
            redrive_policy=json.dumps({"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": max_receive_count})
            if dead_letters
            else None,
            redrive_allow_policy=json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [dead_letters_of]})
            if dead_letters_of
            else None,
            policy=self._policy.json(),
        )
        self.arn: str = self._queue.arn
        self.url = self._queue.url

    @property
    def metrics(self) -> MetricSource:
        """The queue's metrics."""
        return MetricSource("AWS/SQS", {"QueueName": self.name})

    def add_statements(self, *statements: Statement) -> None:
        """Add statements to the queue's policy. Raises ValueError for a duplicate Sid."""
        self._policy.add_statements(*statements)
        self._queue.policy = self._policy.json()

    def grant_send(self, role: Role) -> None:
        """Allow a role to send messages."""
        self._grant(role, "Send", ["sqs:SendMessage"], ["kms:GenerateDataKey", "kms:Decrypt"])

    def grant_receive(self, role: Role) -> None:
        """Allow a role to receive and delete messages ("Using Lambda with Amazon SQS")."""
        actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        self._grant(role, "Receive", actions, ["kms:Decrypt"])

    def _grant(self, role: Role, verb: str, actions: Sequence[str], key_actions: Sequence[str]) -> None:
        name = sid(self.name)
        role.add_statements(
            allow(f"{verb}{name}", actions=actions, resources=[self.arn]),
            use_key_via(f"{verb}Key{name}", "sqs", self._region, actions=key_actions, key_arns=[self.key_arn]),
        )


class QueueWithDeadLetters(Construct):
    """A `queue` block: the queue and its dead-letter queue.

    Creates: both queues, and the subscriptions to topics.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: QueueSettings,
        visibility_timeout_seconds: int,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._foundation = foundation
        self._make = foundation.resources(self, "queue")
        queue_name = foundation.names.of(name, QUEUE_NAME_LIMIT)
        self.dead_letters = Queue(
            self,
            "dead-letters",
            make=self._make,
            purpose=f"{name}_dead",
            name=foundation.names.of(f"{name}-dead", QUEUE_NAME_LIMIT),
            foundation=foundation,
            retention_days=DEAD_LETTER_DAYS,
            dead_letters_of=queue_arn(foundation, queue_name),
        )
        self.queue = Queue(
            self,
            "queue",
            make=self._make,
            purpose=name,
            name=queue_name,
            foundation=foundation,
            retention_days=settings.retention_days,
            visibility_timeout_seconds=visibility_timeout_seconds,
            dead_letters=self.dead_letters,
            max_receive_count=settings.max_receive_count,
        )

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {"queue": [self.queue.metrics], "dead_letters": [self.dead_letters.metrics]}

    def subscribe(self, topic: "Topic", name: str) -> None:
        """Subscribe to a topic with raw message delivery; `name` is the topic's, unique for this queue."""
        self._foundation.grant_message_key("sns")
        self.queue.add_statements(
            allow(
                f"From{sid(name)}",
                principal={"Service": "sns.amazonaws.com"},
                actions=["sqs:SendMessage"],
                resources=[self.queue.own_arn],
                condition={"ArnEquals": {"aws:SourceArn": topic.arn}},
            )
        )
        self._make(
            SnsTopicSubscription,
            f"{self._label}_from_{name}",
            topic_arn=topic.arn,
            protocol="sqs",
            endpoint=self.queue.arn,
            raw_message_delivery=True,
        )


class Topic(Construct):
    """A `topic` block: an SNS topic that accepts TLS only.

    Creates: the topic and its policy (see `add_statements`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: TopicSettings,
        foundation: Foundation,
        region: str | None = None,
    ) -> None:
        """Create the topic, in another Region if `region` is given; its address then ends in the Region."""
        super().__init__(scope, id)
        names = replace(foundation.names, region=region or foundation.names.region)
        self._region = names.region
        self._key_arn = foundation.message_key_in(self._region).arn
        make = foundation.resources(self, "topic")
        address = f"{name}_{region}" if region else name
        #: The provider of the topic's Region, if that is not the environment's; subscriptions need the same.
        self.provider = provider = foundation.providers.in_region(region) if region else None
        self.name = names.of(name, TOPIC_NAME_LIMIT)
        own_arn = f"arn:aws:sns:{names.region}:{names.account_id}:{self.name}"
        self._document = PolicyDocument(f"topic {self.name}", [_tls_only("sns:Publish", own_arn)])
        topic = make(
            SnsTopic,
            address,
            name=self.name,
            display_name=settings.display_name or None,
            kms_master_key_id=self._key_arn,
            provider=provider,
        )
        self.arn = topic.arn
        self._policy = make(SnsTopicPolicy, address, arn=self.arn, policy=self._document.json(), provider=provider)

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {"topic": [MetricSource("AWS/SNS", {"TopicName": self.name})]}

    @property
    def ready(self) -> ITerraformDependable:
        """The topic's policy, which a service that publishes must wait for."""
        return self._policy

    def add_statements(self, *statements: Statement) -> None:
        """Add statements to the topic's policy. Raises ValueError for a duplicate Sid."""
        self._document.add_statements(*statements)
        self._policy.policy = self._document.json()

    def grant_publish(self, role: Role) -> None:
        """Allow a role to publish messages."""
        name = sid(self.name)
        role.add_statements(
            allow(f"Publish{name}", actions=["sns:Publish"], resources=[self.arn]),
            use_key_via(
                f"PublishKey{name}",
                "sns",
                self._region,
                actions=["kms:GenerateDataKey", "kms:Decrypt"],
                key_arns=[self._key_arn],
            ),
        )


@dataclass(frozen=True)
class ExistingTopic:
    """An SNS topic of another stack in the same account."""

    arn: str
    provider: TerraformProvider | None
    """That of the topic's Region, if it is not the environment's."""


class Stream(Construct):
    """A `stream` block: a Kinesis stream in on-demand mode.

    Creates: the stream.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: StreamSettings, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        names = foundation.names
        self._region = names.region
        self.key_arn = foundation.message_key.arn
        self.name = names.of(name, STREAM_NAME_LIMIT)
        stream = foundation.resources(self, "stream")(
            KinesisStream,
            name,
            name=self.name,
            retention_period=settings.retention_period,
            encryption_type="KMS",
            kms_key_id=self.key_arn,
            stream_mode_details=KinesisStreamStreamModeDetails(stream_mode="ON_DEMAND"),
        )
        self.arn = stream.arn

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        return {"stream": [MetricSource("AWS/Kinesis", {"StreamName": self.name})]}

    def grant_put(self, role: Role) -> None:
        """Allow a role to put records."""
        self._grant(role, "Put", ("PutRecord", "PutRecords"), "kms:GenerateDataKey")

    def grant_read(self, role: Role) -> None:
        """Allow a role to read records ("Using Lambda with Amazon Kinesis")."""
        verbs = ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
        self._grant(role, "Read", verbs, "kms:Decrypt")

    def _grant(self, role: Role, verb: str, actions: Sequence[str], key_action: str) -> None:
        name = sid(self.name)
        role.add_statements(
            allow(f"{verb}{name}", actions=[f"kinesis:{action}" for action in actions], resources=[self.arn]),
            use_key_via(f"{verb}Key{name}", "kinesis", self._region, actions=[key_action], key_arns=[self.key_arn]),
        )


def queue_arn(foundation: Foundation, name: str) -> str:
    """Return the ARN of the queue with this name."""
    return f"arn:aws:sqs:{foundation.names.region}:{foundation.names.account_id}:{name}"


def _tls_only(action: str, arn: str) -> Statement:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    return deny("TlsOnly", principal="*", actions=[action], resources=[arn], condition=condition)
