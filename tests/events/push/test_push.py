"""The synthesized JSON of push notifications."""

import json
from pathlib import Path

from ops.workspace import stack_folder
from tests.support.template import Template

ACCOUNT = "arn:aws:sns:ap-northeast-2:333333333333"


def test_push_source_topic_has_a_queue_between_topic_and_function(prod: Template) -> None:
    subscription = prod.resource("aws_sns_topic_subscription.queue_push_mobile_from_push_mobile")
    assert subscription["topic_arn"] == "${aws_sns_topic.topic_push_mobile.arn}"
    assert subscription["endpoint"] == "${aws_sqs_queue.queue_push_mobile.arn}"
    assert subscription["raw_message_delivery"] is True
    redrive = json.loads(prod.resource("aws_sqs_queue.queue_push_mobile")["redrive_policy"])
    assert redrive == {"deadLetterTargetArn": "${aws_sqs_queue.queue_push_mobile_dead.arn}", "maxReceiveCount": 5}
    for queue in ("queue_push_mobile", "queue_push_mobile_dead"):
        assert prod.resource(f"aws_sqs_queue.{queue}")["kms_master_key_id"]
        assert prod.policy(f"aws_sqs_queue.{queue}")[0]["Sid"] == "TlsOnly"


def test_push_function_can_send_only_to_its_applications(prod: Template) -> None:
    function = prod.resource("aws_lambda_function.function_push_mobile")
    assert function["handler"] == "push.handler.handler"
    assert function["environment"]["variables"] == {
        "PLATFORM_APPLICATIONS": f"{ACCOUNT}:app/APNS/agora-prod-mobile,{ACCOUNT}:app/GCM/agora-prod-mobile",
        "TTL_SECONDS": "86400",
    }
    allowed = {each["Sid"]: each for each in prod.policy("aws_iam_role_policy.function_push_mobile")}
    assert allowed["Push"]["Action"] == ["sns:Publish"]
    assert allowed["Push"]["Resource"] == [
        f"{ACCOUNT}:app/APNS/agora-prod-mobile",
        f"{ACCOUNT}:endpoint/APNS/agora-prod-mobile/*",
        f"{ACCOUNT}:app/GCM/agora-prod-mobile",
        f"{ACCOUNT}:endpoint/GCM/agora-prod-mobile/*",
    ]


def test_push_only_failed_messages_return_to_the_queue(prod: Template) -> None:
    mapping = prod.resource("aws_lambda_event_source_mapping.function_push_mobile_on_queue_push_mobile")
    assert mapping["function_response_types"] == ["ReportBatchItemFailures"]


def test_push_credentials_are_not_in_the_stack(prod: Template) -> None:
    assert not prod.resources("aws_sns_platform_application")


def test_push_output_contains_topic_and_applications(prod: Template) -> None:
    output = prod.json["output"]["push"]["value"]["mobile"]
    assert output["topic_arn"] == "${aws_sns_topic.topic_push_mobile.arn}"
    assert set(output["applications"]) == {"APNS", "GCM"}


def test_push_source_stream_has_no_queue(further: Path) -> None:
    template = Template(stack_folder(further, "events"))
    stream = template.resource("aws_kinesis_stream.stream_push_wearable")
    assert (stream["encryption_type"], stream["stream_mode_details"]) == ("KMS", {"stream_mode": "ON_DEMAND"})
    mapping = template.resource("aws_lambda_event_source_mapping.function_push_wearable_on_stream_push_wearable")
    assert mapping["bisect_batch_on_function_error"] is True
    assert mapping["maximum_retry_attempts"] == 4
    assert mapping["destination_config"]["on_failure"]
    assert not [name for name in template.resources("aws_sqs_queue") if name.startswith("queue_push")]
    variables = template.resource("aws_lambda_function.function_push_wearable")["environment"]["variables"]
    assert variables["PLATFORM_APPLICATIONS"] == "arn:aws:sns:us-east-1:555555555555:app/GCM/wearable_android"
