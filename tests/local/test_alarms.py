"""Alarms and events of applied environments, from the metric or the event of AWS to the message in Slack."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local_aws.emission import request_event
from tests.local.applied import Applied
from tests.support.slack import FakeSlack, fake_slack
from tests.support.waiting import awaited

#: Seconds to wait: a function starts in its own process, while other tests run.
PATIENCE = 120


@contextmanager
def slack_of(environment: Applied) -> Iterator[FakeSlack]:
    """Yield a fake Slack whose webhook URL is in the environment's secret."""
    with fake_slack() as slack:
        name = f"agora/{environment.file.settings.name}/slack-webhook"
        environment.client("secretsmanager").put_secret_value(SecretId=name, SecretString=slack.url)
        yield slack


def put(cloudwatch: Any, namespace: str, dimensions: Mapping[str, str], minutes: range, **values: float) -> None:
    """Send each metric with this value for each of the minutes, counted back from now."""
    now = int(time.time()) // 60 * 60
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    for minute in minutes:
        data = [
            {"MetricName": name, "Dimensions": named, "Timestamp": now - 60 * minute, "Value": value}
            for name, value in values.items()
        ]
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


def balancer_of(environment: Applied) -> dict[str, str]:
    name = f"agora-{environment.file.settings.name}-public"
    found = environment.client("elbv2").describe_load_balancers(Names=[name])["LoadBalancers"]
    return {"LoadBalancer": found[0]["LoadBalancerArn"].split("loadbalancer/")[1]}


def test_metrics_raise_alarms_of_each_severity_in_slack(applied: Mapping[str, Applied]) -> None:
    """An outage is one message: the alarm on errors, and not the one on response times."""
    staging = applied["staging"]
    cloudwatch, balancer = staging.client("cloudwatch"), balancer_of(staging)
    dead = {"QueueName": "agora-staging-push-mobile-dead"}
    bad, good = range(90, 75, -1), range(75, 60, -1)
    with slack_of(staging) as slack:
        put(cloudwatch, "AWS/ApplicationELB", balancer, bad, RequestCount=100, HTTPCode_Target_5XX_Count=50)
        awaited(lambda: len(slack.posted) == 1, PATIENCE)
        put(cloudwatch, "AWS/ApplicationELB", balancer, bad, TargetResponseTime=9)
        put(cloudwatch, "AWS/SQS", dead, bad, ApproximateNumberOfMessagesVisible=1)
        awaited(lambda: len(slack.posted) == 2, PATIENCE)
        put(cloudwatch, "AWS/ApplicationELB", balancer, good, TargetResponseTime=0.1)
        put(cloudwatch, "AWS/ApplicationELB", balancer, good, RequestCount=100, HTTPCode_Target_5XX_Count=0)
        awaited(lambda: len(slack.posted) == 3, PATIENCE)
        put(cloudwatch, "AWS/SQS", dead, good, ApproximateNumberOfMessagesVisible=0)
        awaited(lambda: len(slack.posted) == 4, PATIENCE)
    assert slack.texts == [
        "ALARM (critical) agora-staging-load-balancer-public-critical",
        "ALARM (warning) agora-staging-queue-push-mobile-dead-letters",
        "OK (critical) agora-staging-load-balancer-public-critical",
        "OK (warning) agora-staging-queue-push-mobile-dead-letters",
    ]
    assert "agora-staging-load-balancer-public-error-percent" in str(slack.posted[0])
    assert "alarms.md#queue-dead_letters|Runbook" in str(slack.posted[1])


def test_alarm_on_cloudfront_reaches_slack_from_another_region(applied: Mapping[str, Applied]) -> None:
    staging = applied["staging"]
    (site,) = [
        each
        for each in staging.client("cloudfront").list_distributions()["DistributionList"]["Items"]
        if "www.staging.agora.example" in each["Aliases"]["Items"]
    ]
    cloudwatch = staging.target.session(staging.file.settings.account_id).client("cloudwatch", region_name="us-east-1")
    dimensions = {"DistributionId": site["Id"], "Region": "Global"}
    with slack_of(staging) as slack:
        put(cloudwatch, "AWS/CloudFront", dimensions, range(30, 15, -1), **{"Requests": 100, "5xxErrorRate": 20})
        awaited(lambda: len(slack.posted) == 1, PATIENCE)
        put(cloudwatch, "AWS/CloudFront", dimensions, range(15, 0, -1), **{"Requests": 100, "5xxErrorRate": 0})
        awaited(lambda: len(slack.posted) == 2, PATIENCE)
    name = "(critical) agora-staging-site-www-error-percent"
    assert slack.texts == [f"ALARM {name}", f"OK {name}"]


