"""Notices of CloudWatch alarms: composite, metric math, and with a runbook in the description."""

import json
from typing import Any

import pytest

from lambdas.slack_alarm.formats import notice_of
from lambdas.slack_alarm.messages import payload
from lambdas.slack_alarm.notices import Notice, messages
from tests.lambdas.slack_alarm.events import ALARM_BY_EVENT_BRIDGE, COMPOSITE, METRIC_MATH, SUPPRESSED, alarm, by_topic

RUNBOOK = "https://wiki.example.com/runbooks?page=1&view=full#api-errors"
REASON = "Threshold Crossed: 3 datapoints were greater than the threshold (1.0)."


def notice(event: Any) -> Notice:
    (message,) = messages(by_topic(event))
    return notice_of(message)


def test_notice_of_composite_alarm_names_the_children_that_triggered_it() -> None:
    read = notice(COMPOSITE)
    assert (read.state, read.title) == ("ALARM", "agora-prod-down")
    assert read.facts == (
        ("Triggered by", "agora-prod-api-errors: ALARM\nagora-prod: db/cpu: OK"),
        ("Account", "333333333333"),
        ("Region", "ap-northeast-2"),
    )


def test_notice_of_composite_alarm_reads_children_that_are_strings() -> None:
    children = [each["Arn"] for each in COMPOSITE["TriggeringChildren"]]
    read = notice({**COMPOSITE, "TriggeringChildren": children})
    assert dict(read.facts)["Triggered by"] == "agora-prod-api-errors\nagora-prod: db/cpu"


def test_notice_of_composite_alarm_without_children_has_its_rule() -> None:
    read = notice({**COMPOSITE, "TriggeringChildren": []})
    assert read.facts[0] == ("Rule", COMPOSITE["AlarmRule"])


def test_notice_of_suppressed_alarm_says_by_what() -> None:
    assert notice(SUPPRESSED).facts[:3] == (
        ("Triggered by", "agora-prod-api-errors: ALARM"),
        ("Actions suppressed by", "WaitPeriod"),
        ("Reason of the suppression", "Actions suppressed by WaitPeriod"),
    )


def test_notice_of_metric_math_alarm_has_expression_and_metrics() -> None:
    read = notice(alarm(Trigger=METRIC_MATH))
    assert read.facts[:2] == (
        ("Expression", "Error rate: 100 * errors / requests"),
        (
            "Metrics",
            "errors: AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum of LoadBalancer app/agora-prod/50dc6c495c0c9188\n"
            "requests: Agora Requests Sum",
        ),
    )


@pytest.mark.parametrize(
    "description", [f"More than 1 % fail\nRunbook: {RUNBOOK}", f"More than 1 % fail\n\nRunbook: {RUNBOOK}\n"]
)
def test_notice_of_alarm_with_a_runbook_links_it_first(description: str) -> None:
    for read in (notice(alarm(AlarmDescription=description)), notice(by_event_bridge(description))):
        assert [name for name, _ in read.links] == ["Runbook", "Alarm"]
        assert read.links[0][1] == RUNBOOK
        assert read.text.startswith("More than 1 % fail\nThreshold Crossed")
    assert f"<{RUNBOOK.replace('&', '&amp;')}|Runbook>" in json.dumps(payload(read))


def test_notice_of_alarm_with_only_a_runbook_has_the_reason() -> None:
    assert notice(alarm(AlarmDescription=f"Runbook: {RUNBOOK}")).text == REASON


@pytest.mark.parametrize(
    "description",
    [
        "Runbook: docs/runbooks/api.md#errors",
        "Runbook: http://wiki.example.com/",
        "Runbook: https://wiki.example.com/ or ask",
        "Runbook: https://wiki.example.com/|<!channel>",
        f"Runbook: {RUNBOOK}\nMore than 1 % fail",
        f"See Runbook: {RUNBOOK}",
    ],
)
def test_notice_of_alarm_with_another_line_keeps_it_in_the_text(description: str) -> None:
    read = notice(alarm(AlarmDescription=description))
    assert [name for name, _ in read.links] == ["Alarm"]
    assert read.text == f"{description}\n{REASON}"


def by_event_bridge(description: str) -> dict[str, Any]:
    detail: Any = ALARM_BY_EVENT_BRIDGE["detail"]
    return {**ALARM_BY_EVENT_BRIDGE, "detail": {**detail, "configuration": {"description": description}}}
