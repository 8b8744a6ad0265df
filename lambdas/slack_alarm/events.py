"""EventBridge events: finds the reader of a kind of event, and adds what all events have."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from . import account, delivery, ecs, services
from .notices import Event, Link, Message, Notice, facts_of, last_part, moment
from .reading import Reading

_CLOUDTRAIL = "AWS API Call via CloudTrail"
#: By detail type. A reader returns None if it is not for this event, and raises LookupError or TypeError if the event
#: lacks what AWS documents.
_READERS: Mapping[str, Callable[[Event], Reading | None]] = {
    "ECS Deployment State Change": ecs.deployment,
    "ECS Task State Change": ecs.task,
    "CodeBuild Build State Change": delivery.build,
    "CodePipeline Pipeline Execution State Change": delivery.pipeline,
    "ECR Image Scan": services.image_scan,
    "Inspector2 Scan": services.image_scan,
    "RDS DB Instance Event": services.database,
    "RDS DB Cluster Event": services.database,
    "EC2 Instance Launch Unsuccessful": services.launch_failed,
    "EC2 Spot Instance Interruption Warning": services.spot_interruption,
    "Backup Job State Change": services.backup_job,
    "Copy Job State Change": services.backup_job,
    "Restore Job State Change": services.backup_job,
    _CLOUDTRAIL: lambda event: services.key_call(event) or account.protection_call(event) or account.break_glass(event),
    "KMS CMK Deletion": services.key_deleted,
    "ACM Certificate Approaching Expiration": services.certificate,
    "ACM Certificate Expired": services.certificate,
    "ACM Certificate Renewal Action Required": services.certificate,
    "GuardDuty Finding": account.finding,
    "AWS Health Event": account.health,
    "AWS Health Abuse Event": account.health,
    "AWS Console Sign In via CloudTrail": account.sign_in,
}


def notice_of(message: Message, event: Event, runbooks: str) -> Notice:
    """Return the notice of an event; `runbooks` is the URL of the page with the runbooks, or empty."""
    read = _READERS.get(event["detail-type"])
    reading = (read(event) if read else None) or _any(event)
    time = reading.since or event.get("time")
    return Notice(
        id=reading.id or str(event.get("id") or message.id),
        title=reading.title,
        severity=message.severity,
        state=reading.state,
        # A completed deployment is posted even if none failed before.
        state_before="ALARM" if reading.state else "",
        text=reading.text,
        facts=facts_of(*reading.facts, ("Account", event.get("account")), ("Region", event.get("region"))),
        since=moment(time) if time else None,
        links=(*_runbook(event, runbooks), *_console(event, reading)),
    )


def slug(name: str) -> str:
    """Return the anchor of a heading: "ECS Deployment State Change" is `ecs-deployment-state-change`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _any(event: Event) -> Reading:
    """Any other event: EKS, whose changes come through CloudTrail, ECS tasks that start, AWS Health."""
    detail: Event = event.get("detail") or {}
    parameters: Any = detail.get("requestParameters") or {}
    return Reading(
        title=f"{event['detail-type']} ({event['source']})",
        text=str(detail.get("stoppedReason") or detail.get("reason") or detail.get("errorMessage") or ""),
        facts=(
            ("Event", detail.get("eventName")),
            ("Status", detail.get("lastStatus") or detail.get("status") or detail.get("statusCode")),
            ("Error", detail.get("errorCode")),
            ("Cluster", last_part(detail.get("clusterArn") or parameters.get("name"))),
            ("Of", ", ".join(last_part(each) for each in event.get("resources") or ())),
            ("By", last_part((detail.get("userIdentity") or {}).get("arn"))),
        ),
    )


def _runbook(event: Event, runbooks: str) -> tuple[Link, ...]:
    """Return the link to the runbook of the kind of event; for an API call, to that of the call."""
    detail: Event = event.get("detail") or {}
    name = detail.get("eventName") if event["detail-type"] == _CLOUDTRAIL else None
    return (("Runbook", f"{runbooks}#{slug(name or event['detail-type'])}"),) if runbooks else ()


def _console(event: Event, reading: Reading) -> tuple[Link, ...]:
    if not reading.page:
        return ()
    name, path = reading.page
    return ((name, f"https://{event['region']}.console.aws.amazon.com/{path}"),)
