"""The `queue`, `topic`, and `stream` blocks: SQS queues, SNS topics, and Kinesis streams."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.problems import raise_findings
from modules.foundation.settings import Label, Settings

#: A queue policy can have at most ten conditions: one for TLS, and one for each topic. [Amazon SQS policy quotas]
#: (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html).
TOPICS_LIMIT = 9


class QueueSettings(Settings):
    """A `queue` block: an SQS queue, with a dead-letter queue for the messages that cannot be processed."""

    renamed: ClassVar[Mapping[str, str]] = {
        "visibility_timeout": "visibility_timeout_seconds",
        "maximum_receives": "max_receive_count",
    }

    topics: tuple[Label, ...] = Field(
        default=(), max_length=TOPICS_LIMIT, description="Names of the topics that the queue subscribes to."
    )
    visibility_timeout_seconds: int | None = Field(
        default=None,
        ge=0,
        le=43200,
        description="Seconds for which a message is hidden from other consumers after it is received; by default six "
        "times the timeout of the function that reads the queue, or 30.",
    )
    retention_days: int = Field(default=4, ge=1, le=14, description="Days after which SQS deletes a message.")
    max_receive_count: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="Number of times a message is received before it moves to the dead-letter queue.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "QueueSettings":
        raise_findings(named_twice(self, "topics"))
        return self


class TopicSettings(Settings):
    """A `topic` block: an SNS topic, which delivers each message to all subscribers."""

    display_name: str = Field(default="", max_length=100, description="Sender name in emails.")


class StreamSettings(Settings):
    """A `stream` block: a Kinesis stream of ordered records that can be read again. Its capacity is on demand."""

    renamed: ClassVar[Mapping[str, str]] = {"retention_hours": "retention_period"}

    retention_period: Annotated[int, Field(ge=24, le=8760)] = Field(
        default=24, description="Hours for which records can be read again, 24 to 8760."
    )
