"""Triggers of a function: the `on_object`, `on_queue`, `on_topic`, `on_stream`, and `schedule` blocks."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from modules.autoscaling.settings.times import TimeZone
from modules.foundation.cron import ScheduleExpression
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.object_keys import key_findings, wildcard_findings
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings

#: Events of objects that are created or deleted ([Amazon S3 User Guide, Event notification types and destinations,
#: Supported event types]
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html)).
ObjectEvent = Literal[
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
]

#: [CreateEventSourceMapping, MaximumBatchingWindowInSeconds]
#: (https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html): batches of more than ten messages
#: require a batching window.
BATCH_WITHOUT_WINDOW = 10

#: [Amazon SNS Developer Guide, Filter policy constraints]
#: (https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html): the number of keys, and the
#: product of the numbers of their values.
FILTER_KEYS_LIMIT, FILTER_COMBINATIONS_LIMIT = 5, 150


class OnObject(Settings):
    """An `on_object` block: the events and object keys of a bucket that invoke the function."""

    bucket: str = Field(examples=["content"], description="Name of a `bucket` block.")
    events: tuple[ObjectEvent, ...] = Field(
        default=("s3:ObjectCreated:*",), min_length=1, description="S3 event types that invoke the function."
    )
    prefix: str = Field(default="", max_length=1024, description="Prefix of the object keys; by default any.")
    suffix: str = Field(default="", max_length=1024, description="Suffix of the object keys; by default any.")

    @model_validator(mode="after")
    def _rules(self) -> "OnObject":
        ends = {"prefix": self.prefix, "suffix": self.suffix}
        raise_findings(
            [
                *key_findings(("prefix",), self.prefix),
                *(finding for key, end in ends.items() for finding in wildcard_findings((key,), end)),
                *named_twice(self, "events"),
            ]
        )
        return self


class OnQueue(Settings):
    """An `on_queue` block: the queue whose messages invoke the function. Only messages that fail are retried."""

    renamed: ClassVar[Mapping[str, str]] = {"batching_window": "maximum_batching_window_in_seconds"}

    batch_size: int = Field(default=10, ge=1, le=10000, description="Maximum number of messages per invocation.")
    maximum_batching_window_in_seconds: int = Field(
        default=0, ge=0, le=300, description="Maximum number of seconds to gather messages for a batch."
    )
    maximum_concurrency: int | None = Field(
        default=None,
        ge=2,
        le=1000,
        description="Maximum number of concurrent invocations, 2 to 1000; by default the account's limit.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "OnQueue":
        if self.batch_size > BATCH_WITHOUT_WINDOW and not self.maximum_batching_window_in_seconds:
            rule = f"is more than {BATCH_WITHOUT_WINDOW}, which requires a batching window"
            raise_findings(
                [
                    Finding(
                        ("batch_size",),
                        self.batch_size,
                        rule,
                        "set maximum_batching_window_in_seconds = 1, or write 10 or less",
                    )
                ]
            )
        return self


class OnTopic(Settings):
    """An `on_topic` block: the topic whose messages invoke the function."""

    renamed: ClassVar[Mapping[str, str]] = {"filter": "filter_policy"}

    filter_policy: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        examples=[{"severity": ["critical"]}],
        description="Message attributes, each with the values that match; by default every message matches.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "OnTopic":
        raise_findings([*left_empty(self, {"filter_policy": "every message"}), *self._filter_findings()])
        return self

    def _filter_findings(self) -> Iterator[Finding]:
        for attribute, values in self.filter_policy.items():
            if not values:
                rule = "has no values, and SNS rejects an attribute that nothing can match"
                yield Finding(("filter_policy",), attribute, rule, f'write {attribute} = ["..."], or remove it')
        if len(self.filter_policy) > FILTER_KEYS_LIMIT:
            rule = f"names {len(self.filter_policy)} attributes, and an SNS filter policy can have {FILTER_KEYS_LIMIT}"
            yield Finding(("filter_policy",), None, rule, "filter by fewer attributes, and by the rest in the function")
        combinations = math.prod(len(set(values)) or 1 for values in self.filter_policy.values())
        if combinations > FILTER_COMBINATIONS_LIMIT:
            rule = (
                f"has {combinations} combinations of values, and a filter policy can have {FILTER_COMBINATIONS_LIMIT}"
            )
            yield Finding(("filter_policy",), None, rule, "name fewer values, and filter by the rest in the function")


class OnStream(Settings):
    """An `on_stream` block: the stream whose records invoke the function, in order within a shard."""

    renamed: ClassVar[Mapping[str, str]] = {
        "batching_window": "maximum_batching_window_in_seconds",
        "parallelization": "parallelization_factor",
        "retries": "maximum_retry_attempts",
        "maximum_record_age": "maximum_record_age_in_seconds",
    }

    batch_size: int = Field(default=100, ge=1, le=10000, description="Maximum number of records per invocation.")
    maximum_batching_window_in_seconds: int = Field(
        default=0, ge=0, le=300, description="Maximum number of seconds to gather records for a batch."
    )
    parallelization_factor: int = Field(
        default=1,
        ge=1,
        le=10,
        description="Number of concurrent batches per shard; above 1, the order is kept only within a partition key.",
    )
    maximum_retry_attempts: int = Field(
        default=3,
        ge=0,
        le=10000,
        description="Number of times a failed batch is retried, split in two each time, before it is discarded.",
    )
    maximum_record_age_in_seconds: int = Field(
        default=86400, ge=60, le=604800, description="Age in seconds at which a failing record is discarded."
    )


class FunctionSchedule(Settings):
    """A `schedule` block: a schedule in EventBridge Scheduler."""

    renamed: ClassVar[Mapping[str, str]] = {
        "cron": 'schedule_expression = "cron(30 3 * * ? *)"',
        "rate": 'schedule_expression = "rate(5 minutes)"',
    }

    schedule_expression: ScheduleExpression = Field(
        examples=["rate(5 minutes)"], description="A rate(...) or cron(...) expression of EventBridge Scheduler."
    )
    time_zone: TimeZone = Field(
        default="UTC", examples=["Asia/Seoul"], description="Time zone of a cron schedule, with daylight saving time."
    )
    input: str = Field(
        default="{}", max_length=256 * 1024, description="The event that the function receives, in JSON."
    )

    @model_validator(mode="after")
    def _rules(self) -> "FunctionSchedule":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        try:
            json.loads(self.input)
        except ValueError:
            yield Finding(("input",), self.input, "is not JSON", 'write "{}" or a JSON object')
