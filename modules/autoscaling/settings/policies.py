"""`target_tracking` and `step_scaling` blocks: the policies that change the capacity of a scaled resource."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.autoscaling.steps import Direction, Interval, faults
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings

#: The metrics; each kind of target offers some of them (a database has no memory metric, a service no connections).
Metric = Literal["cpu", "memory", "requests_per_target", "connections"]
#: Metrics that are percentages.
PERCENTAGES: tuple[Metric, ...] = ("cpu", "memory")

#: Seconds. Scale out fast: again after one minute, the time that new capacity takes to show in the metric. Scale in
#: slowly: five minutes between two removals, since removing a task or replica that is needed again affects users, and
#: keeping one a little longer costs cents.
SCALE_OUT_COOLDOWN = 60
SCALE_IN_COOLDOWN = 300
#: Minutes that a metric must breach before a step applies: a single peak may be noise, 15 minutes below are not.
MINUTES_TO_SCALE_OUT = 2
MINUTES_TO_SCALE_IN = 15


class StepSettings(Settings):
    """A `step` block: the adjustment for an interval of the metric, relative to the threshold."""

    metric_interval_lower_bound: float | None = Field(
        default=None, examples=[0], description="The lower bound, relative to the threshold; no bound by default."
    )
    metric_interval_upper_bound: float | None = Field(
        default=None, examples=[20], description="The upper bound, relative to the threshold; no bound by default."
    )
    scaling_adjustment: int = Field(
        examples=[2], description="The number or percentage to add or, if negative, to remove."
    )

    @property
    def interval(self) -> Interval:
        """The step's interval and adjustment."""
        return Interval(self.metric_interval_lower_bound, self.metric_interval_upper_bound, self.scaling_adjustment)


class StepScalingSettings(Settings):
    """A `step_scaling` block: an alarm on a metric, and adjustments by the metric's distance from the threshold."""

    metric: Metric = Field(examples=["cpu"], description="The metric.")
    direction: Direction = Field(
        examples=["out"], description="out: scale out above the threshold. in: scale in below it."
    )
    threshold: float = Field(
        examples=[60], description="The alarm's threshold: a percentage for cpu and memory, otherwise a number."
    )
    adjustment_type: Literal["ChangeInCapacity", "PercentChangeInCapacity"] = Field(
        default="ChangeInCapacity", description="Whether scaling_adjustment is a number or a percentage."
    )
    min_adjustment_magnitude: int | None = Field(
        default=None, ge=1, description="The minimum number to add or remove if scaling_adjustment is a percentage."
    )
    cooldown: int | None = Field(
        default=None,
        ge=0,
        description=f"Seconds between two scaling activities; by default {SCALE_OUT_COOLDOWN} to scale out and "
        f"{SCALE_IN_COOLDOWN} to scale in.",
    )
    evaluation_minutes: int | None = Field(
        default=None,
        ge=1,
        le=60,
        description="Consecutive minutes that the metric must breach the threshold; by default "
        f"{MINUTES_TO_SCALE_OUT} to scale out and {MINUTES_TO_SCALE_IN} to scale in.",
    )
    step: tuple[StepSettings, ...] = Field(
        default=(), description="The steps; together they must cover all values beyond the threshold."
    )

    @model_validator(mode="after")
    def _rules(self) -> "StepScalingSettings":
        raise_findings(
            Finding(() if fault.step is None else ("step", str(fault.step)), None, fault.rule, fault.remedy)
            for fault in faults(self.intervals, self.direction)
        )
        raise_findings(self._percent_findings())
        if self.min_adjustment_magnitude is not None and self.adjustment_type == "ChangeInCapacity":
            rule = "applies only to percentages"
            remedy = 'remove it, or write adjustment_type = "PercentChangeInCapacity"'
            raise_findings([Finding(("min_adjustment_magnitude",), self.min_adjustment_magnitude, rule, remedy)])
        return self

    def _percent_findings(self) -> Iterator[Finding]:
        """Yield values that a percentage never reaches: above 100 or below 0."""
        if self.metric in PERCENTAGES:
            if not 0 <= self.threshold <= 100:
                rule = f"is never reached: {self.metric} is a percentage"
                yield Finding(("threshold",), self.threshold, rule, "write a number from 0 to 100")
                return
            for number, step in enumerate(self.step):
                for key in ("metric_interval_lower_bound", "metric_interval_upper_bound"):
                    bound = getattr(step, key)
                    if bound is not None and not 0 <= self.threshold + bound <= 100:
                        rule = f"from threshold {self.threshold:g} is never reached: {self.metric} is a percentage"
                        remedy = "remove it, or write one nearer to 0"
                        yield Finding(("step", str(number), key), bound, rule, remedy)
        if self.adjustment_type == "PercentChangeInCapacity":
            for number, step in enumerate(self.step):
                if step.scaling_adjustment < -100:
                    at = ("step", str(number), "scaling_adjustment")
                    yield Finding(at, step.scaling_adjustment, "removes more than 100 percent", "write -100 or more")

    @property
    def intervals(self) -> list[Interval]:
        """The intervals and adjustments of the steps."""
        return [step.interval for step in self.step]

    @property
    def seconds_between(self) -> int:
        """Seconds between two steps."""
        if self.cooldown is not None:
            return self.cooldown
        return SCALE_OUT_COOLDOWN if self.direction == "out" else SCALE_IN_COOLDOWN

    @property
    def minutes(self) -> int:
        """Consecutive minutes that must breach the threshold."""
        return self.evaluation_minutes or (MINUTES_TO_SCALE_OUT if self.direction == "out" else MINUTES_TO_SCALE_IN)


class TargetTrackingSettings(Settings):
    """A `target_tracking` block: a metric that is kept near a target value. AWS creates the alarms."""

    metric: Metric = Field(examples=["cpu"], description="The metric.")
    target_value: float = Field(
        gt=0, examples=[60], description="The target value: a percentage for cpu and memory, otherwise a number."
    )
    scale_out_cooldown: int = Field(
        default=SCALE_OUT_COOLDOWN, ge=0, description="Seconds to wait after scaling out; short, to follow a surge."
    )
    scale_in_cooldown: int = Field(
        default=SCALE_IN_COOLDOWN,
        ge=0,
        description="Seconds to wait after scaling in; long, since capacity that is removed too early affects users.",
    )
    disable_scale_in: bool = Field(default=False, description="Whether the policy only scales out.")

    @model_validator(mode="after")
    def _rules(self) -> "TargetTrackingSettings":
        if self.metric in PERCENTAGES and self.target_value > 100:
            rule = "is more than 100: cpu and memory are percentages"
            raise_findings([Finding(("target_value",), self.target_value, rule, "write a number up to 100")])
        return self
