"""Alarms and scaling policies of every stack against the table of metrics."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.aws_facts.alarms import math_faults, range_faults
from tests.aws_facts.metrics import Use, faults, load, metrics, uses
from tests.aws_facts.stack import Resource, Stack
from tests.support.template import Template

QUEUE = {
    "namespace": "AWS/SQS",
    "metric_name": "ApproximateAgeOfOldestMessage",
    "dimensions": {"QueueName": "${aws_sqs_queue.jobs.name}"},
    "statistic": "Maximum",
    "period": 60,
    "evaluation_periods": 5,
}
RESOURCES = {
    "aws_sqs_queue": {"jobs": {"name": "prod-jobs"}},
    "aws_lb": {"public": {"name": "public"}},
    "aws_lb_target_group": {"api": {"name": "api"}},
    "aws_db_instance": {"small": {"identifier": "prod-small"}},
    "aws_rds_cluster": {"main": {"cluster_identifier": "prod-main"}},
    "aws_rds_cluster_instance": {"main_1": {"identifier": "prod-main-1"}},
    "aws_elasticache_replication_group": {"sessions": {"replication_group_id": "prod-sessions"}},
    "aws_cloudfront_distribution": {"site": {}},
    "aws_acm_certificate": {"api": {}, "site": {"provider": "aws.us_east_1"}},
    "aws_wafv2_web_acl": {"regional": {"name": "prod"}, "edge": {"name": "prod-edge", "provider": "aws.us_east_1"}},
}
BALANCER = {"LoadBalancer": "${aws_lb.public.arn_suffix}"}
TARGET = {**BALANCER, "TargetGroup": "${aws_lb_target_group.api.arn_suffix}"}


def stack_of(folder: Path, **resources: Any) -> Stack:
    """Return a stack with a provider for us-east-1."""
    providers = [
        {"region": "eu-west-1", "allowed_account_ids": ["111122223333"]},
        {"region": "us-east-1", "allowed_account_ids": ["111122223333"], "alias": "us_east_1"},
    ]
    content = {"provider": {"aws": providers}, "resource": {**RESOURCES, **resources}}
    (folder / "cdk.tf.json").write_text(json.dumps(content))
    return Stack(Template(folder))


def alarm_of(folder: Path, **block: Any) -> Resource:
    """Return an alarm in a stack that has one of each resource."""
    (alarm,) = stack_of(folder, aws_cloudwatch_metric_alarm={"late": block}).of_type("aws_cloudwatch_metric_alarm")
    return alarm


def faults_of(folder: Path, **block: Any) -> str:
    return "\n".join(fault for use in uses(alarm_of(folder, **block).stack) for fault in faults(use))


def watched(name: str, dimensions: dict[str, str], statistic: str = "Average", **block: Any) -> dict[str, Any]:
    """Return an alarm's block for a metric, written as namespace and name."""
    namespace, _, metric_name = name.rpartition("/")
    named = {"namespace": namespace, "metric_name": metric_name, "dimensions": dimensions, "statistic": statistic}
    return {**QUEUE, **named, **block}


def test_metrics_of_every_stack_exist(stacks: list[Stack]) -> None:
    found = [use for stack in stacks for use in uses(stack)]
    assert found
    wrong = [fault for use in found for fault in faults(use)]
    assert wrong == [], "\n".join(wrong)


def test_alarms_of_every_stack_watch_no_longer_than_cloudwatch_allows(stacks: list[Stack]) -> None:
    alarms = [alarm for stack in stacks for alarm in stack.of_type("aws_cloudwatch_metric_alarm")]
    assert [f"{alarm.stack.name} {fault}" for alarm in alarms for fault in range_faults(alarm)] == []


def test_metric_math_of_every_stack_uses_its_metrics(stacks: list[Stack]) -> None:
    alarms = [alarm for stack in stacks for alarm in stack.of_type("aws_cloudwatch_metric_alarm")]
    assert [f"{alarm.stack.name} {alarm.address}: {fault}" for alarm in alarms for fault in math_faults(alarm)] == []


