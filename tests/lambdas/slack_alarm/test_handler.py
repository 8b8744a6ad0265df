"""The whole function, with a secret in Moto and a fake Slack on the loopback interface."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from tests.lambdas.slack_alarm.events import (
    ALARM_BY_EVENT_BRIDGE,
    BUDGET,
    BUDGET_SUBJECT,
    TOPIC,
    alarm,
    by_topic,
    deployment,
)
from tests.support.lambdas import RUNTIME, Context, started
from tests.support.slack import PATH, FakeSlack, fake_slack

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRET = "agora/prod/slack-webhook"


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as listening:
        yield listening


@pytest.fixture
def secrets(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> "Iterator[SecretsManagerClient]":
    for name, value in {**RUNTIME, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name=SECRET, SecretString=f"{slack.url}\n")
        yield client


@pytest.fixture
def function(secrets: "SecretsManagerClient") -> Iterator[ModuleType]:
    with started("slack_alarm", {"SECRET_SLACK_WEBHOOK_ARN": SECRET}) as module:
        yield module


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the function requested; the tests do not wait."""
    found: list[float] = []
    monkeypatch.setattr("time.sleep", found.append)
    return found


def posted_with(event: Mapping[str, Any], slack: FakeSlack, **environment: str) -> list[str]:
    with started("slack_alarm", {"SECRET_SLACK_WEBHOOK_ARN": SECRET, **environment}) as function:
        function.handler(event, Context())
    return slack.texts


def test_handler_alarm_is_posted_with_its_facts(function: ModuleType, slack: FakeSlack) -> None:
    function.handler(by_topic(alarm()), Context())
    assert slack.paths == [PATH]
    (message,) = slack.posted
    assert message["text"] == "ALARM (critical) agora-prod-api-errors"
    text = json.dumps(message)
    for fact in (
        "More than 1 % of requests fail",
        "3 datapoints were greater than the threshold",
        "AWS/ApplicationELB HTTPCode_Target_5XX_Count",
        "LoadBalancer app/agora-prod/50dc6c495c0c9188",
        "<!date^1795255200^",
        "region=ap-northeast-2#alarmsV2:alarm/agora-prod-api-errors|Alarm>",
    ):
        assert fact in text
    assert message["attachments"][0]["color"] == "#c62828"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ALARM_BY_EVENT_BRIDGE, "ALARM agora-prod-api-errors"),
        (deployment(), "ALARM Deployment of api failed"),
        (by_topic(deployment("SERVICE_DEPLOYMENT_COMPLETED")), "OK (critical) Deployment of api completed"),
        (by_topic(BUDGET, subject=BUDGET_SUBJECT), f"(critical) {BUDGET_SUBJECT}"),
        (by_topic("disk full"), "(critical) Event"),
        (by_topic("disk full", subject="On host 7", topic="arn:aws:sns:us-east-1:1:other"), "On host 7"),
    ],
)
def test_handler_other_events_are_posted(
    function: ModuleType, slack: FakeSlack, event: dict[str, Any], text: str
) -> None:
    function.handler(event, Context())
    assert slack.texts == [text]


def test_handler_dashboard_is_linked(secrets: "SecretsManagerClient", slack: FakeSlack) -> None:
    posted_with(by_topic(alarm()), slack, DASHBOARD="agora-prod")
    assert "#dashboards/dashboard/agora-prod|Dashboard>" in json.dumps(slack.posted)


def test_handler_runbook_of_an_event_is_linked(secrets: "SecretsManagerClient", slack: FakeSlack) -> None:
    posted_with(by_topic(deployment()), slack, RUNBOOKS="https://wiki.example.com/runbooks")
    assert "<https://wiki.example.com/runbooks#ecs-deployment-state-change|Runbook>" in json.dumps(slack.posted)


@pytest.mark.parametrize(
    ("change", "environment", "is_posted"),
    [
        ({}, {}, True),
        ({}, {"SEVERITIES": "warning,info"}, False),
        ({}, {"SEVERITIES": "critical"}, True),
        ({}, {"STATES": "OK"}, False),
        ({"NewStateValue": "OK", "OldStateValue": "ALARM"}, {}, True),
        ({"NewStateValue": "OK", "OldStateValue": "ALARM"}, {"STATES": "ALARM"}, False),
        ({"NewStateValue": "OK", "OldStateValue": "INSUFFICIENT_DATA"}, {}, False),
        ({"NewStateValue": "INSUFFICIENT_DATA"}, {}, False),
        ({"NewStateValue": "INSUFFICIENT_DATA"}, {"STATES": "INSUFFICIENT_DATA"}, True),
    ],
)
def test_handler_severities_and_states_filter_alarms(
    secrets: "SecretsManagerClient",
    slack: FakeSlack,
    change: dict[str, str],
    environment: dict[str, str],
    is_posted: bool,
) -> None:
    assert bool(posted_with(by_topic(alarm(**change)), slack, **environment)) == is_posted


def test_handler_message_of_another_topic_is_never_filtered(
    secrets: "SecretsManagerClient",
    slack: FakeSlack,
) -> None:
    other = TOPIC.replace("critical", "everything")
    assert posted_with(by_topic("hello", topic=other), slack, SEVERITIES="info", STATES="OK") == ["Event"]


def test_handler_duplicate_event_is_posted_once(function: ModuleType, slack: FakeSlack) -> None:
    function.handler(by_topic(alarm(), id="1"), Context())
    function.handler(by_topic(alarm(), id="1"), Context())
    # The same state change from another topic, and from EventBridge.
    function.handler(by_topic(alarm(), id="2", topic=TOPIC.replace("critical", "warning")), Context())
    function.handler(ALARM_BY_EVENT_BRIDGE, Context())
    assert len(slack.posted) == 1
    function.handler(by_topic(alarm(StateChangeTime="2026-11-21T11:00:00.000+0000"), id="3"), Context())
    assert len(slack.posted) == 2


