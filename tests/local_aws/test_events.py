"""EventBridge: rules match events and send them to their targets."""

import json
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from local_aws.emission import request_event
from local_aws.events_inputs import text
from local_aws.process import LocalAws
from tests.local_aws.alarms import Client, Inbox
from tests.local_aws.conftest import ACCOUNT, REGION
from tests.local_aws.functions import deploy, printed

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "1",
    "detail-type": "Order placed",
    "source": "shop",
    "account": ACCOUNT,
    "time": "2026-11-27T10:00:00Z",
    "region": REGION,
    "resources": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
    "detail": {
        "state": "open",
        "total": 250,
        "path": "/usr/lib/x.png",
        "address": "10.0.0.7",
        "note": None,
        "items": [{"kind": "book", "count": 1, "tags": ["new"]}, {"kind": "pen", "count": 5, "tags": []}],
    },
}


@pytest.fixture
def events(client: Client) -> Any:
    return client("events")


@pytest.fixture
def name() -> str:
    return f"e{uuid4().hex[:12]}"


def put_rule(events: Any, name: str, pattern: dict[str, Any], *arns: str, **target: Any) -> None:
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": str(each), "Arn": arn, **target} for each, arn in enumerate(arns)])


def place(events: Any, name: str, **entry: Any) -> Any:
    detail = json.dumps({"name": name})
    return events.put_events(Entries=[{"Source": "shop", "DetailType": "Order placed", "Detail": detail, **entry}])


@pytest.mark.parametrize(
    ("detail", "matches"),
    [
        ({"state": ["open", "new"]}, True),
        ({"state": ["closed"]}, False),
        ({"state": [{"prefix": "op"}]}, True),
        ({"state": [{"prefix": {"equals-ignore-case": "OP"}}]}, True),
        ({"state": [{"suffix": "en"}]}, True),
        ({"state": [{"suffix": {"equals-ignore-case": "EN"}}]}, True),
        ({"state": [{"equals-ignore-case": "OPEN"}]}, True),
        ({"state": [{"anything-but": "open"}]}, False),
        ({"state": [{"anything-but": ["closed", "new"]}]}, True),
        ({"state": [{"anything-but": {"prefix": "op"}}]}, False),
        ({"state": [{"anything-but": {"suffix": ".png"}}]}, True),
        ({"state": [{"anything-but": {"equals-ignore-case": ["OPEN"]}}]}, False),
        ({"path": [{"anything-but": {"wildcard": "*/lib/*"}}]}, False),
        ({"path": [{"wildcard": "/usr/*.png"}]}, True),
        ({"total": [{"numeric": [">", 200, "<=", 250]}]}, True),
        ({"total": [{"numeric": ["=", 5]}]}, False),
        ({"total": [250]}, True),
        ({"address": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"note": [None]}, True),
        ({"missing": [{"exists": False}]}, True),
        ({"missing": [{"exists": True}]}, False),
        ({"missing": [{"anything-but": "x"}]}, False),
        ({"$or": [{"state": ["closed"]}, {"total": [{"numeric": [">", 1]}]}]}, True),
        ({"$or": [{"state": ["closed"]}, {"total": [1]}]}, False),
        ({"items": {"kind": ["pen"]}}, True),
        ({"items": {"kind": ["cup"]}}, False),
        # Both fields have to be in one object.
        ({"items": {"kind": ["book"], "count": [5]}}, False),
        ({"items": {"kind": ["pen"], "count": [{"numeric": [">", 4]}]}}, True),
        ({"items": {"tags": ["new"]}}, True),
    ],
)
def test_pattern_of_details(events: Any, detail: dict[str, Any], matches: bool) -> None:
    pattern = {"source": ["shop"], "resources": ["arn:aws:s3:::b"], "detail": detail}
    assert events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(EVENT))["Result"] is matches


@pytest.mark.parametrize(
    ("operator", "problem"),
    [
        ({"begins": "x"}, "Unrecognized match type begins"),
        ({"prefix": "x", "suffix": "y"}, "Only one key"),
        ({"anything-but": {"numeric": [">", 1]}}, "Unsupported anything-but pattern numeric"),
        ({"exists": "yes"}, "exists"),
        ({"numeric": [">"]}, "numeric"),
    ],
)
def test_pattern_with_an_invalid_operator_is_an_error(events: Any, operator: dict[str, Any], problem: str) -> None:
    for pattern in ({"detail": {"a": [operator]}}, {"$or": [{"source": ["x"]}, {"detail": {"a": [operator]}}]}):
        with pytest.raises(ClientError, match=problem) as caught:
            events.put_rule(Name="invalid", EventPattern=json.dumps(pattern))
        assert caught.value.response["Error"]["Code"] == "InvalidEventPatternException"


