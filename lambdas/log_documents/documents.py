"""Documents: one for each log event, and requests of Firehose that hold several of them."""

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

#: [PutRecordBatch](https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html): bytes of a
#: record, bytes of a request, and records in a request.
RECORD_LIMIT = 1000 * 1024
REQUEST_LIMIT = 4 * 1024**2
RECORDS_LIMIT = 500
#: Characters that remain of a message that is too long for a record; escaped, a character has at most 12 bytes.
SHORTENED = 50_000


def documents(event: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the documents of an event of CloudWatch Logs; none for a control message, which only tests the destination.

    [CloudWatch Logs User Guide, Subscription filters with AWS Lambda]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample).
    """
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if data["messageType"] != "DATA_MESSAGE":
        return
    for each in data["logEvents"]:
        source = {"log_group": data["logGroup"], "log_stream": data["logStream"]}
        yield _document(source, each["timestamp"], each["message"])


def requests(records: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the records in lists that Firehose accepts as one request."""
    request: list[bytes] = []
    size = 0
    for record in records:
        if request and (len(request) == RECORDS_LIMIT or size + len(record) > REQUEST_LIMIT):
            yield request
            request, size = [], 0
        request.append(record)
        size += len(record)
    if request:
        yield request


def _document(source: Mapping[str, str], milliseconds: int, message: str) -> bytes:
    """Return the document on one line, with the fields of a message that is a JSON object."""
    time = datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    document = {"@timestamp": time.replace("+00:00", "Z"), **source, "message": message}
    fields = _fields(message)
    encoded = json.dumps({**document, "fields": fields} if fields else document).encode()
    if len(encoded) <= RECORD_LIMIT:
        return encoded
    return json.dumps({**document, "message": message[:SHORTENED], "shortened": True}).encode()


def _fields(message: str) -> Any:
    if not message.startswith("{"):
        return None
    try:
        return json.loads(message)
    except ValueError:
        return None
