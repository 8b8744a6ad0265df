"""Asynchronous events, and queues that Lambda reads: processed in parallel to requests.

AWS retries a failed event after one minute and after two; here it is seconds. After the last attempt, the event goes to
the destination that the function names, as on AWS.
"""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local_aws.lambda_runs import Outcome, Run
from local_aws.lambda_versions import invoke_config, qualifier_of
from local_aws.turns import turn

#: Seconds before the second and the third attempt.
RETRY_SECONDS = (1, 2)
#: Seconds between two polls of the queues.
POLL_SECONDS = 0.2
#: Concurrent batches of a queue: [Using Lambda with Amazon SQS]
#: (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html) begins with five.
BATCHES_AT_ONCE = 5

_workers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="lambda")
_polling = threading.Event()
_in_flight: dict[str, int] = {}


def later(function: Any, event: Any) -> None:
    """Invoke the function asynchronously. Called with the lock."""
    backend, name = _backend(function), function.function_name
    qualifier = qualifier_of(function) or (None if function.version == "$LATEST" else str(function.version))
    name = f"{name}:{qualifier}" if qualifier else name
    _workers.submit(_reported, lambda: _until_done(backend, name, event))


def read_queues() -> None:
    """Start to read the queues of event source mappings, once."""
    if not _polling.is_set():
        _polling.set()
        threading.Thread(target=_poll, daemon=True).start()


def _until_done(backend: Any, name: str, event: Any) -> None:
    """Invoke with retries, and send an event whose last attempt failed to its destination."""
    tries = 0
    while True:
        with turn():
            function = _found(backend, name)
            if function is None:
                return
            config = invoke_config(function)
            run = Run.of(function)
        outcome = run.invoke(event)
        tries += 1
        if not outcome.failed:
            return
        if tries > config.get("MaximumRetryAttempts", len(RETRY_SECONDS)):
            break
        time.sleep(RETRY_SECONDS[tries - 1])
    destination = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if destination:
        with turn():
            _send(backend, destination, _record(run, event, outcome, tries))


def _record(run: Run, event: Any, outcome: Outcome, tries: int) -> dict[str, Any]:
    """[Capturing records of Lambda asynchronous invocations]
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
    """
    return {
        "version": "1.0",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "requestContext": {
            "requestId": outcome.request_id,
            "functionArn": run.arn if ":" in run.arn.partition(":function:")[2] else f"{run.arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": tries,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": run.version, "functionError": "Unhandled"},
        "responsePayload": outcome.value,
    }


def _send(backend: Any, arn: str, record: dict[str, Any]) -> None:
    from moto.sns.models import sns_backends
    from moto.sqs.models import sqs_backends

    service, region, account, name = arn.split(":")[2:6]
    if service == "sqs":
        sqs_backends[account][region].send_message(name, json.dumps(record))
    elif service == "sns":
        sns_backends[account][region].publish(json.dumps(record), arn=arn)
    else:
        print(f"lambda: no record is sent to {arn} of {backend.account_id}: only queues and topics are supported")


def _poll() -> None:
    while True:
        with turn():
            batches = list(_batches())
        for mapping, backend, messages in batches:
            _workers.submit(_reported, lambda work=(mapping, backend, messages): _work(*work))  # type: ignore[misc]
        time.sleep(POLL_SECONDS)


def _batches() -> Any:
    """Yield the messages in the queues of all accounts, in batches for their mappings. Called with the lock."""
    from moto.awslambda_simple.models import lambda_simple_backends
    from moto.sqs.models import sqs_backends

    for backends in list(lambda_simple_backends.values()):
        for region, backend in list(backends.items()):
            for mapping in list(backend._event_source_mappings.values()):
                service, name = mapping.event_source_arn.split(":")[2], mapping.event_source_arn.split(":")[5]
                queue = sqs_backends[backend.account_id][region].queues.get(name) if service == "sqs" else None
                if queue is None or not mapping.enabled or _in_flight.get(mapping.uuid, 0) >= BATCHES_AT_ONCE:
                    continue
                queues, visibility_timeout = (
                    sqs_backends[backend.account_id][region],
                    queue.attributes["VisibilityTimeout"],
                )
                messages = queues.receive_message(name, mapping.batch_size, 0, int(visibility_timeout), ["All"])
                if messages:
                    _in_flight[mapping.uuid] = _in_flight.get(mapping.uuid, 0) + 1
                    yield mapping, backend, messages


def _work(mapping: Any, backend: Any, messages: list[Any]) -> None:
    """Invoke the function with a batch, and delete the processed messages; the others become visible again."""
    from moto.sqs.models import sqs_backends

    try:
        with turn():
            function = _found(backend, mapping.function_arn)
            if function is None:
                return
            run = Run.of(function)
        outcome = run.invoke({"Records": [_message(mapping, backend, message) for message in messages]})
        with turn():
            queues = sqs_backends[backend.account_id][backend.region_name]
            for message in messages:
                if message.id not in failures(mapping, outcome, [each.id for each in messages]):
                    queues.delete_message(mapping.event_source_arn.split(":")[5], message.receipt_handle)
    finally:
        with turn():
            _in_flight[mapping.uuid] -= 1


def failures(mapping: Any, outcome: Outcome, ids: list[str]) -> set[str]:
    """Return the failed messages: all if the response is invalid.

    [Handling errors for an SQS event source in Lambda, Implementing partial batch responses]
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
    """
    if outcome.failed:
        return set(ids)
    if "ReportBatchItemFailures" not in (mapping.function_response_types or []):
        return set()
    items = outcome.value.get("batchItemFailures") if isinstance(outcome.value, dict) else None
    named = {each.get("itemIdentifier") for each in items or []}
    return set(ids) if named - set(ids) else named


def _message(mapping: Any, backend: Any, message: Any) -> dict[str, Any]:
    """ "Using Lambda with Amazon SQS, Example Amazon SQS message event"."""
    attributes = {
        name: {
            "dataType": each["DataType"],
            **({"stringValue": each["StringValue"]} if "StringValue" in each else {}),
            **({"binaryValue": each["BinaryValue"]} if "BinaryValue" in each else {}),
        }
        for name, each in message.message_attributes.items()
    }
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        },
        "messageAttributes": attributes,
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.event_source_arn,
        "awsRegion": backend.region_name,
    }


def _backend(function: Any) -> Any:
    from moto.awslambda.utils import get_backend

    return get_backend(function.account_id, function.region)


def _found(backend: Any, name: str) -> Any:
    """Return the function, or None if it was deleted meanwhile."""
    try:
        return backend.get_function(name)
    except Exception:
        return None


def _reported(work: Callable[[], None]) -> None:
    """Do the work; an internal error is printed to the server's log, since nobody waits for a result."""
    import traceback

    try:
        work()
    except Exception:
        traceback.print_exc()
