"""The `notify` block: topics, rules in all Regions, and who subscribes."""

import json
from pathlib import Path

import pytest

from modules.account.notify.keys.events import EVENTS
from modules.foundation.names import Names
from modules.observability.alarms.keys.aws_events import EVENTS as ENVIRONMENT_EVENTS
from tests.support.environments import ALARMS, PROD, only_problem
from tests.support.template import Template

ACCOUNT = 'account_id = "333333333333"\n'


def test_each_event_has_a_rule_that_publishes_to_the_topic_of_its_severity(account: Template) -> None:
    targets = account.resources("aws_cloudwatch_event_target")
    for name, event in EVENTS.items():
        target = targets[f"notify_event_{name}"]
        assert target["arn"] == f"${{aws_sns_topic.topic_alarms_{event.severity}.arn}}"
        assert target["depends_on"] == [f"aws_sns_topic_policy.topic_alarms_{event.severity}"]


def test_each_event_of_another_region_is_sent_to_the_region_of_the_topics(account: Template) -> None:
    for name in EVENTS:
        rule = account.resource(f"aws_cloudwatch_event_rule.notify_event_{name}_us_east_1")
        assert rule["provider"] == "aws.us-east-1"
        home = account.resource(f"aws_cloudwatch_event_rule.notify_event_{name}")
        assert rule["event_pattern"] == home["event_pattern"]
        target = account.resource(f"aws_cloudwatch_event_target.notify_event_{name}_us_east_1")
        assert target["arn"] == "arn:aws:events:ap-northeast-2:333333333333:event-bus/default"
        assert target["role_arn"] == "${aws_iam_role.notify_send.arn}"


def test_each_region_of_the_environments_sends_its_events(mobile_staging: Template) -> None:
    rules = mobile_staging.resources("aws_cloudwatch_event_rule")
    found = {rule.get("provider", "aws") for rule in rules.values()}
    assert found == {"aws", "aws.us-west-2"}, "the topics are in us-east-1"


def test_event_that_is_off_has_no_rule(mobile_staging: Template) -> None:
    assert "notify_event_abuse" not in mobile_staging.resources("aws_cloudwatch_event_rule")


def test_emails_get_the_chosen_severities(account: Template) -> None:
    subscriptions = account.resources("aws_sns_topic_subscription").values()
    assert {each["topic_arn"] for each in subscriptions} == {
        "${aws_sns_topic.topic_alarms_critical.arn}",
        "${aws_sns_topic.topic_alarms_warning.arn}",
    }


def test_functions_of_an_environment_subscribe_to_the_topics_of_the_account(prod: Template) -> None:
    subscription = prod.resource("aws_sns_topic_subscription.function_slack_alarm_on_topic_account_alarms_critical")
    arn = "arn:aws:sns:ap-northeast-2:333333333333:agora-account-alarms-critical"
    assert subscription["topic_arn"] == arn
    permissions = prod.resources("aws_lambda_permission").values()
    assert arn in {each.get("source_arn") for each in permissions}


def test_events_of_accounts_and_environments_have_different_names() -> None:
    assert EVENTS.keys() & ENVIRONMENT_EVENTS.keys() == set()


def test_findings_have_one_severity() -> None:
    names = Names("agora", "account", "333333333333", "ap-northeast-2")
    high, medium = (EVENTS[name].pattern(names)["detail"] for name in ("guardduty_high", "guardduty_medium"))
    assert json.dumps([high, medium]) == json.dumps(
        [{"severity": [{"numeric": [">=", 7]}]}, {"severity": [{"numeric": [">=", 4, "<", 7]}]}]
    )


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (
            'notify { events_off = { root = "x" } }\n',
            "accounts/one.hcl:2: notify.events_off.root x names no event of an account; write one of guardduty_high",
        ),
        (
            'notify { email_severities = ["info", "info"] }\n',
            "accounts/one.hcl:2: notify.email_severities",
        ),
    ],
)
def test_invalid_block_is_a_problem(tmp_path: Path, block: str, problem: str) -> None:
    assert only_problem(tmp_path, {"prod": PROD, "accounts/one": ACCOUNT + block}).startswith(problem)


@pytest.mark.parametrize("accounts", [{}, {"accounts/one": ACCOUNT}])
def test_environment_without_topics_of_its_account_is_a_problem(tmp_path: Path, accounts: dict[str, str]) -> None:
    alarms = ALARMS.replace("alarms {", "alarms {\n  account_events = true")
    assert only_problem(tmp_path, {"prod": PROD + alarms, **accounts}).startswith(
        "prod.hcl:12: alarms.account_events true has no topics to subscribe to: no file of account 333333333333 has a "
        "`notify` block; add notify { } to "
    )
