"""The account: findings of GuardDuty, events of AWS Health, sign-ins, and calls that change what protects it."""

from .notices import Event, last_part, string
from .reading import Reading, page

_CALLS = {
    "StopLogging": "was stopped",
    "DeleteTrail": "was deleted",
    "UpdateTrail": "was changed",
    "PutEventSelectors": "records other events",
    "DeleteDetector": "was deleted",
    "DisassociateFromAdministratorAccount": "no longer belongs to the organization's administrator",
}
_OBJECTS = {"aws.cloudtrail": "Trail", "aws.guardduty": "GuardDuty detector"}


def finding(event: Event) -> Reading:
    """[Processing GuardDuty findings with Amazon EventBridge]
    (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html): the detail is the finding.
    """
    detail = event["detail"]
    count = (detail.get("service") or {}).get("count")
    return Reading(
        title=f"GuardDuty: {string(detail, 'title')}",
        text=detail.get("description") or "",
        facts=(
            ("Type", detail.get("type")),
            ("Severity", detail.get("severity")),
            ("Resource", (detail.get("resource") or {}).get("resourceType")),
            ("Times", count if count != 1 else None),
        ),
        page=page("Finding", event, "guardduty", "/findings?macros=all&fId=", string(detail, "id")),
        # GuardDuty sends a finding again when it occurs again.
        id=string(detail, "id"),
    )


def health(event: Event) -> Reading | None:
    """[Reference: AWS Health events Amazon EventBridge schema]
    (https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html).
    """
    if event["source"] != "aws.health":
        return None
    detail = event["detail"]
    descriptions = detail.get("eventDescription") or [{}]
    entities = [each.get("entityValue") for each in detail.get("affectedEntities") or ()]
    kind = {"issue": "Problem", "scheduledChange": "Planned change"}.get(str(detail.get("eventTypeCategory")), "Report")
    return Reading(
        title=f"AWS Health: {kind} of {string(detail, 'service')}",
        text=descriptions[0].get("latestDescription") or "",
        facts=(
            ("Event", detail.get("eventTypeCode")),
            ("Resources", ", ".join(last_part(each) for each in entities if each)),
            ("Starts", detail.get("startTime")),
            ("Region of the event", detail.get("eventRegion")),
        ),
        page=("Health Dashboard", "health/home"),
    )


def sign_in(event: Event) -> Reading | None:
    """[AWS Management Console sign-in events]
    (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html).
    """
    detail = event["detail"]
    if detail.get("eventName") != "ConsoleLogin":
        return None
    identity, used = detail["userIdentity"], (detail.get("additionalEventData") or {}).get("MFAUsed")
    who = "The root user" if identity.get("type") == "Root" else f"IAM user {identity.get('userName') or 'unknown'}"
    failed = (detail.get("responseElements") or {}).get("ConsoleLogin") == "Failure"
    return Reading(
        title=f"{who} {'could not sign in' if failed else 'signed in'}{'' if used == 'Yes' else ' without MFA'}",
        text=detail.get("errorMessage") or "",
        facts=(("From", detail.get("sourceIPAddress")), ("MFA", used), ("Program", detail.get("userAgent"))),
    )


def protection_call(event: Event) -> Reading | None:
    """Calls of [CloudTrail](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html) and
    [GuardDuty](https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Operations.html).
    """
    detail = event["detail"]
    call, kind = string(detail, "eventName"), _OBJECTS.get(event["source"])
    if not kind or call not in _CALLS:
        return None
    parameters, identity = detail.get("requestParameters") or {}, detail["userIdentity"]
    name = last_part(parameters.get("name") or parameters.get("trailName") or parameters.get("detectorId"))
    error = detail.get("errorCode")
    return Reading(
        title=f"{call} of {kind} {name} was rejected: {error}" if error else f"{kind} {name} {_CALLS[call]}",
        text=detail.get("errorMessage") or "",
        facts=(
            ("By", last_part(identity.get("arn")) or identity.get("invokedBy")),
            ("From", detail.get("sourceIPAddress")),
            ("Event", call),
        ),
        page=page("Trails", event, "cloudtrailv2", "/trails") if kind == "Trail" else None,
    )


def break_glass(event: Event) -> Reading | None:
    """[CloudTrail event of AssumeRole]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html): the session's name is chosen by the
    person, and `userIdentity` is who asked.
    """
    detail = event["detail"]
    if event["source"] != "aws.sts" or detail.get("eventName") != "AssumeRole":
        return None
    parameters, identity = detail.get("requestParameters") or {}, detail["userIdentity"]
    who = last_part(identity.get("arn")) or identity.get("userName") or "Somebody"
    role, error = last_part(parameters.get("roleArn")), detail.get("errorCode")
    return Reading(
        title=f"{who} could not assume {role}: {error}" if error else f"{who} assumed {role}",
        text=detail.get("errorMessage") or "",
        facts=(
            ("By", identity.get("arn") or identity.get("principalId")),
            ("Session", parameters.get("roleSessionName")),
            ("From", detail.get("sourceIPAddress")),
            ("Program", detail.get("userAgent")),
        ),
    )
