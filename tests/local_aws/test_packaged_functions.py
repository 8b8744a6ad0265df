"""The functions of lambdas/ on the embedded AWS, with the packages that are deployed."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from local_aws.process import LocalAws
from modules.environment_files import load
from modules.events.function.packaging import Packages, Target
from modules.foundation.policies import allow, assumed_by, document
from ops.functions import build, build_for_here
from ops.workspace import PROJECT
from tests.support.environments import DEV, write
from tests.support.slack import fake_slack
from tests.support.waiting import awaited

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def packages(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Built as with `make local`: for AWS, and a second time if this machine needs it."""
    thumbnail = 'function "thumbnail" {\n  environment = { SIZES = "32x32" }\n}\n'
    slack_alarm = 'function "slack-alarm" {\n  environment = { SECRET_SLACK_WEBHOOK_ARN = "slack-webhook" }\n}\n'
    text = DEV + thumbnail + slack_alarm
    environment = load(write(tmp_path_factory.mktemp("envs"), {"dev": text}))["dev"].settings
    packages = Packages(PROJECT / "lambdas", tmp_path_factory.mktemp("built"))
    build(packages, [environment], os.environ)
    build_for_here(packages, environment, local_aws.packages_for_here, os.environ)
    return packages


@pytest.fixture(scope="module")
def role(client: Client) -> str:
    name = f"packaged-{uuid4().hex[:8]}"
    trust = assumed_by("lambda.amazonaws.com", None)
    arn = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    actions = ["s3:*", "secretsmanager:GetSecretValue", "sns:*"]
    allowed = document([allow("Everything", actions=actions, resources=["*"])])
    client("iam").put_role_policy(RoleName=name, PolicyName="function", PolicyDocument=allowed)
    return str(arn)


def deploy(client: Client, packages: Packages, role: str, code: str, **environment: str) -> str:
    created = client("lambda").create_function(
        FunctionName=f"{code}-{uuid4().hex[:8]}",
        Runtime="python3.13",
        Role=role,
        Handler=f"{code}.handler.handler",
        Code={"ZipFile": packages.find(code, Target()).read_bytes()},
        Architectures=["arm64"],
        MemorySize=1024,
        Timeout=30,
        Environment={"Variables": environment},
    )
    return str(created["FunctionArn"])


def test_alarm_is_posted_to_slack(client: Client, packages: Packages, role: str) -> None:
    sns, cloudwatch, name = client("sns"), client("cloudwatch"), f"api 5xx {uuid4().hex[:8]}"
    topic = sns.create_topic(Name=f"{uuid4().hex[:8]}-critical")["TopicArn"]
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription="Users see errors",
        MetricName="HTTPCode_Target_5XX_Count",
        Namespace="AWS/ApplicationELB",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=10,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
        OKActions=[topic],
    )
    with fake_slack() as slack:
        secret = client("secretsmanager").create_secret(Name=f"hook-{uuid4().hex}", SecretString=slack.url)["ARN"]
        function = deploy(client, packages, role, "slack_alarm", SECRET_SLACK_WEBHOOK_ARN=secret)
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="Threshold Crossed: 12 > 10")
        awaited(lambda: len(slack.posted) == 1)
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="calm again")
        awaited(lambda: len(slack.posted) == 2)
    assert name in json.dumps(slack.posted[0])
    assert "Threshold Crossed" in json.dumps(slack.posted[0])


def test_uploaded_image_gets_thumbnails(client: Client, packages: Packages, role: str, tmp_path: Path) -> None:
    arn = deploy(client, packages, role, "thumbnail", SIZES="64x64")
    s3, bucket = client("s3"), f"pictures-{uuid4().hex}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    uploads = {
        "LambdaFunctionArn": arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "uploads/"}]}},
    }
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [uploads]}
    )
    Image.new("RGBA", (300, 600), "blue").save(tmp_path / "a.png")
    s3.upload_file(str(tmp_path / "a.png"), bucket, "uploads/여름 + a.png")
    found: list[Any] = []

    def look() -> bool:
        found[:] = s3.list_objects_v2(Bucket=bucket, Prefix="thumbnails/").get("Contents", [])
        return bool(found)

    awaited(look)
    (thumbnail,) = found
    assert thumbnail["Key"] == "thumbnails/64x64/여름 + a.png"
    body = s3.get_object(Bucket=bucket, Key=thumbnail["Key"])["Body"].read()
    assert Image.open(io.BytesIO(body)).size == (32, 64)
