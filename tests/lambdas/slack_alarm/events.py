"""Sample events in the format of AWS."""

import json
from typing import Any

TOPIC = "arn:aws:sns:ap-northeast-2:333333333333:agora-prod-alarms-critical"
ALARM_ARN = "arn:aws:cloudwatch:ap-northeast-2:333333333333:alarm:agora-prod-api-errors"


def alarm(**changed: Any) -> dict[str, Any]:
    return {
        "AlarmName": "agora-prod-api-errors",
        "AlarmDescription": "More than 1 % of requests fail",
        "AWSAccountId": "333333333333",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 3 datapoints were greater than the threshold (1.0).",
        "StateChangeTime": "2026-11-21T10:00:00.000+0000",
        "Region": "Asia Pacific (Seoul)",
        "AlarmArn": ALARM_ARN,
        "OldStateValue": "OK",
        "Trigger": {
            "MetricName": "HTTPCode_Target_5XX_Count",
            "Namespace": "AWS/ApplicationELB",
            "Dimensions": [{"value": "app/agora-prod/50dc6c495c0c9188", "name": "LoadBalancer"}],
        },
        **changed,
    }


COMPOSITE: dict[str, Any] = {
    "AlarmName": "agora-prod-down",
    "AlarmRule": 'ALARM("agora-prod-api-errors") OR ALARM("agora-prod: db/cpu")',
    "AWSAccountId": "333333333333",
    "NewStateValue": "ALARM",
    "NewStateReason": f"{ALARM_ARN} transitioned to ALARM at Saturday 21 November, 2026 10:00:00 UTC",
    "StateChangeTime": "2026-11-21T10:00:00.000+0000",
    "AlarmArn": "arn:aws:cloudwatch:ap-northeast-2:333333333333:alarm:agora-prod-down",
    "OldStateValue": "OK",
    "TriggeringChildren": [
        {"Arn": ALARM_ARN, "State": {"Value": "ALARM", "Timestamp": "2026-11-21T10:00:00.000+0000"}},
        {
            "Arn": "arn:aws:cloudwatch:ap-northeast-2:333333333333:alarm:agora-prod: db/cpu",
            "State": {"Value": "OK", "Timestamp": "2026-11-21T10:00:00.000+0000"},
        },
    ],
}

METRIC_MATH = {
    "Period": 60,
    "EvaluationPeriods": 3,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 1.0,
    "Metrics": [
        {"Expression": "100 * errors / requests", "Id": "rate", "Label": "Error rate", "ReturnData": True},
        {
            "Id": "errors",
            "MetricStat": {
                "Metric": {
                    "Dimensions": [{"value": "app/agora-prod/50dc6c495c0c9188", "name": "LoadBalancer"}],
                    "MetricName": "HTTPCode_Target_5XX_Count",
                    "Namespace": "AWS/ApplicationELB",
                },
                "Period": 60,
                "Stat": "Sum",
            },
            "ReturnData": False,
        },
        {
            "Id": "requests",
            "MetricStat": {"Metric": {"MetricName": "Requests", "Namespace": "Agora"}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        },
    ],
}

ALARM_BY_EVENT_BRIDGE = {
    "version": "0",
    "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
    "detail-type": "CloudWatch Alarm State Change",
    "source": "aws.cloudwatch",
    "account": "333333333333",
    "time": "2026-11-21T10:00:01Z",
    "region": "ap-northeast-2",
    "resources": [ALARM_ARN],
    "detail": {
        "alarmName": "agora-prod-api-errors",
        "configuration": {"description": "More than 1 % of requests fail", "metrics": []},
        "previousState": {"value": "OK", "timestamp": "2026-11-21T09:00:00.000+0000"},
        "state": {"value": "ALARM", "reason": "Threshold Crossed", "timestamp": "2026-11-21T10:00:00.000+0000"},
    },
}


def deployment(name: str = "SERVICE_DEPLOYMENT_FAILED") -> dict[str, Any]:
    return {
        "version": "0",
        "id": "ddca6449-b258-46c0-8653-e0e3aEXAMPLE",
        "detail-type": "ECS Deployment State Change",
        "source": "aws.ecs",
        "account": "333333333333",
        "time": "2026-11-21T12:31:14Z",
        "region": "ap-northeast-2",
        "resources": ["arn:aws:ecs:ap-northeast-2:333333333333:service/agora-prod-main/api"],
        "detail": {
            "eventType": "ERROR",
            "eventName": name,
            "deploymentId": "ecs-svc/123",
            "updatedAt": "2026-11-21T11:11:11Z",
            "reason": "ECS deployment circuit breaker: task failed to start.",
        },
    }


EKS_UPDATE = {
    "version": "0",
    "id": "36eb8523-97d0-4518-b33d-ee3579ff19f0",
    "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.eks",
    "account": "333333333333",
    "time": "2026-11-21T10:00:00Z",
    "region": "ap-northeast-2",
    "resources": [],
    "detail": {
        "eventName": "UpdateClusterVersion",
        "userIdentity": {"arn": "arn:aws:sts::333333333333:assumed-role/deploy/mallory"},
        "requestParameters": {"name": "agora-prod-main", "version": "1.34"},
    },
}

#: [Amazon CloudWatch User Guide, Alarm events and EventBridge]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html): a composite alarm
#: with a suppressor alarm.
SUPPRESSED = {
    **ALARM_BY_EVENT_BRIDGE,
    "detail": {
        "alarmName": "agora-prod-down",
        "state": {
            "actionsSuppressedBy": "WaitPeriod",
            "actionsSuppressedReason": "Actions suppressed by WaitPeriod",
            "value": "ALARM",
            "reason": f"{ALARM_ARN} transitioned to ALARM at Saturday 21 November, 2026 10:00:00 UTC",
            "reasonData": json.dumps(
                {
                    "triggeringAlarms": [
                        {"arn": ALARM_ARN, "state": {"value": "ALARM", "timestamp": "2026-11-21T10:00:00.000+0000"}}
                    ]
                }
            ),
            "timestamp": "2026-11-21T10:00:00.000+0000",
        },
        "previousState": {"value": "OK", "timestamp": "2026-11-21T09:00:00.000+0000"},
        "configuration": {
            "alarmRule": 'ALARM("agora-prod-api-errors")',
            "actionsSuppressor": "agora-prod-maintenance",
            "actionsSuppressorWaitPeriod": 120,
            "actionsSuppressorExtensionPeriod": 180,
        },
    },
}

BUDGET_SUBJECT = "AWS Budgets: agora has exceeded your alert threshold"
BUDGET = """AWS Budget Notification November 21, 2026
AWS Account 333333333333

Dear AWS Customer,

You requested that we alert you when the ACTUAL Cost associated with your agora budget is greater than $80.00.

Budget Name: agora
Budget Type: Cost
Budgeted Amount: $100.00
Alert Type: ACTUAL
Alert Threshold: > $80.00
ACTUAL Amount: $83.11

[1] https://console.aws.amazon.com/billing/home#/budgets
"""


def by_topic(
    message: Any, *, subject: str = "", topic: str = TOPIC, id: str = "95df01b4-ee98-5cb9-9903-4c221d41eb5e"
) -> dict[str, Any]:
    """Return the event with which SNS invokes a function."""
    text = message if isinstance(message, str) else json.dumps(message)
    sns = {"Type": "Notification", "MessageId": id, "TopicArn": topic, "Subject": subject or None, "Message": text}
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns}]}
