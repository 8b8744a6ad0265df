"""Event patterns of every stack's rules against the table of events."""

import json
from typing import Any

import pytest

from tests.aws_facts.events import MAXIMUM, TYPES, events, faults
from tests.aws_facts.iam_actions import catalog
from tests.aws_facts.stack import Stack

BACKUP: dict[str, Any] = {"source": ["aws.backup"], "detail-type": ["Backup Job State Change"]}
TASK: dict[str, Any] = {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"]}


def pattern(event: dict[str, Any], **detail: Any) -> dict[str, Any]:
    return {**event, "detail": detail}


def test_event_patterns_of_every_stack_match_events(stacks: list[Stack]) -> None:
    rules = [rule for stack in stacks for rule in stack.of_type("aws_cloudwatch_event_rule")]
    patterns = [(rule, rule.find("event_pattern")) for rule in rules if "event_pattern" in rule.block]
    found = [f"{rule.stack.name} {rule.address}: {fault}" for rule, text in patterns for fault in faults(text)]
    assert found == [], "\n".join(found)


def test_rows_have_unique_events() -> None:
    names = [str(event) for event in events()]
    assert sorted(set(names)) == sorted(names)


def test_fields_of_the_table_have_types_or_values() -> None:
    for event in events():
        for path, field in event.detail.items():
            assert field in TYPES if isinstance(field, str) else sorted(set(field)) == sorted(field), f"{event} {path}"


def test_kms_operations_of_the_table_exist() -> None:
    (event,) = [each for each in events() if str(each) == "aws.kms AWS API Call via CloudTrail"]
    assert set(event.detail["eventName"]) - set(catalog()["kms"]["privileges"]) == set()


@pytest.mark.parametrize(
    "correct",
    [
        BACKUP,
        pattern(BACKUP, state=["FAILED", "EXPIRED"], percentDone=[{"numeric": [">=", 0, "<", 100]}]),
        {**BACKUP, "resources": [{"prefix": "arn:aws:backup:"}]},
        pattern(TASK, stopCode=["EssentialContainerExited"], containers={"exitCode": [{"anything-but": 0}]}),
        pattern(TASK, group=[{"prefix": {"equals-ignore-case": "Service:"}}], lastStatus=[{"prefix": "STOP"}]),
        {**TASK, "detail": {"$or": [{"lastStatus": ["STOPPED"]}, {"desiredStatus": ["STOPPED"]}]}},
        pattern(
            {"source": ["aws.kms"], "detail-type": ["AWS API Call via CloudTrail"]},
            eventName=["ScheduleKeyDeletion"],
            requestParameters={"keyId": [{"exists": True}]},
        ),
    ],
)
def test_correct_pattern_has_no_fault(correct: dict[str, Any]) -> None:
    assert list(faults(json.dumps(correct))) == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"detail-type": ["KMS CMK Deletion"]}, "the pattern has no source or no detail-type"),
        ({**BACKUP, "source": ["aws.rds"]}, "aws.rds Backup Job State Change is not in events.toml"),
        (pattern(BACKUP, status=["FAILED"]), "detail.status: the event has no such field"),
        (pattern(BACKUP, state=["ERROR"]), "detail.state: 'ERROR' is not one of CREATED, PENDING, RUNNING"),
        (pattern(BACKUP, state=[{"anything-but": ["DONE"]}]), "detail.state: 'DONE' is not one of CREATED"),
        (pattern(BACKUP, state=[{"prefix": "ERR"}]), "detail.state: 'ERR' is not one of CREATED"),
        (pattern(BACKUP, state="FAILED"), "detail.state: not a list is not an operator"),
        (pattern(BACKUP, statusMessage=[{"contains": "x"}]), "detail.statusMessage: contains is not an operator"),
        (pattern(BACKUP, backupSizeInBytes=[0]), "detail.backupSizeInBytes: 0 is not a string"),
        (pattern(BACKUP, percentDone=[{"numeric": ["=>", 1]}]), "numeric ['=>', 1] is not a comparison"),
        (pattern(TASK, containers={"exitCode": ["1"]}), "detail.containers.exitCode: '1' is not a number"),
        (pattern(TASK, group=[{"suffix": {"prefix": "x"}}]), "detail.group: suffix does not allow prefix"),
        ({**TASK, "regions": ["eu-west-1"]}, "regions is not a field of an event"),
        (
            pattern({**BACKUP, "detail-type": ["Copy Job State Change", "Restore Job State Change"]}, state=["FAILED"]),
            "aws.backup Restore Job State Change: detail.state: 'FAILED' is not one of CREATED: Monitoring AWS Backup",
        ),
    ],
)
def test_wrong_pattern_has_a_fault(wrong: dict[str, Any], fault: str) -> None:
    found = list(faults(json.dumps(wrong)))
    assert len(found) == 1
    assert fault in found[0]


def test_pattern_that_is_not_a_json_object_is_a_fault() -> None:
    assert "the pattern is not JSON" in "".join(faults('{"source": ["aws.kms"],}'))
    assert list(faults("[]")) == ["the pattern is not an object"]


def test_long_pattern_is_a_fault() -> None:
    arns = ["arn:aws:backup:eu-west-1:111122223333:recovery-point:0a1b2c3d"] * 40
    assert next(faults(json.dumps({**BACKUP, "resources": arns}))).endswith(f"at most {MAXIMUM} are allowed")
