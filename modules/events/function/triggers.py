"""Triggers of functions: objects, queues, topics, streams, and schedules."""

import json
from functools import cached_property

from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMapping,
    LambdaEventSourceMappingDestinationConfig,
    LambdaEventSourceMappingDestinationConfigOnFailure,
    LambdaEventSourceMappingScalingConfig,
)
from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
)
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.data.bucket.buckets import Bucket
from modules.events.channel.channels import ExistingTopic, Queue, Stream, Topic
from modules.events.function.functions import Function
from modules.events.function.keys.triggers import FunctionSchedule, OnObject, OnQueue, OnStream, OnTopic
from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by
from modules.foundation.roles import Role

#: [CreateSchedule, Name](https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html).
SCHEDULE_NAME_LIMIT = 64
#: The function returns the messages of a batch that failed; the others are deleted.
PARTIAL_BATCHES = ["ReportBatchItemFailures"]


class Triggers(Construct):
    """The triggers of one function.

    Creates, as its settings name them: permissions and the bucket's notification, event source mappings,
    subscriptions, schedules with the role that invokes.
    """

    def __init__(self, scope: Construct, id: str, *, function: Function, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._function = function
        self._foundation = foundation
        self._make = foundation.resources(self, "function")

    def on_object(self, name: str, settings: OnObject, bucket: Bucket) -> None:
        """Invoke the function for objects of a bucket."""
        bucket.notify_function(
            self._function.function_arn,
            settings.events,
            qualifier=self._function.qualifier,
            name=f"{self._function.label}-{name}",
            prefix=settings.prefix,
            suffix=settings.suffix,
        )

    def on_queue(self, name: str, settings: OnQueue, queue: Queue) -> None:
        """Invoke the function for messages of a queue; those that its response names are retried."""
        queue.grant_receive(self._function.role)
        limit = settings.maximum_concurrency
        self._make(
            LambdaEventSourceMapping,
            f"{self._function.label}_on_queue_{name}",
            event_source_arn=queue.arn,
            function_name=self._function.arn,
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.maximum_batching_window_in_seconds,
            function_response_types=PARTIAL_BATCHES,
            scaling_config=LambdaEventSourceMappingScalingConfig(maximum_concurrency=limit) if limit else None,
            depends_on=self._function.role.ready,
        )

    def on_topic(self, name: str, settings: OnTopic, topic: Topic | ExistingTopic) -> None:
        """Invoke the function for messages of a topic, which may be in another Region."""
        permission = self._function.grant_invoke("sns", topic.arn, name=f"topic-{name}")
        self._make(
            SnsTopicSubscription,
            f"{self._function.label}_on_topic_{name}",
            topic_arn=topic.arn,
            protocol="lambda",
            endpoint=self._function.arn,
            filter_policy=json.dumps(settings.filter_policy, sort_keys=True) if settings.filter_policy else None,
            depends_on=[permission],
            provider=topic.provider,
        )

    def on_stream(self, name: str, settings: OnStream, stream: Stream) -> None:
        """Invoke the function for records of a stream; the queue for failed events names the discarded records."""
        stream.grant_read(self._function.role)
        on_failure = LambdaEventSourceMappingDestinationConfigOnFailure(destination_arn=self._function.failed.arn)
        self._make(
            LambdaEventSourceMapping,
            f"{self._function.label}_on_stream_{name}",
            event_source_arn=stream.arn,
            function_name=self._function.arn,
            # Include records that were in the stream before the function existed.
            starting_position="TRIM_HORIZON",
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.maximum_batching_window_in_seconds,
            parallelization_factor=settings.parallelization_factor,
            maximum_retry_attempts=settings.maximum_retry_attempts,
            maximum_record_age_in_seconds=settings.maximum_record_age_in_seconds,
            bisect_batch_on_function_error=True,
            function_response_types=PARTIAL_BATCHES,
            destination_config=LambdaEventSourceMappingDestinationConfig(on_failure=on_failure),
            depends_on=self._function.role.ready,
        )

    def on_schedule(self, name: str, settings: FunctionSchedule) -> None:
        """Invoke the function on a schedule."""
        function = self._function
        self._make(
            SchedulerSchedule,
            f"{function.label}_{name}",
            name=self._foundation.names.of(f"{function.label}-{name}", SCHEDULE_NAME_LIMIT),
            schedule_expression=settings.schedule_expression,
            schedule_expression_timezone=settings.time_zone,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=function.arn,
                role_arn=self._scheduler_role.arn,
                input=settings.input,
                dead_letter_config=SchedulerScheduleTargetDeadLetterConfig(arn=function.failed.arn),
            ),
        )

    @cached_property
    def _scheduler_role(self) -> Role:
        """The role with which EventBridge Scheduler invokes this function and sends failed invocations."""
        function, names = self._function, self._foundation.names
        role = Role(
            self._make,
            f"{function.label}_schedule",
            names=names,
            name=f"schedule-{function.label}",
            description=f"EventBridge Scheduler invokes {function.name}",
            # [EventBridge Scheduler User Guide, Confused deputy prevention in EventBridge Scheduler]
            # (https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
            trust_policy=assumed_by("scheduler.amazonaws.com", names.account_id),
            policy_name="invoke",
            statements=[allow("Invoke", actions=["lambda:InvokeFunction"], resources=[function.arn])],
        )
        function.failed.grant_send(role)
        return role
