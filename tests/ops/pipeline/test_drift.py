"""Drift reaches the alarm topic, and an unreachable topic hides none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from modules.settings import EnvironmentFile, load_file
from ops.pipeline.drift import MOST_LINES, publish
from ops.target import Target
from tests.support.environments import DEV, write

ALARMS = "\nalarms {\n}\n"


class Moto:
    """As much of a target as is asked for."""

    def session(self, _: str) -> boto3.Session:
        return boto3.Session(aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def queue() -> Iterator[Any]:
    """A queue that hears what the topic is told."""
    with mock_aws():
        session = Moto().session("")
        sns = session.client("sns", region_name="ap-northeast-2")
        sqs = session.client("sqs", region_name="ap-northeast-2")
        topic = sns.create_topic(Name="agora-dev-alarms-warning")["TopicArn"]
        url = sqs.create_queue(QueueName="heard")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield lambda: [json.loads(each["Body"]) for each in sqs.receive_message(QueueUrl=url).get("Messages", [])]


def environment(folder: Path, text: str) -> EnvironmentFile:
    # Moto's own account, whose topic it is.
    return load_file(write(folder, {"dev": text.replace("1" * 12, "123456789012")}) / "dev.hcl")


def told(file: EnvironmentFile, drifted: list[str]) -> None:
    publish(cast("Target", Moto()), file, drifted)


def test_the_alarm_topic_is_told(tmp_path: Path, queue: Any) -> None:
    told(environment(tmp_path, DEV + ALARMS), ["aws_vpc.network_vpc: changed outside Terraform (tags)"])
    (heard,) = queue()
    assert heard["Subject"] == "agora dev: changed outside Terraform"
    assert heard["Message"] == "aws_vpc.network_vpc: changed outside Terraform (tags)"


def test_much_drift_is_told_in_part(tmp_path: Path, queue: Any) -> None:
    told(environment(tmp_path, DEV + ALARMS), [f"aws_route.x{number}: is gone" for number in range(MOST_LINES + 2)])
    (heard,) = queue()
    assert heard["Message"].splitlines()[-1] == "... and 2 more, in the job's log"


def test_an_environment_without_alarms_tells_nobody(tmp_path: Path, queue: Any) -> None:
    told(environment(tmp_path, DEV), ["aws_vpc.network_vpc: is gone"])
    assert queue() == []


def test_a_topic_that_is_not_there_hides_no_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        told(environment(tmp_path, DEV + ALARMS), ["aws_vpc.network_vpc: is gone"])
    assert "the alarm topic could not be told" in capsys.readouterr().err
