"""CloudWatch: the message for a topic and the event for a function when the state of an alarm changes.

[Notifying users on alarm changes]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html) has the schemas of a
metric alarm and a composite alarm. It does not have those of metric math and of the triggering children; messages of
AWS that were published have the form below.
"""

from typing import Any


def message(backend: Any, alarm: Any, before: str) -> dict[str, Any]:
    """Return the message for a topic."""
    changed = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": backend.account_id,
        "AlarmConfigurationUpdatedTimestamp": _time(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _time(alarm.state_updated_timestamp),
        "Region": region_name(backend.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions or ()),
        "InsufficientDataActions": list(alarm.insufficient_data_actions),
    }
    if alarm.rule is None:
        return changed | {"Trigger": _trigger(alarm)}
    children = [
        {"Arn": each.alarm_arn, "State": {"Value": each.state_value, "Timestamp": _time(each.state_updated_timestamp)}}
        for each in getattr(alarm, "triggering_children", ())
    ]
    del changed["AlarmConfigurationUpdatedTimestamp"]
    return changed | {"AlarmRule": alarm.rule, "TriggeringChildren": children}


def _trigger(alarm: Any) -> dict[str, Any]:
    settings = {
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm or alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }
    if alarm.metric_data_queries:
        periods = [each.metric_stat.period for each in alarm.metric_data_queries if each.metric_stat]
        return settings | {"Period": max(periods), "Metrics": [_query(each) for each in alarm.metric_data_queries]}
    statistic = (
        {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": alarm.extended_statistic}
        if alarm.extended_statistic
        else {"StatisticType": "Statistic", "Statistic": (alarm.statistic or "").upper()}
    )
    metric = {"MetricName": alarm.metric_name, "Namespace": alarm.namespace}
    return metric | statistic | {"Unit": alarm.unit, "Dimensions": _dimensions(alarm.dimensions)} | settings


def _query(query: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"Id": query.id, "ReturnData": query.return_data is not False}
    if query.label:
        found["Label"] = query.label
    if query.expression:
        return found | {"Expression": query.expression}
    stat = query.metric_stat
    metric = {
        "Dimensions": _dimensions(stat.metric.dimensions),
        "MetricName": stat.metric.metric_name,
        "Namespace": stat.metric.namespace,
    }
    return found | {"MetricStat": {"Metric": metric, "Period": stat.period, "Stat": stat.stat}}


def _dimensions(given: Any) -> list[dict[str, str]]:
    return [{"value": each.value, "name": each.name} for each in given]


def event(backend: Any, alarm: Any, before: str) -> dict[str, Any]:
    """[Invoke a Lambda function from an alarm]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html): the event for a
    function.
    """
    configuration = {"description": alarm.description}
    if alarm.rule is not None:
        configuration["alarmRule"] = alarm.rule
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
            "configuration": configuration,
        },
    }


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def region_name(region: str) -> str:
    """Return the Region's display name: `Asia Pacific (Seoul)`."""
    from botocore.session import get_session

    regions = get_session().get_data("endpoints")["partitions"][0]["regions"]
    return str(regions.get(region, {}).get("description", region))
