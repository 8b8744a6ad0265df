"""Puts log events into a Firehose stream, each as one document for OpenSearch.

CloudWatch Logs sends several log events in one compressed record, which Firehose cannot deliver to OpenSearch:
[Send CloudWatch Logs to Firehose](https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs.html).
A subscription filter therefore invokes this function with them.

A document has `@timestamp`, `log_group`, `log_stream`, and `message`; if the message is a JSON object, `fields` has its
keys. A message that is too long for Firehose is cut, and the document has `shortened`.

If Firehose does not accept all documents within the function's timeout, the function fails: Lambda retries the event
twice, then sends it to the queue for failed events. Documents that were accepted before are then stored twice.

Environment variables:
- DELIVERY_STREAM: name of the Firehose stream. Required; a `search` block sets it.

Permissions: firehose:PutRecordBatch on the stream.
"""

import os
import time
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from .documents import documents, requests
from .settings import Settings

#: Seconds before the first retry; each further wait is twice as long.
_FIRST_WAIT = 0.5
#: Seconds that a request of Firehose may take.
_REQUEST = 3

logger = Logger(service="log_documents")
settings = Settings.read(os.environ)
firehose = boto3.client("firehose")


class DeliveryError(Exception):
    """Firehose did not accept all documents in time."""


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Process an event of a subscription filter. Raises DeliveryError."""
    count = 0
    for request in requests(documents(event)):
        _put(request, context)
        count += len(request)
    logger.debug("put", documents=count)


def _put(records: list[bytes], context: LambdaContext) -> None:
    """Put the records, and those again that Firehose rejected, for example because there are too many a second."""
    wait = _FIRST_WAIT
    while True:
        response = firehose.put_record_batch(
            DeliveryStreamName=settings.stream, Records=[{"Data": record} for record in records]
        )
        if not response["FailedPutCount"]:
            return
        results = response["RequestResponses"]
        records = [record for record, result in zip(records, results, strict=True) if "ErrorCode" in result]
        reason = next(f"{each['ErrorCode']} {each.get('ErrorMessage')}" for each in results if "ErrorCode" in each)
        if wait + _REQUEST > context.get_remaining_time_in_millis() / 1000:
            raise DeliveryError(f"Firehose did not accept {len(records)} documents in time: {reason}")
        time.sleep(wait)
        wait *= 2
