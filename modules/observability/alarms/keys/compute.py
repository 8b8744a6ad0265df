"""Alarms on load balancers, services, and scheduled tasks."""

from typing import Annotated

from pydantic import Field

from modules.observability.alarms.keys.alarm import (
    Alarm,
    BlockAlarms,
    Condition,
    Count,
    PartOfRequests,
    Percent,
    Watched,
)
from modules.observability.alarms.keys.events import dead_letter_alarm

#: [ACM User Guide, Managed certificate renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html):
#: renewal starts 60 to 30 days before the expiration, depending on how long the certificate is valid. At 14, it has
#: failed for weeks, and there are two more to correct it.
CERTIFICATE_DAYS = 14
#: ACM publishes the metric twice a day.
CERTIFICATE_PERIOD = 86_400
CERTIFICATE_ALARM = Alarm(
    severity="warning",
    of="certificates",
    metrics={"days": "DaysToExpiry Minimum"},
    breaches="below",
    datapoints=1,
    period=CERTIFICATE_PERIOD,
    missing="ignore",
    lasts=True,
)
#: [CloudWatch metrics for your Application Load Balancer]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html):
#: RequestCount does not have the requests that are rejected before a target is chosen, which is all of them during an
#: outage; they are in HTTPCode_ELB_5XX_Count.
ALL_REQUESTS = "(FILL(requests, 0) + FILL(elb_errors, 0))"
#: Percent of the requests that fail, unless there are fewer than `minimum_requests`.
FAILED_PERCENT = (
    f"IF({ALL_REQUESTS} >= {{minimum_requests}}, "
    f"100 * (FILL(elb_errors, 0) + FILL(target_errors, 0)) / {ALL_REQUESTS}, 0)"
)
FAILED_REQUESTS = {
    "requests": "RequestCount Sum",
    "elb_errors": "HTTPCode_ELB_5XX_Count Sum",
    "target_errors": "HTTPCode_Target_5XX_Count Sum",
}


def _runs(watched: Watched) -> bool:
    return watched.settings.image is not None


def _cluster_has_insights(watched: Watched) -> bool:
    cluster = watched.blocks.ecs.get(watched.settings.cluster)
    return cluster is not None and cluster.container_insights != "disabled"


def _has_insights(watched: Watched) -> bool:
    return _runs(watched) and _cluster_has_insights(watched)


def _has_targets(watched: Watched) -> bool:
    return (
        _runs(watched)
        and watched.settings.count > 0
        and any(each.rules_to(watched.label) for each in watched.blocks.load_balancer.values())
    )


RUNS = Condition(_runs, "the service has an image")
HAS_INSIGHTS = Condition(_has_insights, "the cluster has Container Insights, and the service an image")
HAS_TARGETS = Condition(
    _has_targets, "a load balancer forwards to the service, which has an image and at least one task"
)


class LoadBalancerAlarms(BlockAlarms):
    """Alarms of `load_balancer` blocks."""

    error_percent: Annotated[
        PartOfRequests,
        Alarm(
            severity="critical",
            of="load_balancer",
            metrics=FAILED_REQUESTS,
            expression=FAILED_PERCENT,
            breaches="above",
            datapoints=5,
        ),
    ] = Field(
        default=5,
        description="Percent of requests answered with a status of 500 or above, for five minutes: below it, retries "
        "of clients hide most errors.",
    )
    p99_seconds: Annotated[
        float,
        Field(gt=0, le=4000),
        Alarm(
            severity="warning",
            of="load_balancer",
            metrics={"requests": "RequestCount Sum", "latency": "TargetResponseTime p99"},
            expression="IF(FILL(requests, 0) >= {minimum_requests}, latency, 0)",
            breaches="above",
            datapoints=10,
            out_of=15,
        ),
    ] = Field(
        default=2,
        description="Response time that one percent of the requests exceeds, in 10 of 15 minutes; people notice a "
        "delay of seconds.",
    )
    minimum_requests: int = Field(
        default=20,
        ge=1,
        description="Requests a minute below which neither errors nor response time raise an alarm: of three requests "
        "at night, one error is 33 percent.",
    )
    certificate_days: Annotated[int, Field(ge=1, le=29), CERTIFICATE_ALARM] = Field(
        default=CERTIFICATE_DAYS,
        description="Days until a certificate expires. ACM renews it a month or more before: less means that renewal "
        "fails.",
    )


class ServiceAlarms(BlockAlarms):
    """Alarms of `service` blocks."""

    healthy_targets: Annotated[
        int,
        Field(ge=1),
        Alarm(
            severity="critical",
            of="targets",
            metrics={"healthy": "HealthyHostCount Minimum"},
            breaches="below",
            datapoints=5,
            # The load balancer publishes nothing for a target group that has no targets at all.
            missing="breaching",
            only_if=HAS_TARGETS,
        ),
    ] = Field(
        default=1,
        description="Number of healthy tasks behind a load balancer below which there is an alarm, for five minutes; "
        "with none, all requests fail.",
    )
    missing_tasks: Annotated[
        Count,
        Alarm(
            severity="critical",
            of="insights",
            metrics={"desired": "DesiredTaskCount Average", "running": "RunningTaskCount Average"},
            expression="FILL(desired, 0) - FILL(running, 0)",
            breaches="above",
            datapoints=15,
            missing="missing",
            only_if=HAS_INSIGHTS,
        ),
    ] = Field(
        default=0,
        description="More tasks than this are missing from the desired count for 15 minutes, longer than a deployment "
        "or an interruption of a Spot task takes.",
    )
    unhealthy_targets: Annotated[
        Count,
        Alarm(
            severity="warning",
            of="targets",
            metrics={"unhealthy": "UnHealthyHostCount Maximum"},
            breaches="above",
            datapoints=15,
            only_if=HAS_TARGETS,
        ),
    ] = Field(
        default=0,
        description="More unhealthy tasks behind a load balancer than this for 15 minutes: ECS replaces such a task "
        "sooner, so replacements fail too.",
    )
    cpu_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="service",
            metrics={"cpu": "CPUUtilization Average"},
            breaches="above",
            datapoints=15,
            only_if=RUNS,
        ),
    ] = Field(
        default=85,
        description="Average CPU utilization for 15 minutes: scaling keeps it lower, unless it is at its maximum.",
    )
    memory_percent: Annotated[
        Percent,
        Alarm(
            severity="warning",
            of="service",
            metrics={"memory": "MemoryUtilization Average"},
            breaches="above",
            datapoints=15,
            only_if=RUNS,
        ),
    ] = Field(
        default=90, description="Average memory utilization for 15 minutes: at 100 percent, containers are killed."
    )


class ScheduledTaskAlarms(BlockAlarms):
    """Alarms of `scheduled_task` blocks; that a task ends with an error is an event."""

    dead_letters: Annotated[
        Count,
        dead_letter_alarm(
            "dead_letters", only_if=Condition(lambda watched: watched.settings.dead_letters, "dead_letters is true")
        ),
    ] = Field(
        default=0,
        description="More runs in the dead-letter queue than this; each is a task that was not started.",
    )
