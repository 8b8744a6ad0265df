"""Groups of instances, which scale by EC2 Auto Scaling itself."""

from cdktf_cdktf_provider_aws.autoscaling_policy import (
    AutoscalingPolicy,
    AutoscalingPolicyStepAdjustment,
    AutoscalingPolicyTargetTrackingConfiguration,
    AutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.autoscaling_schedule import AutoscalingSchedule
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from modules.autoscaling.policies import ALARM_PERIOD, interval_bound
from modules.autoscaling.settings import (
    DAYS,
    Day,
    ScalingSettings,
    ScheduleSettings,
    StepScalingSettings,
    TargetTrackingSettings,
)
from modules.foundation.names import Names
from modules.foundation.resources import Resources

#: Seconds until a new instance's processors count: it starts, joins its cluster and gets its first work.
WARMUP_SECONDS = 180
#: EC2 counts the bounds of a scheduled action; -1 leaves the number of instances to policies.
UNCHANGED = -1


class GroupScaling(Construct):
    """How an autoscaling group scales, by its processors and by the clock.

    Creates: target tracking policies (whose alarms AWS makes), step policies, each with the alarm that it answers, and
    two scheduled actions for each schedule: its start, and its end, which sets the usual bounds again. What the group
    may be asked is said by its settings: EC2 measures processors only, and knows warm-ups in place of cooldowns.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: ScalingSettings,
        group_name: str,
        make: Resources,
        names: Names,
        what: str,
    ) -> None:
        """Take `what` as the address and the name of what scales, `blue_general`."""
        super().__init__(scope, id)
        self._settings = settings
        self._group_name = group_name
        self._make = make
        self._names = names
        self._what = what
        for label, tracking in settings.target_tracking.items():
            self._track(label, tracking)
        for label, steps in settings.step_scaling.items():
            self._step(label, steps)
        for label, schedule in settings.schedule.items():
            self._schedule(label, schedule)

    def _track(self, label: str, settings: TargetTrackingSettings) -> None:
        self._make(
            AutoscalingPolicy,
            f"{self._what}_{label}",
            name=self._name_of(label),
            autoscaling_group_name=self._group_name,
            policy_type="TargetTrackingScaling",
            estimated_instance_warmup=WARMUP_SECONDS,
            target_tracking_configuration=AutoscalingPolicyTargetTrackingConfiguration(
                target_value=settings.target_value,
                disable_scale_in=settings.disable_scale_in,
                predefined_metric_specification=(
                    AutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification(
                        predefined_metric_type="ASGAverageCPUUtilization"
                    )
                ),
            ),
        )

    def _step(self, label: str, settings: StepScalingSettings) -> None:
        policy = self._make(
            AutoscalingPolicy,
            f"{self._what}_{label}",
            name=self._name_of(label),
            autoscaling_group_name=self._group_name,
            policy_type="StepScaling",
            adjustment_type=settings.adjustment_type,
            min_adjustment_magnitude=settings.min_adjustment_magnitude,
            metric_aggregation_type="Average",
            estimated_instance_warmup=WARMUP_SECONDS,
            step_adjustment=[
                AutoscalingPolicyStepAdjustment(
                    metric_interval_lower_bound=interval_bound(step.metric_interval_lower_bound),
                    metric_interval_upper_bound=interval_bound(step.metric_interval_upper_bound),
                    scaling_adjustment=step.scaling_adjustment,
                )
                for step in settings.step
            ],
        )
        self._alarm(label, settings, policy.arn)

    def _alarm(self, label: str, settings: StepScalingSettings, policy_arn: str) -> None:
        """Make the alarm that calls the policy; without it the policy would never be asked."""
        # The threshold itself is in the first step, so it has to breach: or-equal in both directions.
        operator = "GreaterThanOrEqualToThreshold" if settings.direction == "out" else "LessThanOrEqualToThreshold"
        self._make(
            CloudwatchMetricAlarm,
            f"{self._what}_{label}",
            alarm_name=self._name_of(label),
            alarm_description=f"Scales {self._what} {settings.direction}; no one has to act on it.",
            namespace="AWS/EC2",
            metric_name="CPUUtilization",
            dimensions={"AutoScalingGroupName": self._group_name},
            statistic="Average",
            comparison_operator=operator,
            threshold=settings.threshold,
            period=ALARM_PERIOD,
            evaluation_periods=settings.minutes,
            # No data is no reason to scale: the group may be empty.
            treat_missing_data="missing",
            alarm_actions=[policy_arn],
        )

    def _schedule(self, label: str, settings: ScheduleSettings) -> None:
        self._action(f"{label}_start", unix_cron(settings.start, settings.days), self._settings.bounds_of(settings))
        usual = (self._settings.min_capacity, self._settings.max_capacity)
        self._action(f"{label}_end", unix_cron(settings.end, settings.end_days), usual)

    def _action(self, name: str, recurrence: str, bounds: tuple[int, int]) -> None:
        self._make(
            AutoscalingSchedule,
            f"{self._what}_{name}",
            scheduled_action_name=self._name_of(name),
            autoscaling_group_name=self._group_name,
            recurrence=recurrence,
            time_zone=self._settings.time_zone,
            min_size=bounds[0],
            max_size=bounds[1],
            desired_capacity=UNCHANGED,
        )

    def _name_of(self, policy_or_action: str) -> str:
        return self._names.of(f"{self._what}-{policy_or_action}".replace("_", "-"))


def unix_cron(clock: str, days: tuple[Day, ...]) -> str:
    """Return the recurrence of a group's scheduled action: five fields, Sunday is 0 (PutScheduledUpdateGroupAction)."""
    hours, minutes = map(int, clock.split(":"))
    if set(days) == set(DAYS):
        return f"{minutes} {hours} * * *"
    numbers = sorted((DAYS.index(day) + 1) % len(DAYS) for day in days)
    return f"{minutes} {hours} * * {','.join(map(str, numbers))}"
