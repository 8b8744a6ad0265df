"""EC2 Auto Scaling policies and scheduled actions of Auto Scaling groups."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.autoscaling_policy import (
    AutoscalingPolicy,
    AutoscalingPolicyStepAdjustment,
    AutoscalingPolicyTargetTrackingConfiguration,
    AutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.autoscaling_schedule import AutoscalingSchedule
from constructs import Construct

from modules.autoscaling.alarms import interval_bound, step_alarm
from modules.autoscaling.settings.policies import StepScalingSettings, TargetTrackingSettings
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.autoscaling.settings.times import ScheduleSettings
from modules.foundation.metrics import CloudWatchMetric
from modules.foundation.names import Names
from modules.foundation.resources import Resources
from modules.foundation.time_windows import DAYS, Day

#: Seconds until a new instance's CPU utilization counts: it starts, joins its cluster, and receives its first work.
WARMUP_SECONDS = 180
#: As the desired capacity of a scheduled action: leave the number of instances to the policies.
UNCHANGED = -1


class GroupScaling(Construct):
    """Scaling of an Auto Scaling group, by CPU utilization and by schedules.

    Creates: target tracking policies (AWS creates their alarms), step scaling policies, each with its alarm, and two
    scheduled actions for each schedule: one at its start, and one at its end, which restores the usual bounds. The
    group's own settings check the rest: EC2 offers only CPU utilization, and warm-ups instead of cooldowns.

    A group that is replaced scales until its replacement does: names need to be unique only within their group.
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
        name: str,
    ) -> None:
        """`name`, for example `blue_general`, is the address and the name of the scaled resource."""
        super().__init__(scope, id)
        self._settings = settings
        self._group_name = group_name
        self._make = make
        self._names = names
        self._name = name
        for label, tracking in settings.target_tracking.items():
            self._track(label, tracking)
        for label, steps in settings.step_scaling.items():
            self._step(label, steps)
        for label, schedule in settings.schedule.items():
            self._schedule(label, schedule)

    def _track(self, label: str, settings: TargetTrackingSettings) -> None:
        self._make(
            AutoscalingPolicy,
            f"{self._name}_{label}",
            name=self._name_of(label),
            autoscaling_group_name=self._group_name,
            policy_type="TargetTrackingScaling",
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
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
            f"{self._name}_{label}",
            name=self._name_of(label),
            autoscaling_group_name=self._group_name,
            policy_type="StepScaling",
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
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
        cpu = CloudWatchMetric("AWS/EC2", "CPUUtilization", {"AutoScalingGroupName": self._group_name})
        step_alarm(
            self._make,
            self._name,
            label,
            name=self._name_of(label),
            metric=cpu,
            settings=settings,
            policy=policy.arn,
        )

    def _schedule(self, label: str, settings: ScheduleSettings) -> None:
        self._action(f"{label}_start", unix_cron(settings.start, settings.days), self._settings.bounds_of(settings))
        usual = (self._settings.min_capacity, self._settings.max_capacity)
        self._action(f"{label}_end", unix_cron(settings.end, settings.end_days), usual)

    def _action(self, name: str, recurrence: str, bounds: tuple[int, int]) -> None:
        self._make(
            AutoscalingSchedule,
            f"{self._name}_{name}",
            scheduled_action_name=self._name_of(name),
            autoscaling_group_name=self._group_name,
            recurrence=recurrence,
            time_zone=self._settings.time_zone,
            min_size=bounds[0],
            max_size=bounds[1],
            desired_capacity=UNCHANGED,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _name_of(self, policy_or_action: str) -> str:
        return self._names.of(f"{self._name}-{policy_or_action}".replace("_", "-"))


def unix_cron(clock: str, days: tuple[Day, ...]) -> str:
    """Return the recurrence of a scheduled action: five fields, Sunday is 0. [PutScheduledUpdateGroupAction,
    Recurrence](https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html).
    """
    hours, minutes = map(int, clock.split(":"))
    if set(days) == set(DAYS):
        return f"{minutes} {hours} * * *"
    numbers = sorted((DAYS.index(day) + 1) % len(DAYS) for day in days)
    return f"{minutes} {hours} * * {','.join(map(str, numbers))}"