def test_post_retryable_response_is_retried_with_pauses(
    function: ModuleType, slack: FakeSlack, pauses: list[float]
) -> None:
    slack.answers += [(429, "rate_limited", {"Retry-After": "7"}), (500, "", {}), (503, "", {})]
    function.handler(by_topic(alarm()), Context())
    assert len(slack.posted) == 1
    assert pauses[0] == 7
    assert 1 <= pauses[1] <= 1.5
    assert 2 <= pauses[2] <= 3


def test_post_retry_after_the_timeout_of_the_function_fails(
    function: ModuleType, slack: FakeSlack, pauses: list[float]
) -> None:
    slack.answers.append((429, "rate_limited", {"Retry-After": "60"}))
    with pytest.raises(Exception, match="Slack did not accept the message in time: 429 rate_limited"):
        function.handler(by_topic(alarm()), Context())
    assert pauses == []
    # Lambda retries the event: the message was not posted, so it is not a duplicate.
    function.handler(by_topic(alarm()), Context())
    assert len(slack.posted) == 1


@pytest.mark.usefixtures("pauses")
def test_post_unreachable_slack_fails_without_the_url(
    function: ModuleType, secrets: "SecretsManagerClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.put_secret_value(SecretId=SECRET, SecretString="http://127.0.0.1:1/services/of-nobody")
    left = iter([30_000, 20_000, 10_000, 0])
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: next(left))
    with pytest.raises(Exception, match="in time: no response ConnectionRefusedError") as error:
        function.handler(by_topic(alarm()), Context())
    assert "of-nobody" not in str(error.value)


@pytest.mark.parametrize(("status", "text"), [(400, "invalid_payload"), (302, "")])
def test_post_rejected_message_fails_without_a_retry(
    function: ModuleType, slack: FakeSlack, status: int, text: str
) -> None:
    slack.answers.append((status, text, {"Location": "/elsewhere"} if status == 302 else {}))
    with pytest.raises(Exception, match=f"Slack rejected the message: {status} {text}") as error:
        function.handler(by_topic(alarm()), Context())
    assert "of-nobody" not in str(error.value)
    assert slack.posted == []


def test_webhook_is_cached_and_read_again_when_invalid(
    function: ModuleType, slack: FakeSlack, secrets: "SecretsManagerClient"
) -> None:
    function.handler(by_topic(alarm(StateChangeTime="2026-11-21T10:00:00+00:00")), Context())
    secrets.put_secret_value(SecretId=SECRET, SecretString=slack.url.replace("of-nobody", "rotated"))
    function.handler(by_topic(alarm(StateChangeTime="2026-11-21T11:00:00+00:00")), Context())
    assert slack.paths == [PATH, PATH]
    slack.answers.append((403, "invalid_token", {}))
    function.handler(by_topic(alarm(StateChangeTime="2026-11-21T12:00:00+00:00")), Context())
    assert slack.paths[2:] == [PATH, PATH.replace("of-nobody", "rotated")]
    slack.answers += [(404, "no_service", {}), (404, "no_service", {})]
    with pytest.raises(Exception, match="Slack rejected the message: 404 no_service"):
        function.handler(by_topic(alarm(StateChangeTime="2026-11-21T13:00:00+00:00")), Context())


@pytest.mark.parametrize("value", ["hunter2", "http://hooks.slack.com/services/x", "ftp://127.0.0.1/"])
def test_webhook_that_is_not_a_url_fails_without_the_value(
    function: ModuleType, secrets: "SecretsManagerClient", value: str
) -> None:
    secrets.put_secret_value(SecretId=SECRET, SecretString=value)
    with pytest.raises(Exception, match="the secret's value is not an https:// URL") as error:
        function.handler(by_topic(alarm()), Context())
    assert value not in str(error.value)


def test_webhook_secret_without_a_value_fails(function: ModuleType, secrets: "SecretsManagerClient") -> None:
    secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    with pytest.raises(Exception, match="Secrets Manager can't find the specified secret"):
        function.handler(by_topic(alarm()), Context())


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "SECRET_SLACK_WEBHOOK_ARN is not set; write the ARN or the name"),
        ({"SEVERITIES": "high"}, "SEVERITIES='high' is not a list of critical, warning, info; write \"critical,warn"),
        (
            {"RUNBOOKS": "docs/runbooks.md"},
            "RUNBOOKS='docs/runbooks.md' is not an https:// URL without an anchor; write",
        ),
        ({"RUNBOOKS": "http://wiki.example.com"}, "RUNBOOKS='http://wiki.example.com' is not an https:// URL"),
        ({"RUNBOOKS": "https://wiki.example.com/#a"}, "RUNBOOKS='https://wiki.example.com/#a' is not an https:// URL"),
        ({"RUNBOOKS": "https://wiki.example.com/|a"}, "RUNBOOKS='https://wiki.example.com/|a' is not an https:// URL"),
        ({"STATES": "alarm"}, "STATES='alarm' is not a list of ALARM, OK, INSUFFICIENT_DATA; write \"ALARM,OK\""),
    ],
)
def test_settings_invalid_variable_fails_at_the_start(environment: dict[str, str], message: str) -> None:
    secret = {"SECRET_SLACK_WEBHOOK_ARN": SECRET} if environment else {}
    with ExitStack() as stack, pytest.raises(ValueError, match=re.escape(message)):
        stack.enter_context(started("slack_alarm", {**secret, **environment}))
