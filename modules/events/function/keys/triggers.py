"""What invokes a function: the blocks `on_object`, `on_queue`, `on_topic`, `on_stream`, `schedule` of a `function`."""

import json
import math
import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.autoscaling.settings.times import TimeZone
from modules.foundation.cron import faults
from modules.foundation.lists import left_empty, named_twice
from modules.foundation.object_keys import key_findings, wildcard_findings
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Settings

#: Events that whoever writes or deletes causes ("Amazon S3 User Guide, Supported event types").
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

#: "Using Lambda with Amazon SQS": more than ten messages need a window in which they are gathered.
BATCH_WITHOUT_WINDOW = 10

#: [Amazon SNS Developer Guide, Filter policy constraints]
#: (https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html): keys, and the product of
#: the numbers of their values.
FILTER_KEYS_LIMIT, FILTER_COMBINATIONS_LIMIT = 5, 150

_RATE = re.compile(r"[1-9][0-9]* (minute|hour|day)s?")


class OnObject(Settings):
    """An `on_object` block: objects of a bucket invoke the function."""

    bucket: str = Field(examples=["content"], description="The name of a `bucket` block.")
    events: tuple[ObjectEvent, ...] = Field(
        default=("s3:ObjectCreated:*",), min_length=1, description="What has to happen, in S3's words."
    )
    prefix: str = Field(default="", max_length=1024, description="How the keys begin, by default anyhow.")
    suffix: str = Field(default="", max_length=1024, description="How the keys end, by default anyhow.")

    @model_validator(mode="after")
    def _rules(self) -> "OnObject":
        ends = {"prefix": self.prefix, "suffix": self.suffix}
        refuse(
            [
                *key_findings(("prefix",), self.prefix),
                *(finding for key, end in ends.items() for finding in wildcard_findings((key,), end)),
                *named_twice(self, "events"),
            ]
        )
        return self


class OnQueue(Settings):
    """An `on_queue` block: messages of the queue of this name; those that fail come again, the others do not."""

    batch_size: int = Field(default=10, ge=1, le=10000, description="Messages an invocation at most.")
    batching_window: int = Field(
        default=0, ge=0, le=300, description="Seconds in which messages are gathered for a batch."
    )
    maximum_concurrency: int | None = Field(
        default=None,
        ge=2,
        le=1000,
        description="Invocations at once at most, 2 to 1000; by default the account's limit.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "OnQueue":
        if self.batch_size > BATCH_WITHOUT_WINDOW and not self.batching_window:
            rule = f"is more than {BATCH_WITHOUT_WINDOW}, for which Lambda wants a window to gather them in"
            refuse([Finding(("batch_size",), self.batch_size, rule, "write batching_window = 1, or 10 or fewer")])
        return self


class OnTopic(Settings):
    """An `on_topic` block: messages of the topic of this name."""

    filter: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        examples=[{"severity": ["critical"]}],
        description="Message attributes and the values of which one must be theirs; by default every message.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "OnTopic":
        refuse([*left_empty(self, {"filter": "every message"}), *self._filter_findings()])
        return self

    def _filter_findings(self) -> Iterator[Finding]:
        for attribute, values in self.filter.items():
            if not values:
                rule = "has no values, and SNS refuses an attribute that nothing can match"
                yield Finding(("filter",), attribute, rule, f'write {attribute} = ["..."], or take it out')
        if len(self.filter) > FILTER_KEYS_LIMIT:
            rule = f"names {len(self.filter)} attributes, and a filter policy of SNS takes {FILTER_KEYS_LIMIT}"
            yield Finding(("filter",), None, rule, "filter by fewer, and by the others in the function")
        combinations = math.prod(len(set(values)) or 1 for values in self.filter.values())
        if combinations > FILTER_COMBINATIONS_LIMIT:
            rule = f"has {combinations} combinations of values, and a filter policy takes {FILTER_COMBINATIONS_LIMIT}"
            yield Finding(("filter",), None, rule, "name fewer values, and filter by the others in the function")


class OnStream(Settings):
    """An `on_stream` block: records of the stream of this name, in their order within a shard."""

    batch_size: int = Field(default=100, ge=1, le=10000, description="Records an invocation at most.")
    batching_window: int = Field(
        default=0, ge=0, le=300, description="Seconds in which records are gathered for a batch."
    )
    parallelization: int = Field(
        default=1, ge=1, le=10, description="Batches of a shard at once; the order is then kept within a partition key."
    )
    retries: int = Field(
        default=3,
        ge=0,
        le=10000,
        description="How often a batch that fails is tried again, in halves, before it is given up.",
    )
    maximum_record_age: int = Field(
        default=86400, ge=60, le=604800, description="Seconds after which a record that fails is given up."
    )


class FunctionSchedule(Settings):
    """A `schedule` block: times at which the function is invoked. `rate` or `cron`, one of them."""

    rate: str | None = Field(default=None, examples=["5 minutes"], description="How often: minutes, hours or days.")
    cron: str | None = Field(
        default=None,
        examples=["30 3 * * ? *"],
        description="When: minutes, hours, day of the month, month, day of the week, year, in time_zone.",
    )
    time_zone: TimeZone = Field(
        default="UTC", examples=["Asia/Seoul"], description="Of `cron`; daylight saving is followed."
    )
    input: str = Field(default="{}", max_length=256 * 1024, description="The event, in JSON.")

    @model_validator(mode="after")
    def _rules(self) -> "FunctionSchedule":
        refuse(self._findings())
        return self

    @property
    def expression(self) -> str:
        """The expression of EventBridge Scheduler."""
        return f"rate({self.rate})" if self.rate else f"cron({self.cron})"

    def _findings(self) -> Iterator[Finding]:
        if (self.rate is None) == (self.cron is None):
            yield Finding(
                (), None, "needs either a rate or a cron", 'write rate = "5 minutes" or cron = "30 3 * * ? *"'
            )
        if self.rate is not None and not _RATE.fullmatch(self.rate):
            yield Finding(("rate",), self.rate, "is not a rate", 'write a number and a unit, "5 minutes" or "1 hour"')
        if self.cron is not None:
            yield from (Finding(("cron",), self.cron, *fault) for fault in faults(self.cron))
        try:
            json.loads(self.input)
        except ValueError:
            yield Finding(("input",), self.input, "is not JSON", 'write "{}" or an object in JSON')
