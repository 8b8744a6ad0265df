"""Sends push notifications to mobile devices, through SNS platform applications for APNs and FCM.

Each message of a queue (published by the API to the topic, with raw message delivery) or record of a stream is one
notification to one device: {"endpoint": "arn:aws:sns:...:endpoint/GCM/...", "title": "...", "body": "..."}, with the
optional keys `data`, `collapse_id`, `ttl_seconds`, `priority`, `badge`, and `sound` (see pushes.py).

Each message has its own result, which is logged and counted as a metric:
- Sent: SNS accepted it.
- EndpointDisabled: the platform reported that the token is no longer valid. The app registers again when it is next
  opened, so the message is complete. EndpointGone: the endpoint was deleted.
- Failed: the message is not a notification, belongs to an unknown application, or was not accepted by SNS. Only these
  return to the queue or the stream; after several attempts they move to the dead-letter queue.

Environment variables:
- PLATFORM_APPLICATIONS: ARNs of the applications to send to, separated by commas. Required.
- TTL_SECONDS: time to live of notifications that do not set their own, 86400.

Permissions: sns:Publish on the applications' endpoints.
"""

import os
from collections.abc import Callable
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from .platforms import published
from .pushes import InvalidPushError, Push
from .settings import Settings

logger = Logger(service="push")
metrics = Metrics(namespace="Push", service="push")
settings = Settings.read(os.environ)
sns = boto3.client("sns")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process a batch of messages or records, and return the failed ones."""
    from_stream = event["Records"][0]["eventSource"] == "aws:kinesis"
    # A batch in which every message failed is not an error of the function: the reason for each message is logged.
    processor = BatchProcessor(
        EventType.KinesisDataStreams if from_stream else EventType.SQS, raise_on_entire_batch_failure=False
    )
    process = _process_record if from_stream else _process_message
    return process_partial_response(event, process, processor, context)


def _process_message(record: SQSRecord) -> str:
    return _send(record.message_id, lambda: record.body)


def _process_record(record: KinesisStreamRecord) -> str:
    return _send(record.kinesis.sequence_number, record.kinesis.data_as_text)


def _send(id: str, text: Callable[[], str]) -> str:
    """Return the message's result. Raises the exception with which it failed."""
    logger.append_keys(push_id=id, endpoint=None)
    try:
        push = Push.parse(text())
        logger.append_keys(endpoint=push.endpoint)
        if push.application not in settings.applications:
            raise InvalidPushError(f"its endpoint belongs to {push.application}, which is not in PLATFORM_APPLICATIONS")
        result = _publish(push, id)
    except Exception as error:
        metrics.add_metric("Failed", MetricUnit.Count, 1)
        logger.warning("Failed", reason=f"{type(error).__name__}: {error}")
        raise
    metrics.add_metric(result, MetricUnit.Count, 1)
    return result


def _publish(push: Push, id: str) -> str:
    try:
        sent = sns.publish(**published(push, id=id, ttl_seconds=settings.ttl_seconds))
    except sns.exceptions.EndpointDisabledException:
        result, sns_id = "EndpointDisabled", None
    except sns.exceptions.NotFoundException:
        result, sns_id = "EndpointGone", None
    else:
        result, sns_id = "Sent", sent["MessageId"]
    logger.info(result, sns_message_id=sns_id)
    return result
