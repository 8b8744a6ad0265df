"""SNS: a topic in one Region invokes a function in another."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.local_aws.alarms import START, Client, put_alarm
from tests.local_aws.functions import deploy, printed

CODE = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"


@pytest.mark.usefixtures("function_role")
def test_alarm_in_another_region_invokes_a_function(client: Client) -> None:
    name, keys = f"s{uuid4().hex[:12]}", {"region_name": "us-east-1"}
    arn, topics, cloudwatch = deploy(client, name, CODE), client("sns", **keys), client("cloudwatch", **keys)
    topic = topics.create_topic(Name=name)["TopicArn"]
    topics.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    put_alarm(cloudwatch, name, AlarmActions=[topic])
    datum: dict[str, Any] = {"MetricName": name, "Value": 9, "Timestamp": START}
    cloudwatch.put_metric_data(Namespace="AWS/Test", MetricData=[datum])
    (event,) = printed(client, name)
    (record,) = event["Records"]
    message = json.loads(record["Sns"]["Message"])
    assert record["EventSubscriptionArn"].startswith("arn:aws:sns:us-east-1:")
    assert (message["NewStateValue"], message["Region"]) == ("ALARM", "US East (N. Virginia)")
    assert message["AlarmArn"] == f"arn:aws:cloudwatch:us-east-1:333333333333:alarm:{name}"
