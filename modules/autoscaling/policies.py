"""Application Auto Scaling targets, policies, and scheduled actions: of services, replicas, and concurrency."""

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

from modules.autoscaling.alarms import interval_bound, step_alarm
from modules.autoscaling.settings.policies import Metric, StepScalingSettings, TargetTrackingSettings
from modules.autoscaling.settings.scaling import ScalingSettings
from modules.autoscaling.settings.times import ScheduleSettings, WindowSettings
from modules.foundation.metrics import CloudWatchMetric
from modules.foundation.names import Names
from modules.foundation.resources import Resources
from modules.foundation.time_windows import DAYS, Day


@dataclass(frozen=True)
class ScalingMetric:
    """A metric of the target, for CloudWatch alarms and for target tracking."""

    alarm: CloudWatchMetric
    predefined: str
    """[Application Auto Scaling API Reference, PredefinedMetricSpecification, PredefinedMetricType]
    (https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html).
    """
    resource_label: str | None = None
    """The load balancer and target group, for ALBRequestCountPerTarget."""


@dataclass(frozen=True)
class ScalableTarget:
    """A resource that scales, in terms of Application Auto Scaling."""

    service_namespace: str
    """`ecs`, `rds`, `lambda`."""
    resource_id: str
    """`service/<cluster>/<service>`, `cluster:<identifier>`."""
    scalable_dimension: str
    """`ecs:service:DesiredCount`, `rds:cluster:ReadReplicaCount`."""
    metrics: Mapping[Metric, ScalingMetric] = field(default_factory=dict)


class Scaling(Construct):
    """Scaling of a target.

    Creates: the scalable target, its target tracking policies (AWS creates their alarms), its step scaling policies,
    each with its alarm, and two scheduled actions for each schedule and window: one at its start, and one at its end,
    which restores the usual bounds.

    AWS accepts tags only when a target is created: a target that was registered before 2023-03-20 and then imported
    would show a difference in `tags_all` in every plan (terraform-provider-aws issue 31261). Groundwork never imports
    targets, so their tags are managed like all others.
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
        name: str,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        """`name`, for example `main`, is the address and the name of the scaled resource.

        `after` has the resources that the bounds count: if the target were registered before they exist, scaling would
        add them a second time.
        """
        super().__init__(scope, id)
        self._settings = settings
        self._target = target
        self._make = make
        self._names = names
        self._name = name
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
        # Schedules change the bounds, and an apply during the evening peak would reset them. With schedules, a changed
        # bound takes effect when the next schedule or window ends.
        ignored = ["min_capacity", "max_capacity"] if self._settings.is_scheduled else None
        self._registered = self._make(
            AppautoscalingTarget,
            self._name,
            service_namespace=self._target.service_namespace,
            resource_id=self._target.resource_id,
            scalable_dimension=self._target.scalable_dimension,
            min_capacity=self._settings.min_capacity,
            max_capacity=self._settings.max_capacity,
            lifecycle=TerraformResourceLifecycle(ignore_changes=ignored) if ignored else None,
            depends_on=after or None,
        )

    def _track(self, label: str, settings: TargetTrackingSettings) -> None:
        metric = self._target.metrics[settings.metric]
        self._make(
            AppautoscalingPolicy,
            f"{self._name}_{label}",
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
            f"{self._name}_{label}",
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
        step_alarm(self._make, self._name, label, name=name, metric=metric, settings=settings, policy=policy.arn)

    def _schedule(self, label: str, settings: ScheduleSettings) -> None:
        self._action(f"{label}_start", _cron(settings.start, settings.days), self._settings.bounds_of(settings))
        usual = (self._settings.min_capacity, self._settings.max_capacity)
        self._action(f"{label}_end", _cron(settings.end, settings.end_days), usual)

    def _open_window(self, label: str, settings: WindowSettings) -> None:
        self._action(f"{label}_start", f"at({settings.start}:00)", self._settings.bounds_of(settings))
        self._action(f"{label}_end", f"at({settings.end}:00)", self._settings.bounds_after(settings))

    def _name_of(self, policy_or_action: str) -> str:
        """Return a name that contains the service: alarm names are unique in an account and Region, and a second alarm
        with the same name would silently overwrite the first.
        """
        return self._names.of(f"{self._target.service_namespace}-{self._name}-{policy_or_action}".replace("_", "-"))

    def _action(self, name: str, schedule: str, bounds: tuple[int, int]) -> None:
        self._make(
            AppautoscalingScheduledAction,
            f"{self._name}_{name}",
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
