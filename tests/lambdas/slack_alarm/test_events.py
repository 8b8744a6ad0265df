"""Notices of EventBridge events: what a person on call reads first, the facts, and the page of the console."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.slack_alarm.formats import notice_of
from lambdas.slack_alarm.messages import payload
from lambdas.slack_alarm.notices import Notice, messages
from tests.lambdas.slack_alarm import event_bridge as aws
from tests.lambdas.slack_alarm.events import ALARM_BY_EVENT_BRIDGE, EKS_UPDATE, alarm, by_topic, deployment

CONSOLE = "https://ap-northeast-2.console.aws.amazon.com"
HOME = "home?region=ap-northeast-2"


def notice(event: Any, runbooks: str = "") -> Notice:
    (message,) = messages(by_topic(event))
    return notice_of(message, runbooks=runbooks)


@pytest.mark.parametrize(
    ("event", "title", "text"),
    [
        (
            deployment(),
            "Deployment of api failed",
            "ECS deployment circuit breaker: task failed to start.",
        ),
        (
            aws.stopped_task(),
            "Task of service api stopped with exit code 137",
            "Essential container in task exited",
        ),
        (
            aws.stopped_task(stopCode="TaskFailedToStart", stoppedReason="CannotPullContainerError", containers=[]),
            "Task of service api failed to start",
            "CannotPullContainerError",
        ),
        (
            aws.stopped_task(stopCode="SpotInterruption", stoppedReason="Your Spot Task was interrupted."),
            "Task of service api was stopped by a Spot interruption",
            "Your Spot Task was interrupted.",
        ),
        (aws.image_scan(), "Image agora/api@sha256:7f5b2640fe6f has findings: 10 critical", ""),
        (aws.ENHANCED_SCAN, "Image agora/api:1.4.0 has findings: 7 critical, 61 high", ""),
        (
            aws.database("failover", "A Multi-AZ failover has completed.", "RDS-EVENT-0049"),
            "Database instance agora-prod: failover",
            "A Multi-AZ failover has completed.",
        ),
        (
            aws.database("low storage", "Allocated storage has been exhausted.", "RDS-EVENT-0007"),
            "Database instance agora-prod: low storage",
            "Allocated storage has been exhausted.",
        ),
        (
            aws.CLUSTER_FAILOVER,
            "Database cluster agora-prod: failover",
            "Completed failover to DB instance: agora-prod-2",
        ),
        (
            aws.LAUNCH_UNSUCCESSFUL,
            "Auto Scaling group agora-prod-main could not launch an instance",
            "There is no Spot capacity available that matches your request.\n"
            "An instance was started in response to a difference between desired and actual capacity.",
        ),
        (aws.spot_interruption(), "Spot Instance i-1234567890abcdef0 will be terminated in two minutes", ""),
        (aws.spot_interruption("hibernate"), "Spot Instance i-1234567890abcdef0 will be hibernated now", ""),
        (
            aws.backup_job(),
            "Backup of Aurora agora-prod failed",
            "Backup job failed because the vault does not exist.",
        ),
        (
            aws.COPY_FAILED,
            "Backup copy of EBS vol-050eba21ee4d3c001 failed",
            "Access denied exception while trying to list tags",
        ),
        (
            aws.RESTORE_FAILED,
            "Restore of EC2 failed",
            "AWS Backup does not permit attaching a new instance profile to an EC2 instance.",
        ),
        (aws.KEY_DELETION_SCHEDULED, f"KMS key {aws.KEY} is scheduled for deletion", ""),
        (aws.key_call("DisableKey"), f"KMS key {aws.KEY} was disabled", ""),
        (aws.KEY_DELETED, f"KMS key {aws.KEY} was deleted", "Data that is encrypted with it cannot be decrypted."),
        (aws.EXPIRING, "Certificate of agora.example.com expires in 31 days", ""),
        (aws.EXPIRED, "Certificate of agora.example.com has expired", ""),
        (aws.RENEWAL, "Certificate of agora.example.com cannot be renewed (CAA_ERROR), and expires in 1 day", ""),
    ],
)
def test_notice_of_event_has_title_and_reason(event: dict[str, Any], title: str, text: str) -> None:
    read = notice(event)
    assert (read.title, read.text) == (title, text)
    assert read.severity == "critical"
    assert read.as_it_came == ""
    assert read.since
    assert dict(read.facts)["Region"] == "ap-northeast-2"


@pytest.mark.parametrize(
    ("event", "name", "path"),
    [
        (
            deployment(),
            "Service",
            "ecs/v2/clusters/agora-prod-main/services/api/deployments?region=ap-northeast-2",
        ),
        (
            aws.stopped_task(),
            "Task",
            "ecs/v2/clusters/agora-prod-main/tasks/c13b4cb40f1f4fe4a2971f76ae5a47ad/configuration?region=ap-northeast-2",
        ),
        (
            aws.ENHANCED_SCAN,
            "Findings",
            f"ecr/repositories/private/{aws.ACCOUNT}/agora/api/_/image/{aws.DIGEST}/scan-results?region=ap-northeast-2",
        ),
        (aws.database("failure", "-", "-"), "Database", f"rds/{HOME}#database:id=agora-prod;is-cluster=false"),
        (aws.CLUSTER_FAILOVER, "Database", f"rds/{HOME}#database:id=agora-prod;is-cluster=true"),
        (
            aws.LAUNCH_UNSUCCESSFUL,
            "Auto Scaling group",
            f"ec2/{HOME}#AutoScalingGroupDetails:id=agora-prod-main;view=activity",
        ),
        (aws.spot_interruption(), "Instance", f"ec2/{HOME}#InstanceDetails:instanceId=i-1234567890abcdef0"),
        (aws.backup_job(), "Job", f"backup/{HOME}#/jobs/backup/details/34176239-e96d-4e1d-9fad-529dbb3c3556"),
        (aws.COPY_FAILED, "Job", f"backup/{HOME}#/jobs/copy/details/47C8EF56-74D8-059D-1301-C5BE1D5C926E"),
        (aws.RESTORE_FAILED, "Job", f"backup/{HOME}#/jobs/restore/details/1B234A56-789B-01CD-2A34-4567A08901FD"),
        (aws.KEY_DELETION_SCHEDULED, "Key", f"kms/{HOME}#/kms/keys/{aws.KEY}"),
        (aws.KEY_DELETED, "Key", f"kms/{HOME}#/kms/keys/{aws.KEY}"),
        (aws.EXPIRING, "Certificate", f"acm/{HOME}#/certificates/{aws.KEY}"),
    ],
)
def test_notice_of_event_links_the_page_of_the_console(event: dict[str, Any], name: str, path: str) -> None:
    assert notice(event).links == ((name, f"{CONSOLE}/{path}"),)


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (
            aws.stopped_task(),
            {
                "Containers": "main: exit code 137, OutOfMemoryError: Container killed\nproxy: exit code 0",
                "Stop code": "EssentialContainerExited",
                "Started by": "ecs-svc/1234567890123456789",
                "Task definition": "agora-prod-api:7",
                "Cluster": "agora-prod-main",
            },
        ),
        (aws.ENHANCED_SCAN, {"Findings": "7 critical, 61 high, 62 medium, 158 total", "Tags": "1.4.0, latest"}),
        (aws.database("failover", "-", "RDS-EVENT-0049"), {"Event ID": "RDS-EVENT-0049"}),
        (aws.LAUNCH_UNSUCCESSFUL, {"Availability Zone": "ap-northeast-2b", "Subnet": "subnet-12345678"}),
        (aws.backup_job(), {"Vault": "agora-prod"}),
        (aws.COPY_FAILED, {"From vault": "agora-prod", "To vault": "agora-copies"}),
        (aws.KEY_DELETION_SCHEDULED, {"Deletion date": "Dec 11, 2026 10:00:00 AM", "By": "pipeline"}),
        (aws.RENEWAL, {"In use": "no", "Validation": "DNS", "Type": "AMAZON_ISSUED"}),
    ],
)
def test_notice_of_event_has_facts(event: dict[str, Any], facts: dict[str, str]) -> None:
    assert facts.items() <= dict(notice(event).facts).items()


@pytest.mark.parametrize(
    ("changed", "title", "fact"),
    [
        (
            {"group": "family:report", "startedBy": "chronos-schedule/agora-prod-report"},
            "Scheduled task report stopped with exit code 137",
            ("Schedule", "agora-prod-report"),
        ),
        (
            {"group": "family:report", "startedBy": "events-rule/agora-prod-report"},
            "Scheduled task report stopped with exit code 137",
            ("Rule", "agora-prod-report"),
        ),
        (
            {"group": "family:report", "startedBy": "pipeline"},
            "Task report stopped with exit code 137",
            ("Started by", "pipeline"),
        ),
        ({"group": "batch", "startedBy": None}, "Task batch stopped with exit code 137", ("Stop code", "Essential")),
    ],
)
def test_notice_of_task_says_who_started_it(changed: dict[str, str], title: str, fact: tuple[str, str]) -> None:
    read = notice(aws.stopped_task(**changed))
    assert read.title == title
    assert dict(read.facts)[fact[0]].startswith(fact[1])


@pytest.mark.parametrize(
    ("changed", "how"),
    [
        ({"containers": [{"name": "main", "lastStatus": "STOPPED", "exitCode": 0}]}, "stopped with exit code 0"),
        ({"containers": [{"name": "main"}]}, "stopped because an essential container exited"),
        ({"stopCode": "InfrastructureHealth"}, "stopped (InfrastructureHealth)"),
        ({"stopCode": None}, "stopped"),
    ],
)
def test_notice_of_task_without_an_error_code_says_how_it_stopped(changed: dict[str, Any], how: str) -> None:
    assert notice(aws.stopped_task(**changed)).title == f"Task of service api {how}"


def test_notice_of_task_that_stopped_has_one_id() -> None:
    assert notice(aws.stopped_task(version=4)).id == notice(aws.stopped_task(version=5)).id


def test_notice_of_task_that_runs_is_general() -> None:
    assert notice(aws.stopped_task(lastStatus="RUNNING")).title == "ECS Task State Change (aws.ecs)"


@pytest.mark.parametrize(
    ("name", "reason", "title", "state"),
    [
        ("IN_PROGRESS", "ECS deployment ecs-svc/123 in progress.", "Deployment of api in progress", ""),
        (
            "IN_PROGRESS",
            "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/122.",
            "Rollback of api in progress",
            "",
        ),
        ("FAILED", "ECS deployment circuit breaker: task failed to start.", "Deployment of api failed", "ALARM"),
        ("COMPLETED", "ECS deployment ecs-svc/123 completed.", "Deployment of api completed", "OK"),
    ],
)
def test_notice_of_deployment_tells_a_rollback(name: str, reason: str, title: str, state: str) -> None:
    event = deployment(f"SERVICE_DEPLOYMENT_{name}")
    event["detail"]["reason"] = reason
    read = notice(event)
    assert (read.title, read.text, read.state) == (title, reason, state)


@pytest.mark.parametrize(
    ("event", "title"),
    [
        (aws.image_scan(**{"scan-status": "FAILED"}), "Scan of image agora/api@sha256:7f5b2640fe6f: FAILED"),
        (aws.image_scan(**{"finding-severity-counts": {}}), "Image agora/api@sha256:7f5b2640fe6f has no findings"),
        (
            aws.image_scan(**{"finding-severity-counts": {"LOW": 2, "MEDIUM": 1}}),
            "Image agora/api@sha256:7f5b2640fe6f has findings: 1 medium",
        ),
        (aws.backup_job("ABORTED"), "Backup of Aurora agora-prod was aborted"),
        (aws.backup_job("EXPIRED"), "Backup of Aurora agora-prod expired"),
        (aws.backup_job("PARTIAL"), "Backup of Aurora agora-prod is incomplete"),
        (
            aws.key_call("DisableKey", responseElements=None, errorCode="AccessDenied", errorMessage="not authorized"),
            f"DisableKey of KMS key {aws.KEY} was rejected: AccessDenied",
        ),
        (
            aws.key_call("DisableKey", responseElements=None, requestParameters=None),
            "AWS API Call via CloudTrail (aws.kms)",
        ),
        (aws.key_call("EnableKey"), "AWS API Call via CloudTrail (aws.kms)"),
        (EKS_UPDATE, "AWS API Call via CloudTrail (aws.eks)"),
        ({**EKS_UPDATE, "detail-type": "AWS Health Event"}, "AWS Health Event (aws.eks)"),
    ],
)
def test_notice_of_event_in_another_state_is_readable(event: dict[str, Any], title: str) -> None:
    read = notice(event)
    assert read.title == title
    assert read.as_it_came == ""


@pytest.mark.parametrize("event", aws.ALL, ids=lambda event: event["detail-type"])
def test_notice_of_event_without_its_detail_is_general_or_the_text(event: dict[str, Any]) -> None:
    assert notice({**event, "detail": {}}).as_it_came
    assert notice({**event, "detail": "text"}).as_it_came
    assert notice({**event, "detail-type": "Something New"}).title.startswith("Something New (aws.")


@pytest.mark.parametrize("event", aws.ALL, ids=lambda event: event["detail-type"])
def test_payload_of_event_with_other_types_can_always_be_made(event: dict[str, Any]) -> None:
    for changed in with_other_types(event):
        assert payload(notice(changed))["attachments"]


@pytest.mark.parametrize(
    ("event", "anchor"),
    [
        (deployment(), "ecs-deployment-state-change"),
        (aws.KEY_DELETION_SCHEDULED, "schedulekeydeletion"),
        (EKS_UPDATE, "updateclusterversion"),
        (aws.ENHANCED_SCAN, "inspector2-scan"),
        ({**EKS_UPDATE, "detail-type": " (New) type: 2 "}, "new-type-2"),
    ],
)
def test_notice_of_event_links_its_runbook_first(event: dict[str, Any], anchor: str) -> None:
    read = notice(event, "https://wiki.example.com/runbooks")
    assert read.links == (("Runbook", f"https://wiki.example.com/runbooks#{anchor}"), *notice(event).links)


def test_notice_of_alarm_has_no_runbook_of_events() -> None:
    for event in (alarm(), ALARM_BY_EVENT_BRIDGE):
        assert [name for name, _ in notice(event, "https://wiki.example.com/runbooks").links] == ["Alarm"]


def with_other_types(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the event once with each value of its detail missing, null, and of each other type of JSON."""
    for key in event["detail"]:
        changed = copy.deepcopy(event)
        del changed["detail"][key]
        yield changed
        values: tuple[Any, ...] = (None, True, 7, "text", ["text"], [{}], {"text": []})
        for value in values:
            yield {**event, "detail": {**event["detail"], key: value}}