def test_outage_of_a_database_is_one_message(applied: Mapping[str, Applied]) -> None:
    """The service needs the database and the load balancer the service, so their alarms are suppressed."""
    staging = applied["staging"]
    cloudwatch, balancer = staging.client("cloudwatch"), balancer_of(staging)
    database = {"DBClusterIdentifier": "agora-staging-main"}
    service = {"ClusterName": "agora-staging-main", "ServiceName": "agora-staging-api"}
    bad, good = range(45, 25, -1), range(25, 5, -1)
    with slack_of(staging) as slack:
        put(cloudwatch, "AWS/RDS", database, bad, DatabaseConnections=16_000)
        awaited(lambda: bool(slack.posted), PATIENCE)
        put(cloudwatch, "ECS/ContainerInsights", service, bad, DesiredTaskCount=4, RunningTaskCount=1)
        put(cloudwatch, "AWS/ApplicationELB", balancer, bad, RequestCount=100, HTTPCode_Target_5XX_Count=90)
        names = ["agora-staging-service-api-critical", "agora-staging-load-balancer-public-critical"]
        found = cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
        assert [each["StateValue"] for each in found] == ["ALARM", "ALARM"]
        put(cloudwatch, "AWS/ApplicationELB", balancer, good, RequestCount=100, HTTPCode_Target_5XX_Count=0)
        put(cloudwatch, "ECS/ContainerInsights", service, good, DesiredTaskCount=4, RunningTaskCount=4)
        put(cloudwatch, "AWS/RDS", database, good, DatabaseConnections=100)
        # It comes last, so all earlier messages are there.
        awaited(lambda: len(slack.posted) > 1, PATIENCE)
    name = "(critical) agora-staging-database-main-connections-percent"
    assert slack.texts == [f"ALARM {name}", f"OK {name}"]


def test_slow_burn_of_an_error_budget_reaches_slack(applied: Mapping[str, Applied]) -> None:
    """Two percent of errors raise no alarm of the load balancer, but use up the budget of a month in two days."""
    prod = applied["prod"]
    cloudwatch, balancer = prod.client("cloudwatch"), balancer_of(prod)
    with slack_of(prod) as slack:
        put(
            cloudwatch, "AWS/ApplicationELB", balancer, range(30, 20, -1), RequestCount=100, HTTPCode_Target_5XX_Count=2
        )
        awaited(lambda: len(slack.posted) == 1, PATIENCE)
        put(cloudwatch, "AWS/ApplicationELB", balancer, range(20, 0, -1), RequestCount=900, HTTPCode_Target_5XX_Count=0)
        awaited(lambda: len(slack.posted) == 2, PATIENCE)
    name = "(critical) agora-prod-slo-api-availability-critical"
    assert slack.texts == [f"ALARM {name}", f"OK {name}"]


def test_events_of_aws_reach_slack(applied: Mapping[str, Applied]) -> None:
    staging = applied["staging"]
    settings = staging.file.settings
    assert staging.target.local_aws
    service = f"arn:aws:ecs:{settings.region}:{settings.account_id}:service/agora-staging-main/agora-staging-api"
    deployment = {
        "source": "aws.ecs",
        "detail-type": "ECS Deployment State Change",
        "resources": [service],
        "detail": {
            "eventType": "ERROR",
            "eventName": "SERVICE_DEPLOYMENT_FAILED",
            "deploymentId": "ecs-svc/123",
            "updatedAt": "2026-11-27T09:00:00Z",
            "reason": "ECS deployment circuit breaker: task failed to start.",
        },
    }
    maintenance: dict[str, Any] = {
        "source": "aws.rds",
        "detail-type": "RDS DB Cluster Event",
        "detail": {
            "EventCategories": ["maintenance"],
            "SourceType": "CLUSTER",
            "SourceIdentifier": "agora-staging-main",
            "Message": "Database cluster is being upgraded.",
        },
    }
    foreign = {**maintenance, "detail": {**maintenance["detail"], "SourceIdentifier": "agora-dev-main"}}
    place = {"account": settings.account_id, "region": settings.region}
    with slack_of(staging) as slack:
        for event in (foreign, deployment):
            request_event(staging.target.local_aws.endpoint, {**place, **event})
        awaited(lambda: len(slack.posted) == 1, PATIENCE)
        request_event(staging.target.local_aws.endpoint, {**place, **maintenance})
        awaited(lambda: len(slack.posted) == 2, PATIENCE)
    failed, info = slack.posted
    assert failed["text"] == "ALARM (warning) Deployment of agora-staging-api failed"
    assert "alarms.md#ecs-deployment-state-change|Runbook" in str(failed)
    assert info["text"].startswith("(info)")
    assert "Database cluster is being upgraded." in str(info)
