"""A session in production: its event passes the synthesized rule, and reaches the topic of the alarms."""

from pathlib import Path
from uuid import uuid4

from local_aws.emission import request_event
from local_aws.process import LocalAws
from ops.workspace import stack_folder
from tests.compute.developers.test_settings import DATABASES, REASON, prod
from tests.conftest import Synthesize
from tests.local_aws.alarms import Client, Inbox
from tests.local_aws.conftest import ACCOUNT, REGION
from tests.support.environments import write
from tests.support.template import Template

OFF = 'alarms {\n  events_off = { session_started = "Sessions are reviewed each month" }\n'
RULE = "aws_cloudwatch_event_rule.alarm_event_session_started"
TARGET = "aws_cloudwatch_event_target.alarm_event_session_started"


def synthesized(synthesize: Synthesize, folder: Path, text: str) -> Template:
    return Template(stack_folder(synthesize(write(folder, {"prod": text})), "prod"))


def test_session_in_production_reaches_the_alarm_topic(
    local_aws: LocalAws, client: Client, synthesize: Synthesize, tmp_path: Path
) -> None:
    stack = synthesized(synthesize, tmp_path, prod(DATABASES, REASON))
    assert "aws_sns_topic.topic_alarms_info" in str(stack.resource(TARGET)["arn"])
    name = f"s{uuid4().hex[:8]}"
    inbox, events = Inbox(client, name), client("events")
    events.put_rule(Name=name, EventPattern=stack.resource(RULE)["event_pattern"])
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": inbox.topic}])
    event = {"account": ACCOUNT, "region": REGION, "source": "aws.ssm", "detail-type": "AWS API Call via CloudTrail"}
    for call in ("DescribeSessions", "StartSession"):
        detail = {"eventSource": "ssm.amazonaws.com", "eventName": call, "requestParameters": {"target": name}}
        request_event(local_aws.endpoint, {**event, "detail": detail})
    assert [each["detail"]["eventName"] for each in inbox.read()] == ["StartSession"]


def test_session_event_can_be_switched_off_with_a_reason(synthesize: Synthesize, tmp_path: Path) -> None:
    stack = synthesized(synthesize, tmp_path, prod(DATABASES, REASON).replace("alarms {\n", OFF))
    assert RULE.partition(".")[2] not in stack.resources("aws_cloudwatch_event_rule")
