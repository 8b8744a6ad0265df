"""CloudWatch: composite alarms follow a rule about other alarms."""

from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from local_aws.cloudwatch_rules import Rule, RuleError
from tests.local_aws.alarms import Client, Inbox, put, put_alarm, states


@pytest.fixture
def cloudwatch(client: Client) -> Any:
    return client("cloudwatch")


@pytest.fixture
def name() -> str:
    return f"c{uuid4().hex[:12]}"


@pytest.fixture
def children(cloudwatch: Any, name: str) -> list[str]:
    names = [f"{name}-{each}" for each in "abs"]
    for each in names:
        put_alarm(cloudwatch, each)
        put(cloudwatch, each, 1)
    return names


def set_state(cloudwatch: Any, name: str, state: str) -> None:
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="tried")


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("ALARM(on)", True),
        ('ALARM("on") AND OK("off")', True),
        ("ALARM(off) OR NOT ALARM(off)", True),
        ("NOT (ALARM(on) OR ALARM(off))", False),
        ("ALARM(off) AND ALARM(off) OR ALARM(on)", True),
        ("ALARM(off) AND (ALARM(off) OR ALARM(on))", False),
        ("INSUFFICIENT_DATA( new ) AND TRUE", True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:on)", True),
        ('ALARM("with (parentheses) AND more")', True),
        ("FALSE", False),
        ("false", False),
    ],
)
def test_rule_holds(rule: str, holds: bool) -> None:
    def state(alarm: str) -> str:
        return {"off": "OK", "new": "INSUFFICIENT_DATA"}.get(alarm, "ALARM")

    assert Rule(rule).holds(state) is holds


@pytest.mark.parametrize(
    "rule", ["", "ALARM(a) ALARM(b)", "ALARM(a) AND", "(ALARM(a)", "ALARM()", "a OR b", "AT_LEAST(1, ALARM, (a))", "OR"]
)
def test_rule_that_is_not_valid_is_an_error(rule: str) -> None:
    with pytest.raises(RuleError):
        Rule(rule)


def test_composite_follows_its_children_and_notifies(
    client: Client, cloudwatch: Any, name: str, children: list[str]
) -> None:
    inbox, (a, b, _) = Inbox(client, name), children
    arn = cloudwatch.describe_alarms(AlarmNames=[b])["MetricAlarms"][0]["AlarmArn"]
    rule = f'ALARM("{a}") AND ALARM("{arn}")'
    cloudwatch.put_composite_alarm(
        AlarmName=name, AlarmRule=rule, AlarmActions=[inbox.topic], OKActions=[inbox.topic], AlarmDescription="Both"
    )
    assert states(cloudwatch, name) == ["OK"]
    assert [each["OldStateValue"] for each in inbox.read()] == ["INSUFFICIENT_DATA"]
    put(cloudwatch, a, 9, first=1)
    assert states(cloudwatch, name) == ["OK"]
    put(cloudwatch, b, 9, first=1)
    assert states(cloudwatch, name) == ["ALARM"]
    (message,) = inbox.read()
    assert (message["AlarmRule"], message["NewStateValue"], message["OldStateValue"]) == (rule, "ALARM", "OK")
    assert "Trigger" not in message
    (child,) = message["TriggeringChildren"]
    assert (child["Arn"], child["State"]["Value"]) == (arn, "ALARM")
    assert message["NewStateReason"].startswith(f"{arn} transitioned to ALARM at ")
    set_state(cloudwatch, a, "OK")
    assert [each["NewStateValue"] for each in inbox.read()] == ["OK"]


def test_composite_of_composites_and_cycles_end(cloudwatch: Any, name: str, children: list[str]) -> None:
    a, upper = children[0], f"{name}-upper"
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=f"ALARM({a})")
    cloudwatch.put_composite_alarm(AlarmName=upper, AlarmRule=f"ALARM({name})")
    set_state(cloudwatch, a, "ALARM")
    assert states(cloudwatch, name, upper) == ["ALARM", "ALARM"]
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=f"ALARM({a}) AND NOT ALARM({upper})")
    set_state(cloudwatch, a, "OK")
    set_state(cloudwatch, a, "ALARM")
    with pytest.raises(ClientError, match="Cannot delete"):
        cloudwatch.delete_alarms(AlarmNames=[name])


def test_suppressor_in_alarm_suppresses_the_actions(
    client: Client, cloudwatch: Any, name: str, children: list[str]
) -> None:
    inbox, (a, b, suppressor) = Inbox(client, name), children
    cloudwatch.put_composite_alarm(
        AlarmName=name,
        AlarmRule=f"ALARM({a}) OR ALARM({b})",
        AlarmActions=[inbox.topic],
        OKActions=[inbox.topic],
        ActionsSuppressor=suppressor,
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=120,
    )
    inbox.read()
    set_state(cloudwatch, suppressor, "ALARM")
    set_state(cloudwatch, a, "ALARM")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert (alarm["StateValue"], alarm["ActionsSuppressedBy"]) == ("ALARM", "Alarm")
    assert inbox.read() == []
    set_state(cloudwatch, suppressor, "OK")
    assert [(each["OldStateValue"], each["NewStateValue"]) for each in inbox.read()] == [("OK", "ALARM")]
    set_state(cloudwatch, suppressor, "ALARM")
    set_state(cloudwatch, a, "OK")
    set_state(cloudwatch, b, "ALARM")
    set_state(cloudwatch, suppressor, "OK")
    assert inbox.read() == [], "the state is again what it was before the suppression"


