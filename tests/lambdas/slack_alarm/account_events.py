"""Sample events of an account as AWS documents them, with invented names; each cites its page."""

from typing import Any

from tests.lambdas.slack_alarm.event_bridge import ACCOUNT, event

FINDING_ID = "c6b1f2d3e4a5968778695a4b3c2d1e0f"


def finding(**changed: Any) -> dict[str, Any]:
    """[Processing GuardDuty findings with Amazon EventBridge]
    (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html).
    """
    detail = {
        "accountId": ACCOUNT,
        "id": FINDING_ID,
        "type": "CryptoCurrency:EC2/BitcoinTool.B!DNS",
        "title": "An EC2 instance queries a domain that is associated with Bitcoin.",
        "description": "EC2 instance i-1234567890abcdef0 queries a domain name of Bitcoin activity.",
        "severity": 8,
        "resource": {"resourceType": "Instance"},
        "service": {"count": 3},
    }
    return event("aws.guardduty", "GuardDuty Finding", {**detail, **changed})


def health(kind: str = "AWS Health Event", **changed: Any) -> dict[str, Any]:
    """[Reference: AWS Health events Amazon EventBridge schema]
    (https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html).
    """
    detail = {
        "service": "EC2",
        "eventScopeCode": "ACCOUNT_SPECIFIC",
        "eventTypeCode": "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        "eventTypeCategory": "scheduledChange",
        "eventRegion": "ap-northeast-2",
        "startTime": "Fri, 4 Dec 2026 05:00:00 GMT",
        "eventDescription": [{"language": "en_US", "latestDescription": "The instance will be retired."}],
        "affectedEntities": [{"entityValue": "i-1234567890abcdef0"}],
    }
    return event("aws.health", kind, {**detail, **changed})


def sign_in(kind: str = "Root", result: str = "Success", used: str = "No", **changed: Any) -> dict[str, Any]:
    """[AWS Management Console sign-in events]
    (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html).
    """
    name = {"userName": "anaya"} if kind == "IAMUser" else {}
    detail = {
        "userIdentity": {"type": kind, "accountId": ACCOUNT, **name},
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "sourceIPAddress": "192.0.2.0",
        "userAgent": "Mozilla/5.0",
        "responseElements": {"ConsoleLogin": result},
        "additionalEventData": {"MFAUsed": used},
    }
    return event("aws.signin", "AWS Console Sign In via CloudTrail", {**detail, **changed})


def call(source: str, name: str, parameters: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """[AWS service events delivered via AWS CloudTrail]
    (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html).
    """
    detail = {
        "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/administer/anaya"},
        "eventSource": f"{source.removeprefix('aws.')}.amazonaws.com",
        "eventName": name,
        "sourceIPAddress": "192.0.2.0",
        "requestParameters": parameters,
        "responseElements": None,
    }
    return event(source, "AWS API Call via CloudTrail", {**detail, **changed})
