"""Lambda: functions run, their settings are read back, and S3, SNS, SQS, and EventBridge invoke them.

- AWS: an invocation runs the function. Moto 5.2.5 needs a container engine for that, and without one returns the event.
  Added: the deployed zip runs in a local Python process (`lambda_runs`), for an invocation by the API while the caller
  waits, for an event of a service asynchronously (`lambda_events`).
  A function that connects to a database is not run (`lambda_databases`).
- AWS: an event source mapping reads its queue in batches, deletes the messages that the function has processed, and
  leaves the others until they become visible again. Moto invokes once for each message with invented attributes, and
  makes failed messages visible immediately, without limit. Added: batches, partial responses, and the queue's
  visibility timeout.
- AWS: the events of SNS and S3 contain source, subject, and time. Moto's events contain examples instead of the topic,
  the message's ID, and its attributes, and neither a version nor a sequencer. Added: the real values.
- AWS: GetFunctionConfiguration returns the logging configuration, and an update accepts everything that a creation
  does. Moto drops the first, and supports a part of the second. Added: all settings are read back.
"""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

from local_aws.lambda_events import later, read_queues
from local_aws.lambda_runs import Run
from local_aws.turns import aside

_sequence = itertools.count(time.time_ns())


def install() -> None:
    """Let Moto's functions run."""
    from moto.awslambda.models import LambdaBackend, LambdaFunction
    from moto.awslambda_simple.models import LambdaSimpleBackend
    from moto.events import notifications as rules
    from moto.s3 import notifications as objects
    from moto.sns.models import Subscription

    from local_aws.extend import add, replace

    replace(LambdaSimpleBackend, "invoke", _invoke_by_api)
    replace(LambdaFunction, "invoke", _invoke_by_service)
    replace(LambdaFunction, "__init__", _keeping_logging(LambdaFunction.__init__))
    add(LambdaFunction, _with_logging(LambdaFunction.get_configuration))
    add(LambdaFunction, _taking_the_rest(LambdaFunction.update_configuration))
    add(LambdaFunction, _taking_architectures(LambdaFunction.update_function_code))
    add(LambdaBackend, _read_in_batches(LambdaBackend.create_event_source_mapping))
    add(Subscription, _invoking_functions(Subscription.publish))
    replace(objects, "_get_s3_event", _with_sequencer(objects._get_s3_event))
    replace(rules, "_invoke_lambda", _invoke_by_rule)


def _invoke_by_api(
    backend: Any, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
) -> bytes:
    """Invoke: synchronously, asynchronously, or as a dry run, as requested."""
    function = backend.get_function(function_name, qualifier)
    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    event = json.loads(body or "{}")
    if kind == "Event":
        later(function, event)
    if kind != "RequestResponse":
        return b""
    run = Run.of(function)
    with aside():
        outcome = run.invoke(event)
    response_headers["x-amz-executed-version"] = run.version
    response_headers["x-amz-log-result"] = outcome.log_tail
    if outcome.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    return outcome.payload


def _invoke_by_service(function: Any, body: Any, request_headers: Any, response_headers: Any) -> bytes:  # noqa: ARG001
    """Handle an event of a service, which does not wait for a response."""
    later(function, json.loads(body or "{}"))
    return b""


def _invoke_by_rule(account_id: str, fn_arn: str, event: Any) -> None:
    """Handle the event of an EventBridge rule."""
    from moto.awslambda.utils import get_backend

    later(get_backend(account_id, fn_arn.split(":")[3]).get_function(fn_arn), event)


def _keeping_logging(begin: Callable[..., None]) -> Callable[..., None]:
    def initialize(function: Any, account_id: str, spec: dict[str, Any], *rest: Any, **named: Any) -> None:
        begin(function, account_id, spec, *rest, **named)
        function.logging_config = _logging(function, spec.get("LoggingConfig") or {})

    return initialize


def _logging(function: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration with Lambda's defaults.

    [LoggingConfig](https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html).
    """
    defaults: dict[str, Any] = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"}
    if given.get("LogFormat") == "JSON":
        defaults |= {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    return {**defaults, **{name: value for name, value in given.items() if value}}


def _with_logging(get: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def get_configuration(function: Any, on_create: bool = False) -> dict[str, Any]:
        return {**get(function, on_create), "LoggingConfig": function.logging_config}

    return get_configuration


def _taking_the_rest(update: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def update_configuration(function: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        if "LoggingConfig" in config_updates:
            function.logging_config = _logging(function, config_updates["LoggingConfig"] or {})
        if "TracingConfig" in config_updates:
            function.tracing_config = config_updates["TracingConfig"]
        if "EphemeralStorage" in config_updates:
            function.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        return update(function, config_updates)

    return update_configuration


def _taking_architectures(update: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def update_function_code(function: Any, updated_spec: dict[str, Any]) -> dict[str, Any]:
        if updated_spec.get("Architectures"):
            function.architectures = updated_spec["Architectures"]
        return update(function, updated_spec)

    return update_function_code


def _read_in_batches(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_event_source_mapping(backend: Any, spec: dict[str, Any]) -> Any:
        from moto.sqs.models import sqs_backends

        mapping = create(backend, spec)
        for queue in sqs_backends[backend.account_id][backend.region_name].queues.values():
            # Moto invokes the functions in this list as soon as a message arrives.
            queue.lambda_event_source_mappings.clear()
        read_queues()
        return mapping

    return create_event_source_mapping


def _invoking_functions(publish_to_others: Callable[..., None]) -> Callable[..., None]:
    def publish(subscription: Any, message: str, message_id: str, **named: Any) -> None:
        if subscription.protocol != "lambda":
            publish_to_others(subscription, message, message_id, **named)
            return
        attributes = named.get("message_attributes") or {}
        matcher = subscription._filter_policy_matcher
        if matcher is not None and not matcher.matches(attributes, message):
            return
        if named.get("message_structure") == "json":
            message = subscription._parse_message_structure(message, "lambda")
        _invoke(subscription, message, message_id, named.get("subject"), attributes)

    return publish


def _invoke(subscription: Any, message: str, message_id: str, subject: str | None, attributes: dict[str, Any]) -> None:
    """Invoke with the example event of [Invoking Lambda functions with Amazon SNS notifications]
    (https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html).
    """
    from moto.awslambda.utils import get_backend

    notification = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": subscription.topic.arn,
        "Subject": subject,
        "Message": message,
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "SignatureVersion": "1",
        "Signature": "not signed",
        "SigningCertUrl": "",
        "UnsubscribeUrl": "",
        "MessageAttributes": {
            name: {"Type": each["Type"], "Value": str(each["Value"])} for name, each in attributes.items()
        },
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": notification,
    }
    backend = get_backend(subscription.account_id, subscription.endpoint.split(":")[3])
    later(backend.get_function(subscription.endpoint), {"Records": [record]})


def _with_sequencer(get: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Add the version and the sequence of events for a key.

    [Event message structure]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
    """

    def _get_s3_event(event_name: str, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
        event = get(event_name, bucket, key, notification_id)
        (record,) = event["Records"]
        record["s3"]["bucket"]["ownerIdentity"] = {"principalId": bucket.account_id}
        record["s3"]["object"]["sequencer"] = f"{next(_sequence):016X}"
        if getattr(key, "version_id", None) not in (None, "null"):
            record["s3"]["object"]["versionId"] = key.version_id
        return event

    return _get_s3_event
