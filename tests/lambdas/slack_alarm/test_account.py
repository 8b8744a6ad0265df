"""Notices of events of an account."""

from typing import Any

import pytest

from lambdas.slack_alarm.formats import notice_of
from lambdas.slack_alarm.notices import Notice, messages
from tests.lambdas.slack_alarm import account_events as aws
from tests.lambdas.slack_alarm.events import by_topic

DETECTOR = "12abc34d567e8fa901bc2d34e56789f0"
BREAK_GLASS = {
    "roleArn": "arn:aws:iam::111111111111:role/agora-account-people-break-glass",
    "roleSessionName": "anaya",
}
TRAIL = "arn:aws:cloudtrail:ap-northeast-2:111111111111:trail/agora-account"


def notice(event: Any, runbooks: str = "") -> Notice:
    (message,) = messages(by_topic(event))
    return notice_of(message, runbooks=runbooks)


@pytest.mark.parametrize(
    ("event", "title", "text"),
    [
        (
            aws.finding(),
            "GuardDuty: An EC2 instance queries a domain that is associated with Bitcoin.",
            "EC2 instance i-1234567890abcdef0 queries a domain name of Bitcoin activity.",
        ),
        (aws.health(), "AWS Health: Planned change of EC2", "The instance will be retired."),
        (aws.health(eventTypeCategory="issue"), "AWS Health: Problem of EC2", "The instance will be retired."),
        (
            aws.health("AWS Health Abuse Event", service="ABUSE", eventTypeCategory="accountNotification"),
            "AWS Health: Report of ABUSE",
            "The instance will be retired.",
        ),
        (aws.sign_in(), "The root user signed in without MFA", ""),
        (aws.sign_in(used="Yes"), "The root user signed in", ""),
        (
            aws.sign_in(result="Failure", errorMessage="Failed authentication"),
            "The root user could not sign in without MFA",
            "Failed authentication",
        ),
        (aws.sign_in("IAMUser"), "IAM user anaya signed in without MFA", ""),
        (aws.call("aws.cloudtrail", "StopLogging", {"name": TRAIL}), "Trail agora-account was stopped", ""),
        (
            aws.call("aws.cloudtrail", "PutEventSelectors", {"trailName": "agora-account"}),
            "Trail agora-account records other events",
            "",
        ),
        (
            aws.call("aws.cloudtrail", "DeleteTrail", {"name": TRAIL}, errorCode="AccessDenied", errorMessage="No."),
            "DeleteTrail of Trail agora-account was rejected: AccessDenied",
            "No.",
        ),
        (
            aws.call("aws.guardduty", "DeleteDetector", {"detectorId": DETECTOR}),
            f"GuardDuty detector {DETECTOR} was deleted",
            "",
        ),
        (aws.call("aws.sts", "AssumeRole", BREAK_GLASS), "anaya assumed agora-account-people-break-glass", ""),
        (
            aws.call("aws.sts", "AssumeRole", BREAK_GLASS, errorCode="AccessDenied", errorMessage="No."),
            "anaya could not assume agora-account-people-break-glass: AccessDenied",
            "No.",
        ),
    ],
)
def test_notice_of_event_has_title_and_reason(event: dict[str, Any], title: str, text: str) -> None:
    read = notice(event)
    assert (read.title, read.text) == (title, text)
    assert read.as_it_came == ""


def test_finding_that_occurs_again_has_the_same_id() -> None:
    assert notice(aws.finding(severity=8)).id == notice({**aws.finding(), "id": "another"}).id == aws.FINDING_ID


def test_call_says_who_did_it_and_from_where() -> None:
    facts = dict(notice(aws.call("aws.cloudtrail", "StopLogging", {"name": TRAIL})).facts)
    assert (facts["By"], facts["From"]) == ("anaya", "192.0.2.0")


@pytest.mark.parametrize(
    ("event", "anchor"),
    [
        (aws.finding(), "guardduty-finding"),
        (aws.sign_in(), "aws-console-sign-in-via-cloudtrail"),
        (aws.call("aws.cloudtrail", "StopLogging", {"name": TRAIL}), "stoplogging"),
    ],
)
def test_notice_links_its_runbook(event: dict[str, Any], anchor: str) -> None:
    name, url = notice(event, "https://gitlab.example/alarms.md").links[0]
    assert (name, url) == ("Runbook", f"https://gitlab.example/alarms.md#{anchor}")