def test_composite_is_read_back_only_on_request(cloudwatch: Any, name: str, children: list[str]) -> None:
    given = {
        "AlarmRule": f"ALARM({children[0]})",
        "AlarmDescription": "Said",
        "ActionsEnabled": False,
        "AlarmActions": ["arn:aws:sns:ap-northeast-2:333333333333:topic"],
        "OKActions": [],
        "InsufficientDataActions": [],
        "ActionsSuppressor": children[2],
        "ActionsSuppressorWaitPeriod": 60,
        "ActionsSuppressorExtensionPeriod": 120,
    }
    cloudwatch.put_composite_alarm(AlarmName=name, Tags=[{"Key": "a", "Value": "1"}], **given)
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert alarm | given == alarm
    assert "ActionsSuppressedBy" not in alarm
    assert cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "a", "Value": "1"}]
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule="FALSE")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert "ActionsSuppressor" not in alarm and alarm["ActionsEnabled"] is True
    assert "AlarmDescription" not in alarm


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            {"AlarmRule": "ALARM(missing-1) OR OK(missing-2)"},
            r"alarms \[missing-1, missing-2\] in the alarm rule do not",
        ),
        ({"AlarmRule": "ALARM("}, "AlarmRule is not valid"),
        ({"AlarmRule": "FALSE OR " * 2000 + "FALSE"}, "at most 10240 characters"),
        ({"ActionsSuppressor": "child"}, "ActionsSuppressorWaitPeriod is required"),
        (
            {"ActionsSuppressor": "child", "ActionsSuppressorWaitPeriod": 1},
            "ActionsSuppressorExtensionPeriod is required",
        ),
        (
            {
                "ActionsSuppressor": "missing",
                "ActionsSuppressorWaitPeriod": 1,
                "ActionsSuppressorExtensionPeriod": 1,
            },
            "The actions suppressor missing does not exist",
        ),
        ({"AlarmActions": ["arn:aws:sns:us-east-1:333333333333:topic"]}, "Invalid region us-east-1"),
        ({"AlarmDescription": "x" * 1025}, "at most 1024"),
    ],
)
def test_composite_settings_are_checked(cloudwatch: Any, settings: dict[str, Any], problem: str) -> None:
    put_alarm(cloudwatch, "child")
    with pytest.raises(ClientError, match=problem):
        cloudwatch.put_composite_alarm(AlarmName="unchecked", **({"AlarmRule": "ALARM(child)"} | settings))
    assert not cloudwatch.describe_alarms(AlarmNames=["unchecked"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]


def test_rule_with_more_than_100_alarms_is_an_error(cloudwatch: Any) -> None:
    names = [f"many-{each}" for each in range(101)]
    for each in names:
        put_alarm(cloudwatch, each)
    cloudwatch.put_composite_alarm(AlarmName="many", AlarmRule=" OR ".join(f"ALARM({each})" for each in names[1:]))
    with pytest.raises(ClientError, match="at most 100 alarms"):
        cloudwatch.put_composite_alarm(AlarmName="many", AlarmRule=" OR ".join(f"ALARM({each})" for each in names))
    cloudwatch.delete_alarms(AlarmNames=["many"])
    cloudwatch.delete_alarms(AlarmNames=names[1:])


def test_alarm_that_a_composite_uses_cannot_be_deleted(cloudwatch: Any, name: str, children: list[str]) -> None:
    a, b, suppressor = children
    suppression = {"ActionsSuppressorWaitPeriod": 1, "ActionsSuppressorExtensionPeriod": 1}
    rule = f"ALARM({a}) OR ALARM({b})"
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, ActionsSuppressor=suppressor, **suppression)
    cloudwatch.put_composite_alarm(AlarmName=f"{name}-2", AlarmRule="FALSE")
    for names, problem in (
        ([a], f"Cannot delete {a} as there are composite alarm\\(s\\) depending on it."),
        ([a, b], f"Cannot delete {a},{b} as there are composite alarm\\(s\\) depending on them."),
        ([suppressor], f"Cannot delete {suppressor}"),
        ([name, f"{name}-2"], "only one composite alarm"),
    ):
        with pytest.raises(ClientError, match=problem) as caught:
            cloudwatch.delete_alarms(AlarmNames=names)
        assert caught.value.response["Error"]["Code"] == "ValidationError"
    cloudwatch.delete_alarms(AlarmNames=[name])
    cloudwatch.delete_alarms(AlarmNames=[*children, "never-existed"])
    assert not cloudwatch.describe_alarms(AlarmNames=children)["MetricAlarms"]
