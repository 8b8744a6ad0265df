"""Whatever scales by Application Auto Scaling: services, replicas, concurrency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyStepScalingPolicyConfiguration,
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from modules.autoscaling.alarms import AlarmMetric, interval_bound, step_alarm
from modules.autoscaling.settings.policies import Metric, StepScalingSettings, TargetTrackingSettings
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.autoscaling.settings.times import DAYS, Day, ScheduleSettings, WindowSettings
from modules.foundation.names import Names
from modules.foundation.resources import Resources


@dataclass(frozen=True)
class ScalingMetric:
    """A metric of the target, as CloudWatch knows it and as target tracking does."""

    alarm: AlarmMetric
    predefined: str
    """`PredefinedMetricType` ("Application Auto Scaling API Reference, PredefinedMetricSpecification")."""
    resource_label: str | None = None
    """Which load balancer's target group, for ALBRequestCountPerTarget."""


@dataclass(frozen=True)
class ScalableTarget:
    """What scales, in Application Auto Scaling's words."""

    service_namespace: str
    """`ecs`, `rds`, `lambda`."""
    resource_id: str
    """`service/<cluster>/<service>`, `cluster:<identifier>`."""
    scalable_dimension: str
    """`ecs:service:DesiredCount`, `rds:cluster:ReadReplicaCount`."""
    metrics: Mapping[Metric, ScalingMetric] = field(default_factory=dict)


class Scaling(Construct):
    """How a target scales.

    Creates: the scalable target, its target tracking policies (whose alarms AWS makes), its step policies, each
    with the alarm that it answers, and two scheduled actions for each schedule and window: its start, and its end,
    which sets the usual bounds again.

    Tags of a target reach AWS only when it is new: one that was registered before 2023-03-20 and taken over
    would differ in `tags_all` at each plan (terraform-provider-aws issue 31261). Ours are never taken over, so
    their tags are kept in step like those of everything else.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: ScalingSettings,
        target: ScalableTarget,
        make: Resources,
        names: Names,
        what: str,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        """Take `what` as the address and the name of what scales, `main`.

        `after` is what counts already: a target that is registered before it is there would add it once more.
        """
        super().__init__(scope, id)
        self._settings = settings
        self._target = target
        self._make = make
        self._names = names
        self._what = what
        self._register(after)
        for label, tracking in settings.target_tracking.items():
            self._track(label, tracking)
        for label, steps in settings.step_scaling.items():
            self._step(label, steps)
        for label, schedule in settings.schedule.items():
            self._schedule(label, schedule)
        for label, window in settings.window.items():
            self._open_window(label, window)

    def _register(self, after: Sequence[ITerraformDependable]) -> None:
        # Schedules move the bounds, and an apply amid the evening's peak would move them back. A changed bound then
        # takes effect when the next schedule or window ends.
        moving = ["min_capacity", "max_capacity"] if self._settings.is_scheduled else None
        self._registered = self._make(
            AppautoscalingTarget,
            self._what,
            service_namespace=self._target.service_namespace,
            resource_id=self._target.resource_id,
            scalable_dimension=self._target.scalable_dimension,
            min_capacity=self._settings.min_capacity,
            max_capacity=self._settings.max_capacity,
            lifecycle=TerraformResourceLifecycle(ignore_changes=moving) if moving else None,
            depends_on=after or None,
        )

    def _track(self, label: str, settings: TargetTrackingSettings) -> None:
        metric = self._target.metrics[settings.metric]
        self._make(
            AppautoscalingPolicy,
            f"{self._what}_{label}",
            name=self._name_of(label),
            policy_type="TargetTrackingScaling",
            service_namespace=self._registered.service_namespace,
            resource_id=self._registered.resource_id,
            scalable_dimension=self._registered.scalable_dimension,
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                target_value=settings.target_value,
                scale_out_cooldown=settings.scale_out_cooldown,
                scale_in_cooldown=settings.scale_in_cooldown,
                disable_scale_in=settings.disable_scale_in,
                predefined_metric_specification=(
                    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
                        predefined_metric_type=metric.predefined, resource_label=metric.resource_label
                    )
                ),
            ),
        )

    def _step(self, label: str, settings: StepScalingSettings) -> None:
        name = self._name_of(label)
        policy = self._make(
            AppautoscalingPolicy,
            f"{self._what}_{label}",
            name=name,
            policy_type="StepScaling",
            service_namespace=self._registered.service_namespace,
            resource_id=self._registered.resource_id,
            scalable_dimension=self._registered.scalable_dimension,
            step_scaling_policy_configuration=AppautoscalingPolicyStepScalingPolicyConfiguration(
                adjustment_type=settings.adjustment_type,
                min_adjustment_magnitude=settings.min_adjustment_magnitude,
                cooldown=settings.seconds_between,
                metric_aggregation_type="Average",
                step_adjustment=[
                    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
                        metric_interval_lower_bound=interval_bound(step.metric_interval_lower_bound),
                        metric_interval_upper_bound=interval_bound(step.metric_interval_upper_bound),
                        scaling_adjustment=step.scaling_adjustment,
                    )
                    for step in settings.step
                ],
            ),
        )
        metric = self._target.metrics[settings.metric].alarm
        step_alarm(self._make, self._what, label, name=name, metric=metric, settings=settings, policy=policy.arn)

    def _schedule(self, label: str, settings: ScheduleSettings) -> None:
        self._action(f"{label}_start", _cron(settings.start, settings.days), self._settings.bounds_of(settings))
        usual = (self._settings.min_capacity, self._settings.max_capacity)
        self._action(f"{label}_end", _cron(settings.end, settings.end_days), usual)

    def _open_window(self, label: str, settings: WindowSettings) -> None:
        self._action(f"{label}_start", f"at({settings.start}:00)", self._settings.bounds_of(settings))
        self._action(f"{label}_end", f"at({settings.end}:00)", self._settings.bounds_after(settings))

    def _name_of(self, policy_or_action: str) -> str:
        """Return a name with the service in it: an account's alarms have one name space, and a second alarm of one
        name would overwrite the first without a word.
        """
        return self._names.of(f"{self._target.service_namespace}-{self._what}-{policy_or_action}".replace("_", "-"))

    def _action(self, name: str, schedule: str, bounds: tuple[int, int]) -> None:
        self._make(
            AppautoscalingScheduledAction,
            f"{self._what}_{name}",
            name=self._name_of(name),
            service_namespace=self._registered.service_namespace,
            resource_id=self._registered.resource_id,
            scalable_dimension=self._registered.scalable_dimension,
            schedule=schedule,
            timezone=self._settings.time_zone,
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity=str(bounds[0]), max_capacity=str(bounds[1])
            ),
        )


def _cron(clock: str, days: tuple[Day, ...]) -> str:
    hours, minutes = map(int, clock.split(":"))
    if set(days) == set(DAYS):
        return f"cron({minutes} {hours} * * ? *)"
    return f"cron({minutes} {hours} ? * {','.join(day.upper() for day in days)} *)"
