"""CloudWatch alarms that invoke step scaling policies."""

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm

from modules.autoscaling.settings.policies import StepScalingSettings
from modules.foundation.metrics import CloudWatchMetric
from modules.foundation.resources import Resources

#: Seconds: EC2 (with detailed monitoring), ECS, RDS, and load balancers publish their metrics once a minute.
ALARM_PERIOD = 60


def step_alarm(
    make: Resources,
    resource_name: str,
    label: str,
    *,
    name: str,
    metric: CloudWatchMetric,
    settings: StepScalingSettings,
    policy: str,
) -> None:
    """Create the alarm `name` for a scaled resource's policy `label`; `policy` is the policy's ARN."""
    # The threshold itself is in the first step, so reaching it must breach: or-equal in both directions.
    operator = "GreaterThanOrEqualToThreshold" if settings.direction == "out" else "LessThanOrEqualToThreshold"
    make(
        CloudwatchMetricAlarm,
        f"{resource_name}_{label}",
        alarm_name=name,
        alarm_description=f"Scales {resource_name} {settings.direction}; no one has to act on it.",
        namespace=metric.namespace,
        metric_name=metric.name,
        dimensions=dict(metric.dimensions),
        statistic=metric.statistic,
        comparison_operator=operator,
        threshold=settings.threshold,
        period=ALARM_PERIOD,
        evaluation_periods=settings.minutes,
        # Missing data is no reason to scale: the resource may be new, empty, or stopped.
        treat_missing_data="missing",
        alarm_actions=[policy],
    )


def interval_bound(value: float | None) -> str | None:
    """Return a step's bound in the form of the provider: a string, to distinguish no bound from 0."""
    return None if value is None else str(int(value) if value.is_integer() else value)
