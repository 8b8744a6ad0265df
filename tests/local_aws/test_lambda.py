"""Lambda: the deployed zip runs for every kind of invocation, and settings are read back."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from local_aws.lambda_events import failures
from local_aws.lambda_runs import Outcome
from modules.events.function.packaging import write_zip
from tests.local_aws.functions import ROLE, deploy, lines, printed

Client = Callable[[str], Any]

PRINT = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"

pytestmark = pytest.mark.usefixtures("function_role")


@pytest.fixture
def name() -> str:
    return f"f{uuid4().hex[:12]}"


def invoke(client: Client, name: str, event: Any, **how: str) -> Any:
    answer = client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **how)
    return answer, json.loads(answer["Payload"].read() or "null")


def test_deployed_code_runs_with_its_role(client: Client, name: str) -> None:
    code = """\
import boto3, os, sys
def handler(event, context):
    who = boto3.client("sts").get_caller_identity()["Arn"]
    return {"event": event, "who": who, "region": os.environ["AWS_REGION"], "set": os.environ["SET"],
            "name": context.function_name, "left": context.get_remaining_time_in_millis() > 1000,
            "here": __file__.startswith(os.environ["LAMBDA_TASK_ROOT"])}
"""
    deploy(client, name, code, Timeout=10, Environment={"Variables": {"SET": "by us"}})
    answer, value = invoke(client, name, {"a": 1}, LogType="Tail")
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer
    who = f"arn:aws:sts::333333333333:assumed-role/function/{name}"
    assert value == {
        "event": {"a": 1},
        "who": who,
        "region": "ap-northeast-2",
        "set": "by us",
        "name": name,
        "left": True,
        "here": True,
    }
    assert "START RequestId" in base64.b64decode(answer["LogResult"]).decode()


def test_function_cannot_import_packages_of_this_machine(client: Client, name: str) -> None:
    deploy(client, name, "def handler(event, context):\n    import pydantic\n", Timeout=10)
    answer, error = invoke(client, name, {})
    assert answer["FunctionError"] == "Unhandled"
    assert error["errorType"] == "ModuleNotFoundError"
    assert error["errorMessage"] == "No module named 'pydantic'"


def test_function_timeout_ends_it(client: Client, name: str) -> None:
    code = "import time\ndef handler(event, context):\n    print('begun', flush=True)\n    time.sleep(60)\n"
    deploy(client, name, code, Timeout=1)
    _, error = invoke(client, name, {})
    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert "begun" in lines(client, name)


def test_function_compiled_for_another_machine_is_not_run(client: Client, name: str) -> None:
    package = write_zip({f"{name}/handler.py": b"def handler(event, context): ...", "PIL/_imaging.so": b"compiled"})
    client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Role=ROLE, Handler="x.y", Code={"ZipFile": package}
    )
    _, error = invoke(client, name, {})
    assert "compiled for python3.13 on x86_64, and there is no zip for this machine" in error["errorMessage"]


def test_function_settings_are_read_back(client: Client, name: str) -> None:
    deploy(client, name, PRINT)
    functions = client("lambda")
    given = functions.get_function_configuration(FunctionName=name)["LoggingConfig"]
    assert given == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
        "LogGroup": f"/test/{name}",
    }
    functions.update_function_configuration(
        FunctionName=name, TracingConfig={"Mode": "Active"}, EphemeralStorage={"Size": 1024}
    )
    read = functions.get_function_configuration(FunctionName=name)
    assert (read["TracingConfig"], read["EphemeralStorage"]) == ({"Mode": "Active"}, {"Size": 1024})
    for retries in (0, 1):
        functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=retries)
        assert functions.get_function_event_invoke_config(FunctionName=name)["MaximumRetryAttempts"] == retries
    functions.update_function_code(FunctionName=name, ZipFile=write_zip({}), Architectures=["x86_64"])
    assert functions.get_function_configuration(FunctionName=name)["Architectures"] == ["x86_64"]


def test_object_invokes_a_function_that_uses_the_bucket(client: Client, name: str) -> None:
    code = """\
import boto3, json
def handler(event, context):
    (record,) = event["Records"]
    key = record["s3"]["object"]["key"]
    boto3.client("s3").put_object(Bucket=record["s3"]["bucket"]["name"], Key="out/" + key, Body=b"done")
    print(json.dumps(record["s3"]["object"]))