def test_sets_of_dimensions_are_unique_in_the_table() -> None:
    sets = [(str(row), each) for row in metrics() for each in row.dimensions]
    assert len(set(sets)) == len(sets)


def test_pages_of_the_table_are_used() -> None:
    table = load()
    assert {key for row in table["metric"] for key in (row["page"], *row.get("also", ()))} == set(table["pages"])


@pytest.mark.parametrize(
    "block",
    [
        QUEUE,
        {**QUEUE, "dimensions": {"QueueName": "prod-jobs"}},
        watched("AWS/ApplicationELB/TargetResponseTime", TARGET, "", extended_statistic="p99"),
        watched("AWS/RDS/AuroraReplicaLagMaximum", {"DBClusterIdentifier": "prod-main"}),
        watched("AWS/RDS/CPUUtilization", {"DBClusterIdentifier": "prod-main", "Role": "READER"}),
        watched("AWS/ElastiCache/EngineCPUUtilization", {"CacheClusterId": "prod-sessions-002"}),
        watched("AWS/ElastiCache/EngineCPUUtilization", {"CacheClusterId": "prod-sessions-0001-002"}),
        watched("AWS/WAFV2/BlockedRequests", {"WebACL": "prod", "Rule": "ALL", "Region": "eu-west-1"}, "Sum"),
        watched("AWS/WAFV2/BlockedRequests", {"WebACL": "prod-edge", "Rule": "ALL"}, "Sum", provider="aws.us_east_1"),
    ],
)
def test_correct_alarm_has_no_fault(block: dict[str, Any], tmp_path: Path) -> None:
    assert faults_of(tmp_path, **block) == ""


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ({**QUEUE, "metric_name": "AgeOfOldestMessage"}, "AgeOfOldestMessage is not in metrics.toml"),
        ({**QUEUE, "dimensions": {}}, "has the dimensions (); AWS publishes (QueueName)"),
        ({**QUEUE, "dimensions": {"QueueName": "${aws_sqs_queue.jobs.arn}"}}, "no resource of the stack has"),
        ({**QUEUE, "dimensions": {"QueueName": "prod-jobs-dlq"}}, "no resource of the stack has"),
        ({**QUEUE, "statistic": "Sum"}, "has the statistic Sum; those that mean something are Average, Minimum"),
        (
            watched("AWS/ApplicationELB/HealthyHostCount", {"TargetGroup": TARGET["TargetGroup"]}),
            "has the dimensions (TargetGroup); AWS publishes (AvailabilityZone, LoadBalancer, TargetGroup) or",
        ),
        (
            watched("AWS/ApplicationELB/RejectedConnectionCount", BALANCER, "Sum", treat_missing_data="breaching"),
            "treats missing data as breaching, and AWS publishes no zeros",
        ),
        (
            watched("AWS/RDS/Deadlocks", {"DBInstanceIdentifier": "prod-small"}),
            "watches aws_db_instance.small, and only aws_rds_cluster, aws_rds_cluster_instance have the metric",
        ),
        (
            watched("AWS/RDS/FreeStorageSpace", {"DBInstanceIdentifier": "prod-main-1"}),
            "watches aws_rds_cluster_instance.main_1, and only aws_db_instance have the metric",
        ),
        (
            watched("AWS/RDS/CPUUtilization", {"DBClusterIdentifier": "prod-main", "Role": "Reader"}),
            "has the Role Reader; AWS's values are WRITER, READER",
        ),
        (
            watched("AWS/CertificateManager/DaysToExpiry", {"CertificateArn": "${aws_acm_certificate.site.arn}"}),
            "has a period of 60 s, and AWS publishes every 43200 s",
        ),
        (
            watched("AWS/CertificateManager/DaysToExpiry", {"CertificateArn": "${aws_acm_certificate.site.arn}"}),
            "is watched in eu-west-1, and aws_acm_certificate.site is in us-east-1",
        ),
        (
            watched(
                "AWS/CloudFront/5xxErrorRate",
                {"DistributionId": "${aws_cloudfront_distribution.site.id}", "Region": "Global"},
            ),
            "is watched in eu-west-1, and AWS publishes it in us-east-1",
        ),
        (
            watched("AWS/WAFV2/BlockedRequests", {"WebACL": "prod", "Rule": "ALL"}, "Sum"),
            "is watched in eu-west-1, and AWS publishes it in us-east-1",
        ),
        (
            watched("AWS/WAFV2/BlockedRequests", {"WebACL": "prod", "Rule": "ALL", "Region": "us-east-1"}, "Sum"),
            "has the Region us-east-1; AWS's values are eu-west-1",
        ),
    ],
)
def test_wrong_alarm_has_a_fault(block: dict[str, Any], fault: str, tmp_path: Path) -> None:
    assert fault in faults_of(tmp_path, **block)


