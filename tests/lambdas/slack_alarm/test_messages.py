"""What a message says, of what AWS sends and of anything else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.slack_alarm.messages import TEXT_LIMIT, escaped, payload
from lambdas.slack_alarm.notices import Message, Notice, messages, notice_of
from lambdas.slack_alarm.seen import Seen
from tests.lambdas.slack_alarm.events import (
    BUDGET,
    BUDGET_SUBJECT,
    COMPOSITE,
    EKS_UPDATE,
    TASK_STOPPED,
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


def test_a_composite_alarm_has_no_metric() -> None:
    told = notice(COMPOSITE)
    assert (told.state, told.title, told.text) == ("ALARM", "agora-prod-down", "a transitioned to ALARM")
    assert told.facts == (("Account", "333333333333"), ("Region", "ap-northeast-2"))


def test_a_deployment() -> None:
    told = notice(deployment("SERVICE_DEPLOYMENT_IN_PROGRESS"))
    assert (told.state, told.title) == ("", "Deployment of api in_progress")
    assert told.facts[0] == ("Cluster", "agora-prod-main")
    (link,) = told.links
    assert link[1].endswith("/ecs/v2/clusters/agora-prod-main/services/api/deployments?region=ap-northeast-2")


def test_a_change_of_a_kubernetes_cluster() -> None:
    told = notice(EKS_UPDATE)
    assert told.title == "AWS API Call via CloudTrail (aws.eks)"
    assert dict(told.facts) == {
        "Event": "UpdateClusterVersion",
        "Cluster": "agora-prod-main",
        "By": "mallory",
        "Account": "333333333333",
        "Region": "ap-northeast-2",
    }


def test_a_task_that_stopped() -> None:
    told = notice(TASK_STOPPED)
    assert told.text == "OutOfMemoryError: Container killed due to memory usage"
    assert ("Cluster", "agora-prod-main") in told.facts
    assert ("Status", "STOPPED") in told.facts


def test_a_budget() -> None:
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
def test_an_alarm_in_another_shape_comes_as_it_is(missing: str) -> None:
    event = alarm()
    del event[missing]
    assert json.loads(notice(event).as_it_came) == event


def test_names_are_no_markup() -> None:
    told = json.dumps(payload(notice(alarm(AlarmName="<!channel> & <http://evil|click>"))))
    assert "<!channel>" not in told
    assert "&lt;!channel&gt; &amp; &lt;http://evil|click&gt;" in told


@given(st.text(), st.integers(10, 200))
def test_cut_texts_stay_whole(text: str, limit: int) -> None:
    short = escaped(text, limit)
    assert 0 < len(short) <= limit
    assert not set("<>") & set(short)
    assert all(part.startswith(("amp;", "lt;", "gt;")) for part in short.split("&")[1:])


@given(JSON, st.text())
def test_any_message_is_told(event: Any, subject: str) -> None:
    told = payload(notice_of(Message("1", json.dumps(event), subject)))
    _assert_slack_takes_it(told)


@given(st.dictionaries(st.sampled_from(sorted({*alarm(), *TASK_STOPPED})), JSON))
def test_any_change_of_an_event_is_told(changes: dict[str, Any]) -> None:
    for known in (alarm(), deployment(), TASK_STOPPED, EKS_UPDATE):
        _assert_slack_takes_it(payload(notice({**known, **changes})))


@given(st.text(max_size=10_000))
def test_any_text_is_told(text: str) -> None:
    _assert_slack_takes_it(payload(notice(text)))


def test_what_was_seen_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
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


def _assert_slack_takes_it(told: dict[str, Any]) -> None:
    """Hold it to Block Kit's limits."""
    assert told["text"]
    for block in told["attachments"][0]["blocks"]:
        texts = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        assert all(0 < len(each["text"]) <= TEXT_LIMIT for each in texts if each)
        assert len(block.get("fields", ())) <= 10
        assert all(len(each["text"]) <= 2000 for each in block.get("fields", ()))
