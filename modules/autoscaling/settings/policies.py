"""The `target_tracking` and `step_scaling` blocks: what changes the number of whatever scales by itself."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.autoscaling.steps import Direction, Interval, faults
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Settings

#: What may be measured; each kind of target offers some of them (a database no memory, a service no connections).
Metric = Literal["cpu", "memory", "requests_per_target", "connections"]
#: Those of which no more than all is used.
PERCENTAGES: tuple[Metric, ...] = ("cpu", "memory")

#: Seconds. Out fast: a surge is answered within a minute of the last answer, as the new capacity takes that long
#: to show in the metric. In slowly: five minutes of calm between two removals, for a removed task or replica that
#: is needed again costs users, and one that stays a little longer costs cents.
SCALE_OUT_COOLDOWN = 60
SCALE_IN_COOLDOWN = 300
#: Minutes that a metric has to breach before a step is taken: one peak may be noise, a quarter of an hour is calm.
MINUTES_TO_SCALE_OUT = 2
MINUTES_TO_SCALE_IN = 15


class StepSettings(Settings):
    """A `step` block: what is done while the metric is this far from the threshold."""

    metric_interval_lower_bound: float | None = Field(
        default=None, examples=[0], description="Where it begins, counted from the threshold; without it: no bound."
    )
    metric_interval_upper_bound: float | None = Field(
        default=None, examples=[20], description="Where it ends, counted from the threshold; without it: no bound."
    )
    scaling_adjustment: int = Field(
        examples=[2], description="How many are added (or, negative, removed), or by what percentage."
    )

    @property
    def interval(self) -> Interval:
        """The step as arithmetic."""
        return Interval(self.metric_interval_lower_bound, self.metric_interval_upper_bound, self.scaling_adjustment)


class StepScalingSettings(Settings):
    """A `step_scaling` block: an alarm on a metric, and steps that answer however far it is exceeded."""

    metric: Metric = Field(examples=["cpu"], description="What is measured.")
    direction: Direction = Field(examples=["out"], description="out above the threshold, in below it.")
    threshold: float = Field(
        examples=[60], description="The alarm's threshold: percent for cpu and memory, otherwise a number."
    )
    adjustment_type: Literal["ChangeInCapacity", "PercentChangeInCapacity"] = Field(
        default="ChangeInCapacity", description="Whether scaling_adjustment is a number or a percentage."
    )
    min_adjustment_magnitude: int | None = Field(
        default=None, ge=1, description="At least so many, where the adjustment is a percentage."
    )
    cooldown: int | None = Field(
        default=None,
        ge=0,
        description=f"Seconds after a step until the next; {SCALE_OUT_COOLDOWN} out and {SCALE_IN_COOLDOWN} in.",
    )
    evaluation_minutes: int | None = Field(
        default=None,
        ge=1,
        le=60,
        description=f"Minutes in a row that breach; {MINUTES_TO_SCALE_OUT} out and {MINUTES_TO_SCALE_IN} in.",
    )
    step: tuple[StepSettings, ...] = Field(
        default=(), description="The steps; together they cover everything beyond the threshold."
    )

    @model_validator(mode="after")
    def _rules(self) -> "StepScalingSettings":
        refuse(
            Finding(() if fault.step is None else ("step", str(fault.step)), None, fault.rule, fault.remedy)
            for fault in faults(self.intervals, self.direction)
        )
        refuse(self._percent_findings())
        if self.min_adjustment_magnitude is not None and self.adjustment_type == "ChangeInCapacity":
            rule = "is only for percentages"
            remedy = 'take it out, or write adjustment_type = "PercentChangeInCapacity"'
            refuse([Finding(("min_adjustment_magnitude",), self.min_adjustment_magnitude, rule, remedy)])
        return self

    def _percent_findings(self) -> Iterator[Finding]:
        """Yield what a percentage never reaches: above all of it, below nothing."""
        if self.metric in PERCENTAGES:
            if not 0 <= self.threshold <= 100:
                rule = f"never comes: {self.metric} is a percentage"
                yield Finding(("threshold",), self.threshold, rule, "write a number from 0 to 100")
                return
            for number, step in enumerate(self.step):
                for key in ("metric_interval_lower_bound", "metric_interval_upper_bound"):
                    bound = getattr(step, key)
                    if bound is not None and not 0 <= self.threshold + bound <= 100:
                        rule = f"of threshold {self.threshold:g} never comes: {self.metric} is a percentage"
                        yield Finding(("step", str(number), key), bound, rule, "take it out, or write a nearer one")
        if self.adjustment_type == "PercentChangeInCapacity":
            for number, step in enumerate(self.step):
                if step.scaling_adjustment < -100:
                    at = ("step", str(number), "scaling_adjustment")
                    yield Finding(at, step.scaling_adjustment, "removes more than all of them", "write -100 or more")

    @property
    def intervals(self) -> list[Interval]:
        """The steps as arithmetic."""
        return [step.interval for step in self.step]

    @property
    def seconds_between(self) -> int:
        """Seconds after a step until the next."""
        if self.cooldown is not None:
            return self.cooldown
        return SCALE_OUT_COOLDOWN if self.direction == "out" else SCALE_IN_COOLDOWN

    @property
    def minutes(self) -> int:
        """Minutes in a row that have to breach the threshold."""
        return self.evaluation_minutes or (MINUTES_TO_SCALE_OUT if self.direction == "out" else MINUTES_TO_SCALE_IN)


class TargetTrackingSettings(Settings):
    """A `target_tracking` block: a metric held near a value. AWS makes its alarms by itself."""

    metric: Metric = Field(examples=["cpu"], description="What is measured.")
    target_value: float = Field(
        gt=0, examples=[60], description="The value to hold: percent for cpu and memory, otherwise a number."
    )
    scale_out_cooldown: int = Field(
        default=SCALE_OUT_COOLDOWN, ge=0, description="Seconds after scaling out until the next; short, as a surge is."
    )
    scale_in_cooldown: int = Field(
        default=SCALE_IN_COOLDOWN, ge=0, description="Seconds after scaling in until the next; long, as doubt costs."
    )
    disable_scale_in: bool = Field(default=False, description="Whether it only ever adds.")

    @model_validator(mode="after")
    def _rules(self) -> "TargetTrackingSettings":
        if self.metric in PERCENTAGES and self.target_value > 100:
            rule = "is more than all of it: cpu and memory are percentages"
            refuse([Finding(("target_value",), self.target_value, rule, "write a number up to 100")])
        return self
