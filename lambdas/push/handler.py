"""Sends notifications to mobile devices, by SNS's platform applications for APNs and FCM.

A message of a queue (what the API published to the topic, as it published it) or a record of a stream is one
notification to one device: {"endpoint": "arn:aws:sns:...:endpoint/GCM/...", "title": "...", "body": "..."}, and as it
pleases `data`, `collapse_id`, `ttl_seconds`, `priority`, `badge`, `sound` (see pushes.py).

Each message has a result of its own, a line in the log and a metric:
- Sent: SNS took it.
- EndpointDisabled: the platform said that the token is not valid any more; the app registers anew when it is opened,
  so the message is done. EndpointGone: somebody deleted the endpoint.
- Failed: what is no notification, is for an application that is not ours, or what SNS did not take. These alone come
  back to the queue or the stream, and after some attempts lie among the dead letters.

Environment variables:
- PLATFORM_APPLICATIONS: ARNs of the applications whose endpoints are sent to, with commas between. Required.
- TTL_SECONDS: how long a notification is worth delivering when the message does not say, 86400.

Rights: sns:Publish to the applications' endpoints.
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
    """Take a batch of messages or records, and return those that failed."""
    from_stream = event["Records"][0]["eventSource"] == "aws:kinesis"
    # A batch of which nothing was sent is not an error of the function: each message has said why.
    processor = BatchProcessor(
        EventType.KinesisDataStreams if from_stream else EventType.SQS, raise_on_entire_batch_failure=False
    )
    take = _take_record if from_stream else _take_message
    return process_partial_response(event, take, processor, context)


def _take_message(record: SQSRecord) -> str:
    return _send(record.message_id, lambda: record.body)


def _take_record(record: KinesisStreamRecord) -> str:
    return _send(record.kinesis.sequence_number, record.kinesis.data_as_text)


def _send(id: str, text: Callable[[], str]) -> str:
    """Return the message's result. Raises what it failed for."""
    logger.append_keys(push_id=id, endpoint=None)
    try:
        push = Push.parse(text())
        logger.append_keys(endpoint=push.endpoint)
        if push.application not in settings.applications:
            raise InvalidPushError(f"its endpoint belongs to {push.application}, which is not among ours")
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