"""
    arn, s3, bucket = deploy(client, name, code, Timeout=10), client("s3"), f"bucket-{name}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    filter_ = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}
    uploads = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": filter_}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [uploads]}
    )
    for body in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="in/a b", Body=body)
    events = printed(client, name, 2)
    assert {event["key"] for event in events} == {"in%2Fa+b"}
    assert len({event["sequencer"] for event in events}) == 2
    assert s3.get_object(Bucket=bucket, Key="out/in%2Fa+b")["Body"].read() == b"done"


def test_failed_event_is_retried_and_sent_to_its_destination(client: Client, name: str) -> None:
    deploy(client, name, "def handler(event, context):\n    print('{}')\n    raise ValueError('broken')\n")
    queue = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    client("lambda").put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:ap-northeast-2:333333333333:{name}"}},
    )
    answer, _ = invoke(client, name, {"a": 1}, InvocationType="Event")
    assert answer["StatusCode"] == 202
    (message,) = client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    record = json.loads(message["Body"])
    assert record["requestPayload"] == {"a": 1}
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"]["errorMessage"] == "broken"
    assert len(printed(client, name, 2)) == 2


def test_topic_event_contains_source_subject_and_time(client: Client, name: str) -> None:
    arn, sns = deploy(client, name, PRINT), client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    policy = json.dumps({"severity": ["critical"]})
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn, Attributes={"FilterPolicy": policy})
    for severity in ("info", "critical"):
        attributes = {"severity": {"DataType": "String", "StringValue": severity}}
        sent = sns.publish(TopicArn=topic, Message=severity, Subject="x", MessageAttributes=attributes)["MessageId"]
    (event,) = printed(client, name)
    notification = event["Records"][0]["Sns"]
    assert (notification["Message"], notification["Subject"], notification["TopicArn"], notification["MessageId"]) == (
        "critical",
        "x",
        topic,
        sent,
    )
    assert notification["MessageAttributes"] == {"severity": {"Type": "String", "Value": "critical"}}


def test_queue_is_read_in_batches_and_failed_messages_return(client: Client, name: str) -> None:
    code = """\
import json
def handler(event, context):
    print(json.dumps({r["body"]: r["attributes"]["ApproximateReceiveCount"] for r in event["Records"]}))
    return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"] if r["body"] == "bad"]}
"""
    arn, sqs = deploy(client, name, code), client("sqs")
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:ap-northeast-2:333333333333:{name}-dead", "maxReceiveCount": 2}
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(redrive)}
    queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": each, "MessageBody": each} for each in ("good", "bad")])
    client("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:ap-northeast-2:333333333333:{name}",
        FunctionName=arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    # Each invocation writes to its own log stream, and the streams have no order.
    assert sorted(printed(client, name, 2), key=len) == [{"bad": "2"}, {"good": "1", "bad": "1"}]
    (message,) = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]
    assert message["Body"] == "bad"


@pytest.mark.parametrize(
    ("failed", "types", "value", "expected"),
    [
        (True, ["ReportBatchItemFailures"], {}, {"a", "b"}),
        (False, [], {"batchItemFailures": [{"itemIdentifier": "a"}]}, set()),
        (False, ["ReportBatchItemFailures"], None, set()),
        (False, ["ReportBatchItemFailures"], {"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
        (False, ["ReportBatchItemFailures"], {"batchItemFailures": [{"itemIdentifier": "x"}]}, {"a", "b"}),
        (False, ["ReportBatchItemFailures"], {"batchItemFailures": [{}]}, {"a", "b"}),
    ],
)
def test_failures_of_partial_batches(failed: bool, types: list[str], value: Any, expected: set[str]) -> None:
    class Mapping:
        function_response_types = types

    assert failures(Mapping(), Outcome("1", json.dumps(value).encode(), failed, ""), ["a", "b"]) == expected


def test_alarm_state_change_is_published_to_its_topic(client: Client, name: str) -> None:
    arn, sns, cloudwatch = deploy(client, name, PRINT), client("sns"), client("cloudwatch")
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        MetricName="CPUUtilization",
        Namespace="AWS/ECS",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
        Dimensions=[{"Name": "ServiceName", "Value": "api"}],
    )
    for _ in range(2):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried")
    (event,) = printed(client, name)
    notification = event["Records"][0]["Sns"]
    assert notification["Subject"] == f'ALARM: "{name}" in Asia Pacific (Seoul)'
    message = json.loads(notification["Message"])
    assert (message["NewStateValue"], message["OldStateValue"]) == ("ALARM", "INSUFFICIENT_DATA")
    assert message["Trigger"]["Dimensions"] == [{"name": "ServiceName", "value": "api"}]
    time.sleep(1)
    assert len(printed(client, name)) == 1, "a state that stays tells nothing"


def test_secret_without_a_value_is_rotated(client: Client, name: str) -> None:
    arn, secrets = deploy(client, name, PRINT), client("secretsmanager")
    secrets.create_secret(Name=name)
    secrets.rotate_secret(SecretId=name, RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 30})
    steps = [event["Step"] for event in printed(client, name, 4)]
    assert sorted(steps) == ["createSecret", "finishSecret", "setSecret", "testSecret"]


def test_a_function_that_connects_to_a_database_is_not_run(client: Client, name: str) -> None:
    rds = client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-mysql", ManageMasterUserPassword=True, MasterUsername="root"
    )
    host = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]["Endpoint"]
    deploy(client, name, PRINT, Environment={"Variables": {"HOST": host}})
    answer, value = invoke(client, name, {"users": {}})
    assert value is None and "FunctionError" not in answer
    assert f'not run: nothing responds at {host}; the event was {{"users": {{}}}}' in lines(client, name)
