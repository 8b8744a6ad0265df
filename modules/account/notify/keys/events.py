"""Events of an account that notify somebody: findings, sign-ins, and changes of what protects the account.

A row is one EventBridge rule in each Region of the account, and its section in `ops/reference/runbooks.toml`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from modules.account.people.keys.rights import arn_of, break_glass_name
from modules.foundation.names import Names
from modules.observability.alarms.keys.alarm import Severity
from modules.observability.alarms.keys.aws_events import AwsEvent, Pattern

#: The Region of sign-ins of the root user, and of API calls to global services such as IAM: [I want to receive events
#: from global services](https://repost.aws/knowledge-center/eventbridge-rule-triggers-iam-single-region).
GLOBAL_REGION = "us-east-1"
_CALL = ("AWS API Call via CloudTrail",)
_SIGN_IN = ("AWS Console Sign In via CloudTrail",)


def event_regions(regions: Iterable[str]) -> list[str]:
    """Return the Regions in which an account has events, each once, given those that it uses."""
    return list(dict.fromkeys([*regions, GLOBAL_REGION]))


def _event(
    severity: Severity,
    source: str,
    detail_types: tuple[str, ...],
    matches: Callable[[Names], Pattern],
    description: str,
    state: str | None = None,
) -> AwsEvent:
    return AwsEvent(severity, source, detail_types, matches, lambda _: True, description, state)


def _detail(detail: Mapping[str, Any]) -> Callable[[Names], Pattern]:
    return lambda _: {"detail": detail}


def _calls(*names: str) -> Callable[[Names], Pattern]:
    return _detail({"eventName": list(names)})


def _break_glass_use(names: Names) -> Pattern:
    role_arn = arn_of(names, "role", break_glass_name(names))
    return {"detail": {"eventName": ["AssumeRole"], "requestParameters": {"roleArn": [role_arn]}}}


#: The event that only an account with the role for emergencies has.
BREAK_GLASS_USED = "break_glass_used"
#: By the name that `events_off` uses; `names` in a pattern are the account stack's. The patterns are those of the pages
#: that tests/aws_facts/events.toml cites.
EVENTS: Mapping[str, AwsEvent] = {
    # [Amazon GuardDuty User Guide, Findings severity levels]
    # (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html): critical is 9.0 and more, high
    # 7.0 and more, medium 4.0 and more.
    "guardduty_high": _event(
        "critical",
        "aws.guardduty",
        ("GuardDuty Finding",),
        _detail({"severity": [{"numeric": [">=", 7]}]}),
        "GuardDuty found that a resource is probably compromised; severity high or critical.",
    ),
    "guardduty_medium": _event(
        "warning",
        "aws.guardduty",
        ("GuardDuty Finding",),
        _detail({"severity": [{"numeric": [">=", 4, "<", 7]}]}),
        "GuardDuty found activity that is not normal; severity medium.",
    ),
    # Only events of this account: AWS Health sends public ones to a backup Region too, and so twice ([AWS Health User
    # Guide, Creating EventBridge rules for AWS Region coverage]
    # (https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html)).
    "health": _event(
        "warning",
        "aws.health",
        ("AWS Health Event",),
        _detail({"eventScopeCode": ["ACCOUNT_SPECIFIC"], "eventTypeCategory": ["issue", "scheduledChange"]}),
        "AWS reports a problem or a planned change of this account's resources.",
    ),
    "abuse": _event(
        "critical",
        "aws.health",
        ("AWS Health Abuse Event",),
        lambda _: {},
        "Somebody reported to AWS that resources of the account attack others or send spam.",
    ),
    "root_sign_in": _event(
        "critical",
        "aws.signin",
        _SIGN_IN,
        _detail({"userIdentity": {"type": ["Root"]}, "eventName": ["ConsoleLogin"]}),
        "Somebody signed in as the root user, or tried to.",
    ),
    # Users of IAM Identity Center and of other identity providers sign in elsewhere, with MFA there: MFAUsed is "No".
    "sign_in_without_mfa": _event(
        "critical",
        "aws.signin",
        _SIGN_IN,
        _detail(
            {
                "userIdentity": {"type": ["IAMUser"]},
                "eventName": ["ConsoleLogin"],
                "additionalEventData": {"MFAUsed": ["No"]},
                "responseElements": {"ConsoleLogin": ["Success"]},
            }
        ),
        "An IAM user signed in to the console without MFA.",
    ),
    "trail_stopped": _event(
        "critical",
        "aws.cloudtrail",
        _CALL,
        _calls("StopLogging", "DeleteTrail"),
        "Somebody stopped or deleted a CloudTrail trail: nothing records what happens now.",
    ),
    "trail_changed": _event(
        "warning",
        "aws.cloudtrail",
        _CALL,
        _calls("UpdateTrail", "PutEventSelectors"),
        "Somebody changed what a CloudTrail trail records, or where to.",
    ),
    "detector_stopped": _event(
        "critical",
        "aws.guardduty",
        _CALL,
        _calls("DeleteDetector", "DisassociateFromAdministratorAccount"),
        "Somebody turned GuardDuty off in a Region.",
    ),
    # CloudTrail says that AssumeRole only reads, and rules that are only ENABLED do not match such events ([Amazon
    # EventBridge User Guide, Receiving read-only management events from AWS services]
    # (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html), whose
    # example is AssumeRole). The event is in the Region of the endpoint, that of the global one in us-east-1.
    BREAK_GLASS_USED: _event(
        "critical",
        "aws.sts",
        _CALL,
        _break_glass_use,
        "Somebody assumed the role for emergencies, or tried to.",
        "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
    ),
}
