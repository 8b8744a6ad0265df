"""SQS: both redrive policies are read back as they were set."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4


def test_redrive_policies_are_read_back(client: Callable[[str], Any]) -> None:
    sqs, name = client("sqs"), f"q{uuid4().hex}"
    arn = f"arn:aws:sqs:ap-northeast-2:333333333333:{name}"
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [arn]}
    dead = sqs.create_queue(QueueName=f"{name}-dead", Attributes={"RedriveAllowPolicy": json.dumps(allow)})
    redrive = {"deadLetterTargetArn": f"{arn}-dead", "maxReceiveCount": 3}
    queue = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": json.dumps(redrive)})

    def read(url: str, attribute: str) -> str:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"][attribute]
        return str(found)

    assert read(dead["QueueUrl"], "RedriveAllowPolicy") == json.dumps(allow, separators=(",", ":"))
    assert read(queue["QueueUrl"], "RedrivePolicy") == json.dumps(redrive, separators=(",", ":"))
