"""CloudWatch: checks of PutMetricAlarm."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.alarms import Client, put_alarm, query

TOPIC = "arn:aws:sns:ap-northeast-2:333333333333:topic"


def expression(text: str, returned: bool = True, name: str = "e") -> dict[str, Any]:
    return {"Id": name, "Expression": text, "ReturnData": returned}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"Period": 20}, None),
        ({"Period": 45}, "Period 45 is not a multiple of 60"),
        ({"Period": 90}, "Period 90 is not a multiple of 60"),
        ({"Period": 1800, "EvaluationPeriods": 48}, None),
        ({"Period": 1800, "EvaluationPeriods": 49}, "at most 86400 seconds"),
        ({"Period": 3600, "EvaluationPeriods": 168}, None),
        ({"Period": 3600, "EvaluationPeriods": 169}, "at most 604800 seconds"),
        ({"Period": None}, "Period is required"),
        ({"AlarmDescription": "x" * 1025}, "at most 1024 characters"),
        ({"Statistic": None}, "either Statistic or ExtendedStatistic"),
        ({"ExtendedStatistic": "p9"}, "either Statistic or ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "p99.9"}, None),
        ({"Statistic": None, "ExtendedStatistic": "pr"}, "the statistic pr is not supported"),
        ({"MetricName": None}, "either MetricName or Metrics"),
        ({"TreatMissingData": "ignored"}, "TreatMissingData must be one of"),
        ({"AlarmActions": [TOPIC] * 6}, "at most 5 actions"),
        ({"OKActions": [TOPIC.replace("ap-northeast-2", "us-east-1")]}, "Only ap-northeast-2 is supported"),
        ({"AlarmActions": ["arn:aws:ssm-incidents::333333333333:response-plan/x"]}, None),
        ({"ThresholdMetricId": "e"}, "only static thresholds"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "only static thresholds"),
        ({"Metrics": [query("a", "x", True)]}, None),
        ({"Metrics": [query("a", "x", True), query("b", "y", True)]}, "Exactly one of Metrics .*: a, b"),
        ({"Metrics": [query("a", "x"), expression("a", False)]}, "Exactly one of Metrics .*: none"),
        ({"Metrics": [query("A", "x", True)]}, "The IDs .* are not valid"),
        ({"Metrics": [query("a", "x"), expression("a", name="a")]}, "The IDs .* are not valid"),
        ({"Metrics": [query("a", "x"), query("b", "y", Period=300), expression("a+b")]}, "the same period"),
        ({"Metrics": [query("a", "x", True)], "Namespace": "AWS/Test"}, "cannot be combined with namespace"),
        ({"Metrics": [query(f"a{each}", "x", not each) for each in range(11)]}, "at most 10"),
        ({"Metrics": [query("a", "x"), expression("SEARCH(a)")]}, "cannot evaluate .* SEARCH is not supported"),
        ({"Metrics": [query("a", "x", True) | {"AccountId": "444444444444"}]}, "a metric of another account"),
        ({"Metrics": [query("a", "x"), expression("a + b")]}, "b is not the ID"),
        ({"Metrics": [query("a", "x"), expression("a + e")]}, "e is not the ID .*, or depends on itself"),
        ({"Metrics": [query("a", "x"), expression("MAX(a)")]}, "e is not a single time series"),
        ({"Metrics": [query("a", "x"), expression("[a, a]")]}, "e is not a single time series"),
    ],
)
def test_alarm_settings_are_checked(client: Client, settings: dict[str, Any], problem: str | None) -> None:
    cloudwatch = client("cloudwatch")
    if problem is None:
        put_alarm(cloudwatch, "checked", **settings)
        return
    with pytest.raises(ClientError, match=problem) as caught:
        put_alarm(cloudwatch, "unchecked", **settings)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert not cloudwatch.describe_alarms(AlarmNames=["unchecked"])["MetricAlarms"]


def test_rejected_change_keeps_the_alarm(client: Client) -> None:
    cloudwatch = client("cloudwatch")
    put_alarm(cloudwatch, "kept", Tags=[{"Key": "a", "Value": "1"}])
    with pytest.raises(ClientError, match="the statistic pr is not supported"):
        put_alarm(cloudwatch, "kept", Statistic=None, ExtendedStatistic="pr")
    put_alarm(cloudwatch, "kept", Threshold=7, Tags=[{"Key": "a", "Value": "2"}])
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["kept"])["MetricAlarms"]
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Sum", 7)
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "a", "Value": "1"}], "an update ignores tags"
