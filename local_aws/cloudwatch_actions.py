"""CloudWatch: actions of an alarm whose state changes.

AWS: when the state of an alarm changes, by its metric or by SetAlarmState, the actions of that state are invoked: a
topic receives a message in JSON, a function an event. Moto 5.2.5 stores the actions and invokes none. Added: for
SetAlarmState, topics and functions. Metrics change no alarm's state here.
"""

import json
from collections.abc import Callable
from typing import Any

_ACTIONS = {"ALARM": "alarm_actions", "OK": "ok_actions", "INSUFFICIENT_DATA": "insufficient_data_actions"}


def install() -> None:
    """Let Moto's alarms invoke their actions."""
    from moto.cloudwatch.models import CloudWatchBackend

    from local_aws.extend import add

    add(CloudWatchBackend, _acting(CloudWatchBackend.set_alarm_state))


def _acting(set_state: Callable[..., None]) -> Callable[..., None]:
    def set_alarm_state(backend: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        before = backend.alarms[alarm_name].state_value if alarm_name in backend.alarms else None
        set_state(backend, alarm_name, reason, reason_data, state_value)
        alarm = backend.alarms[alarm_name]
        if alarm.actions_enabled and before != state_value:
            for arn in getattr(alarm, _ACTIONS[state_value]) or ():
                _act(backend, alarm, before or "INSUFFICIENT_DATA", arn)

    return set_alarm_state


def _act(backend: Any, alarm: Any, before: str, arn: str) -> None:
    from moto.awslambda.utils import get_backend
    from moto.sns.models import sns_backends

    from local_aws.lambda_events import later

    service, region, account = arn.split(":")[2:5]
    if service == "sns":
        message = json.dumps(_message(backend, alarm, before))
        subject = f'{alarm.state_value}: "{alarm.name}" in {_region_name(region)}'
        sns_backends[account][region].publish(message, arn=arn, subject=subject[:100])
    elif service == "lambda":
        later(get_backend(account, region).get_function(arn), _event(backend, alarm, before))


def _message(backend: Any, alarm: Any, before: str) -> dict[str, Any]:
    """[Amazon CloudWatch User Guide, Notifying users on alarm changes]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html): the message for a
    topic.
    """
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": backend.account_id,
        "AlarmConfigurationUpdatedTimestamp": _time(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _time(alarm.state_updated_timestamp),
        "Region": _region_name(backend.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions or ()),
        "InsufficientDataActions": list(alarm.insufficient_data_actions),
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "StatisticType": "Statistic",
            "Statistic": (alarm.statistic or "").upper(),
            "Unit": alarm.unit,
            "Dimensions": [{"name": each.name, "value": each.value} for each in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
            "TreatMissingData": alarm.treat_missing_data or "missing",
        },
    }


def _event(backend: Any, alarm: Any, before: str) -> dict[str, Any]:
    """[Invoke a Lambda function from an alarm]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html): the event for a
    function.
    """
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": backend.account_id,
        "time": _time(alarm.state_updated_timestamp),
        "region": backend.region_name,
        "alarmData": {
            "alarmName": alarm.name,
            "state": {"value": alarm.state_value, "reason": alarm.state_reason},
            "previousState": {"value": before},
            "configuration": {"description": alarm.description},
        },
    }


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _region_name(region: str) -> str:
    """Return the Region's display name: `Asia Pacific (Seoul)`."""
    from botocore.session import get_session

    regions = get_session().get_data("endpoints")["partitions"][0]["regions"]
    return str(regions.get(region, {}).get("description", region))
