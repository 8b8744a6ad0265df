"""The `queue`, `topic` and `stream` blocks: how messages get from one to another."""

from typing import Annotated

from pydantic import Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.problems import refuse
from modules.foundation.settings import Label, Settings

#: A queue's policy has ten conditions at most: one for TLS, and one for each topic. [Amazon SQS policy quotas]
#: (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html).
TOPICS_LIMIT = 9


class QueueSettings(Settings):
    """A `queue` block: messages that wait, each for one reader; what cannot be read goes to a dead-letter queue."""

    topics: tuple[Label, ...] = Field(
        default=(), max_length=TOPICS_LIMIT, description="Topics whose messages come into the queue, by name."
    )
    visibility_timeout: int | None = Field(
        default=None,
        ge=0,
        le=43200,
        description="Seconds in which a message that is read comes to no one else; by default six times the timeout of "
        "the function that reads it, or 30.",
    )
    retention_days: int = Field(default=4, ge=1, le=14, description="Days after which a message is lost.")
    maximum_receives: int = Field(
        default=5, ge=1, le=1000, description="How often a message is read before it is given up."
    )

    @model_validator(mode="after")
    def _rules(self) -> "QueueSettings":
        refuse(named_twice(self, "topics"))
        return self


class TopicSettings(Settings):
    """A `topic` block: messages that go to all who subscribe."""

    display_name: str = Field(default="", max_length=100, description="The sender in mails.")


class StreamSettings(Settings):
    """A `stream` block: records in their order, which can be read again. It has as many shards as the load needs."""

    retention_hours: Annotated[int, Field(ge=24, le=8760)] = Field(
        default=24, description="Hours that records can be read again, 24 to 8760."
    )
