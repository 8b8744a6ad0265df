"""Rows of functions, queues, topics, streams, and schedules."""

from ops.guard.builders import UNKNOWN_ALLOWED, ends, guards, lost, noted, stops, weakens
from ops.guard.harms import becomes, leaves, less, off
from ops.guard.plan import Parent
from ops.guard.rows import Row

# fmt: off
# ruff: noqa: E501 - a row is a line
EVENTS: tuple[Row, ...] = (
    lost("aws_kinesis_stream", "its records"),
    lost("aws_sns_topic", "its subscriptions"),
    lost("aws_sqs_queue", "its messages"),
    # Records wait for at most a day: in a new stream, those that were not delivered are missing.
    lost("aws_kinesis_firehose_delivery_stream", "the records that it has not delivered yet"),
    weakens("aws_kinesis_firehose_delivery_stream", "server_side_encryption.enabled", off, "would no longer be encrypted with our key"),
    ends("aws_kinesis_stream", "retention_period", less, "would keep its records for a shorter time"),
    weakens("aws_kinesis_stream", "encryption_type", leaves("KMS"), "would no longer be encrypted"),
    ends("aws_sqs_queue", "message_retention_seconds", less, "would keep its messages for a shorter time"),
    weakens("aws_sqs_queue", "redrive_policy", off, "would have no dead-letter queue"),
    weakens("aws_sqs_queue", "sqs_managed_sse_enabled", off, "would no longer be encrypted"),
    ends("aws_lambda_event_source_mapping", "enabled", off, "would stop reading: messages would expire unread"),
    ends("aws_lambda_function", "reserved_concurrent_executions", becomes(0), "would no longer run"),
    noted(ends("aws_lambda_function", "reserved_concurrent_executions", less, "would run fewer times at once")),
    noted(ends("aws_lambda_function", "dead_letter_config", off, "would have no destination for failures")),
    noted(ends("aws_lambda_function", "vpc_config.subnet_ids", off, "would run outside the VPC")),
    stops("aws_lambda_alias", "the version that everything invokes", parent=Parent("function_name", ("aws_lambda_function",))),
    noted(ends("aws_lambda_provisioned_concurrency_config", "provisioned_concurrent_executions", less, "would have fewer initialized execution environments")),
    noted(ends("aws_lambda_function_event_invoke_config", "destination_config", off, "would have no destination for failures", **UNKNOWN_ALLOWED)),
    stops("aws_lambda_event_source_mapping", "the reader of its source: messages would expire unread", parent=Parent("event_source_arn", ("aws_sqs_queue", "aws_kinesis_stream"))),
    stops("aws_sns_topic_subscription", "the notifications of its endpoint", parent=Parent("topic_arn", ("aws_sns_topic",))),
    ends("aws_scheduler_schedule", "state", leaves("ENABLED"), "would no longer run"),
    noted(guards("aws_scheduler_schedule", "what it starts would no longer run")),
    ends("aws_cloudwatch_event_rule", "state", leaves("ENABLED"), "would no longer run"),
)
