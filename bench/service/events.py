"""A topic, a queue, and a function."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
)
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from constructs import Construct

from bench.service.roles import create_role, document
from bench.service.storage import Storage


class Events(Construct):
    """A queue that a topic fills and a function empties."""

    def __init__(
        self, scope: Construct, id: str, *, service_name: str, key: KmsKey, logs: CloudwatchLogGroup, storage: Storage
    ) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.key = key
        self.logs = logs
        self.storage = storage
        self._create_events()
        self._create_function()

    def _create_events(self) -> None:
        self.topic = SnsTopic(self, "topic", name=self.service_name, kms_master_key_id=self.key.id)
        self.queue = SqsQueue(self, "queue", name=self.service_name, sqs_managed_sse_enabled=True)
        self.dead_letters = SqsQueue(self, "dead_letters", name=f"{self.service_name}-dead")
        SnsTopicPolicy(
            self,
            "topic_policy",
            arn=self.topic.arn,
            policy=document(action="sns:Publish", resource=self.topic.arn, principal="*"),
        )
        SqsQueuePolicy(
            self,
            "queue_policy",
            queue_url=self.queue.url,
            policy=document(action="sqs:SendMessage", resource=self.queue.arn, principal="*"),
        )
        SnsTopicSubscription(
            self,
            "subscription",
            topic_arn=self.topic.arn,
            protocol="sqs",
            endpoint=self.queue.arn,
            raw_message_delivery=True,
        )

    def _create_function(self) -> None:
        role = create_role(
            self, "function_role", service=self.service_name, principal="lambda.amazonaws.com", logs=self.logs
        )
        function = LambdaFunction(
            self,
            "function",
            function_name=self.service_name,
            role=role.arn,
            runtime="python3.13",
            handler="handler.handle",
            s3_bucket=self.storage.bucket.id,
            s3_key="function.zip",
            timeout=30,
            memory_size=256,
            environment=LambdaFunctionEnvironment(variables={"TABLE_NAME": self.storage.table.name}),
            dead_letter_config=LambdaFunctionDeadLetterConfig(target_arn=self.dead_letters.arn),
        )
        LambdaEventSourceMapping(
            self,
            "function_queue",
            event_source_arn=self.queue.arn,
            function_name=function.arn,
            batch_size=10,
        )
        rule = CloudwatchEventRule(self, "nightly", name=self.service_name, schedule_expression="rate(1 day)")
        CloudwatchEventTarget(self, "nightly_target", rule=rule.name, arn=function.arn)
        LambdaPermission(
            self,
            "nightly_permission",
            statement_id="nightly",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