def test_matching_event_reaches_its_topic(client: Client, events: Any, name: str) -> None:
    inbox = Inbox(client, name)
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("sns").set_topic_attributes(TopicArn=inbox.topic, AttributeName="KmsMasterKeyId", AttributeValue=key)
    put_rule(events, name, {"source": ["shop"], "detail": {"name": [name]}}, inbox.topic)
    place(events, "another")
    assert place(events, name, Resources=["arn:aws:s3:::a"])["FailedEntryCount"] == 0
    (event,) = inbox.read()
    assert (event["source"], event["account"], event["region"], event["resources"], event["detail"]) == (
        "shop",
        ACCOUNT,
        REGION,
        ["arn:aws:s3:::a"],
        {"name": name},
    )
    assert event["time"].endswith("Z") and "ingestion-time" not in event


@pytest.mark.usefixtures("function_role")
def test_event_reaches_a_function_and_a_queue(client: Client, events: Any, name: str) -> None:
    code = "import json\ndef handler(event, context):\n    print(json.dumps(event))\n"
    queue = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arns = deploy(client, name, code), f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    put_rule(events, name, {"detail": {"name": [name]}}, *arns, InputPath="$.detail")
    place(events, name)
    assert printed(client, name) == [{"name": name}]
    (message,) = client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {"name": name}


def test_disabled_rule_and_missing_target_do_not_fail(client: Client, events: Any, name: str) -> None:
    inbox = Inbox(client, name)
    missing = [f"arn:aws:sns:{REGION}:{ACCOUNT}:missing", f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/missing"]
    put_rule(events, name, {"detail": {"name": [name]}}, *missing, inbox.topic)
    assert place(events, name)["FailedEntryCount"] == 0
    assert len(inbox.read()) == 1
    events.disable_rule(Name=name)
    place(events, name)
    assert inbox.read() == []


def test_schedule_matches_no_event(client: Client, events: Any, name: str) -> None:
    inbox = Inbox(client, name)
    events.put_rule(Name=name, ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": inbox.topic}])
    place(events, name)
    assert inbox.read() == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"Input": '{"a": 1}'}, '{"a": 1}'),
        ({"InputPath": "$.detail.state"}, '"open"'),
        (
            {"InputTransformer": {"InputPathsMap": {"s": "$.detail.state"}, "InputTemplate": '"It is <s>, <none>."'}},
            '"It is open, ."',
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"s": "$.detail.state", "t": "$.detail.total", "i": "$.detail.items[1].tags"},
                    "InputTemplate": '{"s": <s>, "t": <t>, "i": <i>, "text": "<s> for <t>", "none": <none>}',
                }
            },
            '{"s": "open", "t": 250, "i": [], "text": "open for 250", "none": null}',
        ),
        (
            {
                "InputTransformer": {
                    "InputTemplate": '{"rule": "<aws.events.rule-name>", "at": "<aws.events.rule-arn>"}'
                }
            },
            '{"rule": "orders", "at": "arn:orders"}',
        ),
    ],
)
def test_target_receives_what_it_requests(target: dict[str, Any], expected: str) -> None:
    class Rule:
        name, arn = "orders", "arn:orders"

    assert text(Rule(), target, EVENT) == expected


def test_whole_event_can_be_part_of_a_template() -> None:
    class Rule:
        name, arn = "orders", "arn:orders"

    transformer = {"InputTemplate": '{"whole": <aws.events.event.json>, "rest": <aws.events.event>}'}
    found = json.loads(text(Rule(), {"InputTransformer": transformer}, EVENT | {"ingestion-time": 0}))
    assert found["whole"] == EVENT
    assert "detail" not in found["rest"]


def test_put_events_rejects_sources_of_aws(client: Client, events: Any, name: str) -> None:
    inbox = Inbox(client, name)
    put_rule(events, name, {"detail": {"name": [name]}}, inbox.topic)
    entry = {"DetailType": "x", "Detail": json.dumps({"name": name})}
    answer = events.put_events(Entries=[{**entry, "Source": "aws.ecs"}, {**entry, "Source": "shop"}])
    refused, accepted = answer["Entries"]
    assert answer["FailedEntryCount"] == 1
    assert refused["ErrorCode"] == "NotAuthorizedForSourceException"
    assert accepted["EventId"]
    assert [each["source"] for each in inbox.read()] == ["shop"]


def test_test_makes_aws_send_an_event(local_aws: LocalAws, client: Client, events: Any, name: str) -> None:
    inbox = Inbox(client, name)
    put_rule(events, name, {"source": ["aws.health"], "detail": {"name": [name]}}, inbox.topic)
    event = {"account": ACCOUNT, "region": REGION, "source": "aws.health", "detail-type": "AWS Health Event"}
    request_event(local_aws.endpoint, event | {"detail": {"name": name}, "resources": ["arn:aws:ec2:::x"]})
    (sent,) = inbox.read()
    assert (sent["source"], sent["detail-type"], sent["resources"]) == (
        "aws.health",
        "AWS Health Event",
        ["arn:aws:ec2:::x"],
    )
