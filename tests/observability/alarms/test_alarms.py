"""Alarm topics: problems, and the synthesized topics."""

import json
from pathlib import Path

import pytest

from tests.support.environments import DEV, only_problem
from tests.support.template import Template

SLACK = 'secret "slack-webhook" { }\nfunction "slack-alarm" {\n  secrets = ["slack-webhook"]\n}\n'
ALARMS = 'alarms {\n  functions = ["slack-alarm"]\n}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ALARMS,
            "alarms.functions slack-alarm names no `function` block of this environment; there is none",
        ),
        (
            "alarms { }\n",
            "alarms.functions [] is empty: alarms would notify no one; name a `function`",
        ),
        (
            SLACK + ALARMS.replace('alarm"', 'alarms"'),
            "alarms.functions slack-alarms names no `function` block of this",
        ),
        (
            SLACK.replace('  secrets = ["slack-webhook"]\n', "") + ALARMS,
            "function.slack-alarm.environment SECRET_SLACK_WEBHOOK_ARN is not set, and slack_alarm does not start",
        ),
        (
            SLACK + 'topic "alarms-info" { }\n' + ALARMS,
            "topic.alarms-info is the name of the topic that the `alarms` block creates for info alarms",
        ),
    ],
)
def test_invalid_block_is_a_problem(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"dev": DEV + text})


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_topic_allows_alarms_budgets_and_rules_to_publish(prod: Template, severity: str) -> None:
    topic = prod.resource(f"aws_sns_topic.topic_alarms_{severity}")
    # The function reads the severity from the end of the name.
    assert topic["name"] == f"agora-prod-alarms-{severity}"
    assert topic["kms_master_key_id"] == "${aws_kms_key.foundation_messages_key.arn}"
    tls, alarms, budgets, rules = prod.policy(f"aws_sns_topic_policy.topic_alarms_{severity}")
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "333333333333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:ap-northeast-2:333333333333:*"},
    }
    assert budgets["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert budgets["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:budgets::333333333333:*"}
    assert rules["Principal"] == {"Service": "events.amazonaws.com"}
    assert "Condition" not in rules, "EventBridge would publish nothing"


def test_key_of_the_topics_allows_the_publishers(prod: Template) -> None:
    statements = json.loads(prod.resource("aws_kms_key.foundation_messages_key")["policy"])["Statement"]
    by_service = {each["Principal"]["Service"]: each for each in statements if "Service" in each["Principal"]}
    assert {"cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.amazonaws.com"} <= set(by_service)
    for service, statement in by_service.items():
        assert ("Condition" in statement) == (service != "events.amazonaws.com")
        assert set(statement["Action"]) == {"kms:GenerateDataKey", "kms:Decrypt"}


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_topic_invokes_the_slack_function(prod: Template, severity: str) -> None:
    name = f"function_slack_alarm_on_topic_alarms_{severity}"
    subscription = prod.resource(f"aws_sns_topic_subscription.{name}")
    assert subscription["topic_arn"] == f"${{aws_sns_topic.topic_alarms_{severity}.arn}}"
    assert subscription["endpoint"] == "${aws_lambda_function.function_slack_alarm.arn}"
    permission = prod.resource(f"aws_lambda_permission.function_slack_alarm_topic_alarms_{severity}")
    assert permission["source_arn"] == subscription["topic_arn"]


def test_slack_function_may_read_its_secret_only(prod: Template) -> None:
    function = prod.resource("aws_lambda_function.function_slack_alarm")
    assert function["environment"]["variables"]["SECRET_SLACK_WEBHOOK_ARN"]
    reads = [
        each
        for each in prod.policy("aws_iam_role_policy.function_slack_alarm")
        if each["Action"] == ["secretsmanager:GetSecretValue"]
    ]
    assert [each["Resource"] for each in reads] == [["${aws_secretsmanager_secret.secret_slack_webhook.arn}"]]
