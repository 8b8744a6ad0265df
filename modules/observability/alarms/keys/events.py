"""Alarms on functions, queues, topics, and streams."""

from typing import Annotated

from pydantic import Field

from modules.observability.alarms.keys.alarm import Alarm, BlockAlarms, Condition, Count, PartOfRequests, Percent


def dead_letter_alarm(of: str, *, only_if: Condition | None = None) -> Alarm:
    """Return the alarm on messages in the queue `of`: one is enough, and it stays until somebody removes it."""
    return Alarm(
        severity="warning",
        of=of,
        metrics={"messages": "ApproximateNumberOfMessagesVisible Maximum"},
        breaches="above",
        datapoints=1,
        only_if=only_if,
        lasts=True,
    )


class FunctionAlarms(BlockAlarms):
    """Alarms of `function` blocks."""

    error_percent: Annotated[
        PartOfRequests,
        Alarm(
            severity="warning",
            of="function",
            metrics={"invocations": "Invocations Sum", "errors": "Errors Sum"},
            expression="IF(invocations >= {minimum_invocations}, 100 * errors / invocations, 0)",
            breaches="above",
            datapoints=2,
            period=300,
        ),
    ] = Field(
        default=5,
        description="Percent of invocations that fail, in two periods of five minutes. Lambda retries asynchronous "
        "events; what fails for good is in failed_events.",
    )
    minimum_invocations: int = Field(
        default=10, ge=1, description="Invocations in five minutes below which errors raise no alarm."
    )
    failed_events: Annotated[
        Count,
        dead_letter_alarm("failed"),
    ] = Field(
        default=0,
        description="More events in the queue for failed events than this; each was not processed, and is lost after "
        "14 days.",
    )
    throttles: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="function",
            metrics={"throttles": "Throttles Sum"},
            breaches="above",
            datapoints=5,
            only_if=Condition(
                lambda watched: watched.settings.reserved_concurrent_executions != 0,
                "reserved_concurrent_executions is not 0, with which all invocations are throttled",
            ),
        ),
    ] = Field(
        default=0,
        description="Throttled invocations a minute, for five minutes: the reserved or the account's concurrency is "
        "used up.",
    )
    duration_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="function",
            metrics={"duration": "Duration Maximum"},
            expression="100 * duration / {timeout_milliseconds}",
            breaches="above",
            datapoints=3,
            out_of=5,
            numbers=lambda watched: {"timeout_milliseconds": watched.settings.timeout * 1000},
        ),
    ] = Field(
        default=90,
        description="Percent of the timeout that the longest invocation takes, in 3 of 5 minutes; at the timeout, "
        "Lambda stops the function.",
    )
    iterator_age_seconds: Annotated[
        int,
        Field(ge=1),
        Alarm(
            severity="warning",
            of="function",
            metrics={"age": "IteratorAge Maximum"},
            expression="age / 1000",
            breaches="above",
            datapoints=5,
            only_if=Condition(lambda watched: bool(watched.settings.on_stream), "the function reads a stream"),
        ),
    ] = Field(
        default=300,
        description="Age of the records that the function reads from a stream, for five minutes; records are lost "
        "when they reach the stream's retention_period.",
    )


class QueueAlarms(BlockAlarms):
    """Alarms of `queue` blocks."""

    dead_letters: Annotated[
        Count,
        dead_letter_alarm("dead_letters"),
    ] = Field(
        default=0,
        description="More messages in the dead-letter queue than this; each could not be processed, and is lost after "
        "14 days.",
    )
    age_seconds: Annotated[
        int,
        Field(ge=1),
        Alarm(
            severity="warning",
            of="queue",
            metrics={"age": "ApproximateAgeOfOldestMessage Maximum"},
            breaches="above",
            datapoints=5,
        ),
    ] = Field(
        default=900,
        description="Age of the oldest message, for five minutes: consumers are too slow or have stopped.",
    )
    depth: Annotated[
        int,
        Field(ge=1),
        Alarm(
            severity="warning",
            of="queue",
            metrics={"messages": "ApproximateNumberOfMessagesVisible Maximum"},
            breaches="above",
            datapoints=15,
        ),
    ] = Field(
        default=10_000,
        description="Number of messages that wait, for 15 minutes. Set it to what consumers process in the time that "
        "users accept.",
    )


class TopicAlarms(BlockAlarms):
    """Alarms of `topic` blocks."""

    failed_notifications: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="topic",
            metrics={"failed": "NumberOfNotificationsFailed Sum"},
            breaches="above",
            datapoints=1,
            period=300,
        ),
    ] = Field(
        default=0,
        description="More messages than this in five minutes that SNS could not deliver, in spite of its retries; they "
        "are lost.",
    )


class StreamAlarms(BlockAlarms):
    """Alarms of `stream` blocks."""

    throttled_writes: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="stream",
            metrics={"throttled": "WriteProvisionedThroughputExceeded Sum"},
            breaches="above",
            datapoints=5,
        ),
    ] = Field(
        default=0,
        description="Records a minute that Kinesis rejects, for five minutes: the load more than doubled, or one "
        "partition key has too much of it.",
    )
    iterator_age_seconds: Annotated[
        int,
        Field(ge=1),
        Alarm(
            severity="warning",
            of="stream",
            metrics={"age": "GetRecords.IteratorAgeMilliseconds Maximum"},
            expression="age / 1000",
            breaches="above",
            datapoints=5,
            only_if=Condition(
                lambda watched: (
                    not any(watched.label in function.on_stream for function in watched.blocks.function.values())
                ),
                "no function reads the stream, which has such an alarm itself",
            ),
        ),
    ] = Field(
        default=300,
        description="Age of the records that consumers read, for five minutes; records are lost when they reach the "
        "stream's retention_period.",
    )
