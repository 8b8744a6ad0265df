"""SQS queues, SNS topics, and Kinesis streams: encrypted with the environment's key for messages, TLS only."""

import json

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.kinesis_stream import KinesisStream, KinesisStreamStreamModeDetails
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from modules.events.channel.settings import QueueSettings, StreamSettings, TopicSettings
from modules.foundation.foundation import Foundation
from modules.foundation.names import TOPIC_NAME_LIMIT
from modules.foundation.policies import Statement, allow, deny, document, sid
from modules.foundation.resources import Resources

#: [Amazon SQS standard queue quotas]
#: (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html) and [CreateStream,
#: StreamName](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html): maximum number of
#: characters in a name.
QUEUE_NAME_LIMIT = 80
STREAM_NAME_LIMIT = 128
#: The maximum of SQS: the messages in a dead-letter queue are kept until somebody examines them.
DEAD_LETTER_DAYS = 14

_SECONDS_A_DAY = 86400


class Queue(Construct):
    """An SQS queue that accepts TLS only.

    Creates: the queue with its policy (see `add_statement`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        what: str,
        name: str,
        foundation: Foundation,
        retention_days: int,
        visibility_timeout: int | None = None,
        dead_letters: "Queue | None" = None,
        maximum_receives: int | None = None,
        dead_letters_of: str | None = None,
    ) -> None:
        """Take a dead-letter queue and its receive limit, or the ARN of the queue whose dead letters this one holds."""
        super().__init__(scope, id)
        names = foundation.names
        self.name = name
        self.own_arn = queue_arn(foundation, name)
        self.key_arn = foundation.message_key.arn
        self._region = names.region
        self._statements: list[Statement] = [_tls_only("sqs:*", self.own_arn)]
        self._queue = make(
            SqsQueue,
            what,
            name=name,
            kms_master_key_id=self.key_arn,
            message_retention_seconds=retention_days * _SECONDS_A_DAY,
            visibility_timeout_seconds=visibility_timeout,
            # Long polling: fewer empty responses, which are charged too.
            receive_wait_time_seconds=20,
            redrive_policy=json.dumps({"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": maximum_receives})
            if dead_letters
            else None,
            redrive_allow_policy=json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [dead_letters_of]})
            if dead_letters_of
            else None,
            policy=document(self._statements),
        )
        self.arn: str = self._queue.arn
        self.url = self._queue.url

    def add_statement(self, statement: Statement) -> None:
        """Add a statement to the queue's policy, after the existing ones."""
        self._statements.append(statement)
        self._queue.policy = document(self._statements)

    def may_send(self) -> list[Statement]:
        """Return the statements for the policy of a role that sends messages."""
        send = allow(f"Send{sid(self.name)}", actions=["sqs:SendMessage"], resources=[self.arn])
        return [send, self._key_statement("Send", ["kms:GenerateDataKey", "kms:Decrypt"])]

    def may_receive(self) -> list[Statement]:
        """Return the statements for a role that receives and deletes messages ([Creating and configuring an Amazon SQS
        event source mapping](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)).
        """
        actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        receive = allow(f"Receive{sid(self.name)}", actions=actions, resources=[self.arn])
        return [receive, self._key_statement("Receive", ["kms:Decrypt"])]

    def _key_statement(self, verb: str, actions: list[str]) -> Statement:
        return through(f"{verb}Key{sid(self.name)}", actions, self.key_arn, f"sqs.{self._region}.amazonaws.com")


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
        visibility_timeout: int,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._make = foundation.resources(self, "queue")
        queue_name = foundation.names.of(name, QUEUE_NAME_LIMIT)
        self.dead_letters = Queue(
            self,
            "dead-letters",
            make=self._make,
            what=f"{name}_dead",
            name=foundation.names.of(f"{name}-dead", QUEUE_NAME_LIMIT),
            foundation=foundation,
            retention_days=DEAD_LETTER_DAYS,
            dead_letters_of=queue_arn(foundation, queue_name),
        )
        self.queue = Queue(
            self,
            "queue",
            make=self._make,
            what=name,
            name=queue_name,
            foundation=foundation,
            retention_days=settings.retention_days,
            visibility_timeout=visibility_timeout,
            dead_letters=self.dead_letters,
            maximum_receives=settings.maximum_receives,
        )

    def subscribe(self, topic: "Topic", name: str) -> None:
        """Subscribe to a topic with raw message delivery; `name` is the topic's, unique for this queue."""
        topic.let_service_use_key()
        self.queue.add_statement(
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

    Creates: the topic and its policy (see `add_statement`).
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: TopicSettings, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._make = foundation.resources(self, "topic")
        self._foundation = foundation
        names = foundation.names
        self.name = names.of(name, TOPIC_NAME_LIMIT)
        own_arn = f"arn:aws:sns:{names.region}:{names.account_id}:{self.name}"
        self._statements: list[Statement] = [_tls_only("sns:Publish", own_arn)]
        topic = self._make(
            SnsTopic,
            name,
            name=self.name,
            display_name=settings.display_name or None,
            kms_master_key_id=foundation.message_key.arn,
        )
        self.arn = topic.arn
        self._policy = self._make(SnsTopicPolicy, name, arn=self.arn, policy=document(self._statements))

    @property
    def ready(self) -> ITerraformDependable:
        """The topic's policy, which a service that publishes must wait for."""
        return self._policy

    def add_statement(self, statement: Statement) -> None:
        """Add a statement to the topic's policy, after the existing ones."""
        self._statements.append(statement)
        self._policy.policy = document(self._statements)

    def let_service_use_key(self) -> None:
        """Allow SNS to encrypt messages that it sends to our queues."""
        self._foundation.let_use_message_key("sns")

    def may_publish(self) -> list[Statement]:
        """Return the statements for the policy of a role that publishes messages."""
        region = self._foundation.names.region
        publish = allow(f"Publish{sid(self.name)}", actions=["sns:Publish"], resources=[self.arn])
        key_arn = self._foundation.message_key.arn
        actions = ["kms:GenerateDataKey", "kms:Decrypt"]
        return [publish, through(f"PublishKey{sid(self.name)}", actions, key_arn, f"sns.{region}.amazonaws.com")]


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
            retention_period=settings.retention_hours,
            encryption_type="KMS",
            kms_key_id=self.key_arn,
            stream_mode_details=KinesisStreamStreamModeDetails(stream_mode="ON_DEMAND"),
        )
        self.arn = stream.arn

    def may_put(self) -> list[Statement]:
        """Return the statements for the policy of a role that puts records."""
        put = allow(f"Put{sid(self.name)}", actions=["kinesis:PutRecord", "kinesis:PutRecords"], resources=[self.arn])
        return [put, self._key_statement("Put", ["kms:GenerateDataKey"])]

    def may_read(self) -> list[Statement]:
        """Return the statements for the policy of a role that reads ([Process Amazon Kinesis Data Streams records with
        Lambda](https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html)).
        """
        verbs = ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
        read = allow(f"Read{sid(self.name)}", actions=[f"kinesis:{verb}" for verb in verbs], resources=[self.arn])
        return [read, self._key_statement("Read", ["kms:Decrypt"])]

    def _key_statement(self, verb: str, actions: list[str]) -> Statement:
        return through(f"{verb}Key{sid(self.name)}", actions, self.key_arn, f"kinesis.{self._region}.amazonaws.com")


def queue_arn(foundation: Foundation, name: str) -> str:
    """Return the ARN of the queue with this name."""
    return f"arn:aws:sqs:{foundation.names.region}:{foundation.names.account_id}:{name}"


def through(sid: str, actions: list[str], key_arn: str, service: str) -> Statement:
    """Return a statement that allows a role to use a key only through one service."""
    condition = {"StringEquals": {"kms:ViaService": service}}
    return allow(sid, actions=actions, resources=[key_arn], condition=condition)


def _tls_only(action: str, arn: str) -> Statement:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    return deny("TlsOnly", principal="*", actions=[action], resources=[arn], condition=condition)
