"""Releases of a function that its pipeline owns: everything invokes the version in service, and no plan reverts it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from modules.events.function.packaging import write_zip
from ops.function_release.release import FunctionReleases, Wanted
from tests.local.applied import Applied, changed, planned
from tests.local.roles import clients_of_role
from tests.support.waiting import awaited

FUNCTION = "mobile-events-orders"
ROLE = "arn:aws:iam::555555555555:role/mobile-events-function-orders-release"
#: Sends what invoked it, and which release it is, to the queue `results`.
CODE = """\
import json, os
import boto3

def handler(event, context):
    source = event["Records"][0] if "Records" in event else {{}}
    kind = source.get("eventSource") or source.get("EventSource") or "direct"
    result = [kind, "{release}", os.environ["CURRENCY"]]
    if kind != "direct":
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_RESULTS_URL"], MessageBody=json.dumps(result))
    return result
"""


@pytest.fixture
def package(tmp_path: Path) -> Callable[[str], Path]:
    def write(release: str) -> Path:
        path = tmp_path / "dist.zip"
        path.write_bytes(write_zip({"orders/app.py": CODE.format(release=release).encode()}))
        return path

    return write


def releases(events: Applied) -> FunctionReleases:
    """Return the releases with the permissions of the application's pipeline."""
    clients = clients_of_role(events.target, events.file, ROLE)
    return FunctionReleases(events.target, events.file, "orders", clients=clients)


def answer(events: Applied) -> Any:
    found = events.client("lambda").invoke(FunctionName=FUNCTION, Qualifier="live", Payload="{}")
    return json.loads(found["Payload"].read())


def results(events: Applied, url: str) -> list[list[str]]:
    received = events.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(each["Body"]) for each in received.get("Messages", [])]


def test_everything_invokes_the_released_version(
    applied: Mapping[str, Applied], package: Callable[[str], Path]
) -> None:
    events = applied["events"]
    outputs = events.terraform.outputs()
    assert "no code was released yet" in answer(events)["errorMessage"]
    assert releases(events).release(Wanted(package("one"), tag="v1.0.0")).result == "in service"
    assert answer(events) == ["direct", "one", "KRW"]

    events.client("sqs").send_message(QueueUrl=outputs["queue_urls"]["orders"], MessageBody="order")
    events.client("sns").publish(TopicArn=outputs["topic_arns"]["news"], Message="news")
    events.client("s3").put_object(Bucket=outputs["bucket_names"]["orders"], Key="incoming/order", Body=b"1")
    found: list[list[str]] = []
    kinds = {"aws:sqs", "aws:sns", "aws:s3"}
    url = outputs["queue_urls"]["results"]

    def all_invoked() -> bool:
        found.extend(results(events, url))
        return {each[0] for each in found} >= kinds

    assert awaited(all_invoked)
    assert {each[1] for each in found} == {"one"}
    events.client("s3").delete_object(Bucket=outputs["bucket_names"]["orders"], Key="incoming/order")

    assert events.terraform.plan() is False, events.terraform.show_plan()
    assert releases(events).release(Wanted(package("two"))).before == "2"
    assert answer(events) == ["direct", "two", "KRW"]
    assert releases(events).roll_back(None).version == "2"
    assert answer(events) == ["direct", "one", "KRW"]


def test_changed_configuration_is_published_and_waits_for_a_release(
    applied: Mapping[str, Applied], tmp_path: Path
) -> None:
    events = applied["events"]
    terraform = changed(events, tmp_path, ('CURRENCY = "KRW"', 'CURRENCY = "USD"'))
    changes = {address: change for address, change in planned(terraform).items() if change["actions"] != ["no-op"]}
    (change,) = changes.values()
    assert list(changes) == ["aws_lambda_function.function_orders"]
    assert change["actions"] == ["update"]
    assert change["after_unknown"]["version"] is True
