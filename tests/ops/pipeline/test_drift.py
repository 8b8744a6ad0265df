"""Drift is published to the alarm topic, and reported even if publishing fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from modules.environment_files import EnvironmentFile, load_file
from ops.pipeline.drift import MOST_LINES, drifted, publish
from ops.target import Target
from tests.support.environments import DEV, write

ALARMS = '\nfunction "notifier" {}\nalarms {\n  functions = ["notifier"]\n}\n'


class Moto:
    """A fake target with only the attributes that drift needs."""

    def session(self, _: str) -> boto3.Session:
        return boto3.Session(aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def queue() -> Iterator[Any]:
    """A queue that is subscribed to the topic."""
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
    # Moto's default account, which owns the topic.
    return load_file(write(folder, {"dev": text.replace("1" * 12, "123456789012")}) / "dev.hcl")


def published(file: EnvironmentFile, drifted: list[str]) -> None:
    publish(cast("Target", Moto()), file, drifted)


def test_drift_is_published_to_alarm_topic(tmp_path: Path, queue: Any) -> None:
    published(environment(tmp_path, DEV + ALARMS), ["aws_vpc.network_vpc: changed outside Terraform (tags)"])
    (heard,) = queue()
    assert heard["Subject"] == "agora dev: changed outside Terraform"
    assert heard["Message"].splitlines()[1:] == ["aws_vpc.network_vpc: changed outside Terraform (tags)"]


def test_long_drift_is_truncated(tmp_path: Path, queue: Any) -> None:
    published(
        environment(tmp_path, DEV + ALARMS),
        [f"aws_route.x{number}: deleted outside Terraform" for number in range(MOST_LINES + 2)],
    )
    (heard,) = queue()
    assert heard["Message"].splitlines()[-1] == "... and 2 more, in the job's log"


def test_environment_without_alarms_publishes_nothing(tmp_path: Path, queue: Any) -> None:
    published(environment(tmp_path, DEV), ["aws_vpc.network_vpc: deleted outside Terraform"])
    assert queue() == []


def test_missing_topic_is_only_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        published(environment(tmp_path, DEV + ALARMS), ["aws_vpc.network_vpc: deleted outside Terraform"])
    assert "not published to the alarm topic" in capsys.readouterr().err


def drift(kind: str, name: str, before: dict[str, Any], after: dict[str, Any] | None) -> dict[str, Any]:
    actions = ["delete"] if after is None else ["update"]
    change = {"actions": actions, "before": before, "after": after}
    return {"address": f"{kind}.{name}", "type": kind, "name": name, "change": change}


def test_values_set_by_scaling_and_pipelines_are_no_drift() -> None:
    stack = {
        "resource": {
            "aws_ecs_service": {"service_api": {"lifecycle": {"ignore_changes": ["task_definition", "desired_count"]}}},
            "aws_eks_node_group": {"eks_blue": {"lifecycle": {"ignore_changes": ["scaling_config[0].desired_size"]}}},
        }
    }
    before = {"task_definition": "api:1", "desired_count": 2, "tags": {}}
    service = ("aws_ecs_service", "service_api", before)
    plan = {
        "resource_drift": [
            drift(*service, {**before, "task_definition": "api:2", "desired_count": 4}),
            drift("aws_eks_node_group", "eks_blue", {"scaling_config": [2]}, {"scaling_config": [3]}),
        ]
    }
    assert drifted(plan, stack) == []
    by_hand = {"resource_drift": [drift(*service, {**before, "desired_count": 4, "tags": {"a": "b"}})]}
    assert drifted(by_hand, stack) == ["aws_ecs_service.service_api: changed outside Terraform (tags)"]
    assert drifted({"resource_drift": [drift(*service, None)]}, stack) == [
        "aws_ecs_service.service_api: deleted outside Terraform"
    ]
    assert drifted(plan, {}) != []


def test_code_that_a_pipeline_released_is_no_drift() -> None:
    ignored = {"lifecycle": {"ignore_changes": ["filename", "source_code_hash", "architectures"]}}
    stack = {"resource": {"aws_lambda_function": {"function_orders": ignored, "function_worker": {}}}}
    before = {"code_sha256": "a", "last_modified": "then", "version": "1", "qualified_arn": "x:1", "timeout": 10}
    after = {"code_sha256": "b", "last_modified": "now", "version": "2", "qualified_arn": "x:2", "timeout": 10}
    plan = {
        "resource_drift": [
            drift("aws_lambda_function", "function_orders", before, after),
            drift("aws_lambda_function", "function_worker", before, {**after, "version": "1", "qualified_arn": "x:1"}),
        ]
    }
    assert drifted(plan, stack) == [
        "aws_lambda_function.function_worker: changed outside Terraform (code_sha256, last_modified)"
    ]
    plan["resource_drift"] = [drift("aws_lambda_function", "function_orders", before, {**after, "timeout": 20})]
    assert drifted(plan, stack) == ["aws_lambda_function.function_orders: changed outside Terraform (timeout)"]
