"""Messages for known events of AWS, and for any other text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.slack_alarm.formats import notice_of
from lambdas.slack_alarm.messages import TEXT_LIMIT, escaped, payload
from lambdas.slack_alarm.notices import Message, Notice, messages
from lambdas.slack_alarm.seen import Seen
from tests.lambdas.slack_alarm.event_bridge import ALL
from tests.lambdas.slack_alarm.events import (
    BUDGET,
    BUDGET_SUBJECT,
    COMPOSITE,
    EKS_UPDATE,
    SUPPRESSED,
    alarm,
    by_topic,
    deployment,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
)


def notice(event: Any, **arguments: str) -> Notice:
    (message,) = messages(by_topic(event, **arguments))
    return notice_of(message)


def test_notice_of_eks_change_names_event_and_user() -> None:
    read = notice(EKS_UPDATE)
    assert read.title == "AWS API Call via CloudTrail (aws.eks)"
    assert dict(read.facts) == {
        "Event": "UpdateClusterVersion",
        "Cluster": "agora-prod-main",
        "By": "mallory",
        "Account": "333333333333",
        "Region": "ap-northeast-2",
    }


def test_notice_of_budget_contains_its_values() -> None:
    assert dict(notice(BUDGET, subject=BUDGET_SUBJECT).facts) == {
        "Budget Name": "agora",
        "Budget Type": "Cost",
        "Alert Type": "ACTUAL",
        "Alert Threshold": "> $80.00",
        "ACTUAL Amount": "$83.11",
        "Budgeted Amount": "$100.00",
    }
    assert notice("in other words", subject=BUDGET_SUBJECT).as_it_came == "in other words"


@pytest.mark.parametrize("missing", ["AlarmArn", "StateChangeTime"])
def test_notice_of_invalid_alarm_contains_the_event(missing: str) -> None:
    event = alarm()
    del event[missing]
    assert json.loads(notice(event).as_it_came) == event


def test_payload_names_are_escaped() -> None:
    text = json.dumps(payload(notice(alarm(AlarmName="<!channel> & <http://evil|click>"))))
    assert "<!channel>" not in text
    assert "&lt;!channel&gt; &amp; &lt;http://evil|click&gt;" in text


@given(st.text(), st.integers(10, 200))
def test_escaped_truncated_text_has_no_partial_entity(text: str, limit: int) -> None:
    short = escaped(text, limit)
    assert 0 < len(short) <= limit
    assert not set("<>") & set(short)
    assert all(part.startswith(("amp;", "lt;", "gt;")) for part in short.split("&")[1:])


@given(JSON, st.text())
def test_payload_any_message_is_valid_for_slack(event: Any, subject: str) -> None:
    _assert_valid(payload(notice_of(Message("1", json.dumps(event), subject))))


@given(st.dictionaries(st.sampled_from(sorted({*alarm(), *COMPOSITE, *EKS_UPDATE})), JSON))
def test_payload_any_changed_event_is_valid_for_slack(changes: dict[str, Any]) -> None:
    for known in (alarm(), COMPOSITE, SUPPRESSED, deployment(), EKS_UPDATE, *ALL):
        _assert_valid(payload(notice({**known, **changes})))


@given(st.text(max_size=10_000))
def test_payload_any_text_is_valid_for_slack(text: str) -> None:
    _assert_valid(payload(notice(text)))


def test_seen_forgets_after_seconds_and_above_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    seen = Seen(seconds=60, count=2)
    seen.add("1")
    assert "1" in seen
    now += 61
    assert "1" not in seen
    for id in ("2", "3", "4"):
        seen.add(id)
    assert [id for id in ("2", "3", "4") if id in seen] == ["3", "4"]


def _assert_valid(message: dict[str, Any]) -> None:
    """Check the limits of Block Kit."""
    assert message["text"]
    for block in message["attachments"][0]["blocks"]:
        texts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        assert all(0 < len(each["text"]) <= TEXT_LIMIT for each in texts if each)
        assert len(block.get("fields", ())) <= 10
        assert all(len(each["text"]) <= 2000 for each in block.get("fields", ()))