@pytest.mark.parametrize(
    ("periods", "period", "fault"),
    [
        (1440, 60, ""),
        (25, 3540, "watches 88500 s; at most 86400 s with a period of 3540 s"),
        (7, 86_400, ""),
        (8, 86_400, "watches 691200 s; at most 604800 s with a period of 86400 s"),
        (1, 90, "has a period of 90 s"),
    ],
)
def test_range_of_an_alarm_is_limited(periods: int, period: int, fault: str, tmp_path: Path) -> None:
    alarm = alarm_of(tmp_path, **{**QUEUE, "period": period, "evaluation_periods": periods})
    found = list(range_faults(alarm))
    assert len(found) == bool(fault)
    assert fault in "".join(found)


METRIC = {"metric_name": "Invocations", "namespace": "AWS/Lambda", "period": 60, "stat": "Sum", "dimensions": {}}


@pytest.mark.parametrize(
    ("expression", "other", "fault"),
    [
        ("100 * errors / FILL(total, 'repeat')", "errors", ""),
        ("100 * errors / total", "Errors", "the id 'Errors' does not begin with a lowercase letter"),
        ("100 * errors / total", "failed", "no query has the id 'errors'"),
        ("SUM(total)", "errors", "no expression uses 'errors'"),
        ("SUM(total)", "total", "the id 'total' is not unique"),
    ],
)
def test_metric_math_is_checked(expression: str, other: str, fault: str, tmp_path: Path) -> None:
    queries = [
        {"id": "rate", "expression": expression, "return_data": True},
        {"id": "total", "metric": METRIC},
        {"id": other, "metric": [{**METRIC, "metric_name": "Errors"}]},
    ]
    alarm = alarm_of(tmp_path, metric_query=queries, evaluation_periods=3)
    found = list(math_faults(alarm))
    assert bool(found) is bool(fault)
    assert fault in "\n".join(found)
    names: list[Use] = list(uses(alarm.stack))
    assert [each.name for each in names] == ["Invocations", "Errors"]


def test_metric_of_a_scaling_policy_is_checked(tmp_path: Path) -> None:
    dimensions = [{"name": "QueueName", "value": "prod-jobs"}]
    metric = {"namespace": "AWS/SQS", "metric_name": "Backlog", "dimensions": dimensions}
    stat = {"stat": "Sum", "metric": {**metric, "metric_name": "ApproximateNumberOfMessagesVisible"}}
    several = {"metrics": [{"id": "backlog", "metric_stat": stat}]}
    policies = {
        name: {"target_tracking_scaling_policy_configuration": {"customized_metric_specification": each}}
        for name, each in {"one": {**metric, "statistic": "Average"}, "several": several}.items()
    }
    found = [fault for use in uses(stack_of(tmp_path, aws_appautoscaling_policy=policies)) for fault in faults(use)]
    assert len(found) == 2
    assert "Backlog is not in metrics.toml" in found[0]
    assert "has the statistic Sum" in found[1]
