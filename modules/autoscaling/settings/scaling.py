"""`scaling` blocks: the bounds, policies, and schedules of a scaled resource."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations

from pydantic import Field, model_validator

from modules.autoscaling.settings.policies import Metric, StepScalingSettings, TargetTrackingSettings
from modules.autoscaling.settings.times import (
    CapacitySettings,
    ScheduleSettings,
    TimeZone,
    WindowSettings,
    minute_of_moment,
)
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, Settings


class ScalingSettings(Settings):
    """A `scaling` block: the minimum and maximum, policies that scale between them, and times with other limits."""

    min_capacity: int = Field(ge=0, examples=[2], description="The minimum capacity.")
    max_capacity: int = Field(
        ge=1, examples=[6], description="The maximum capacity, which limits the cost of a surge or an error."
    )
    time_zone: TimeZone = Field(
        default="UTC",
        examples=["Asia/Seoul"],
        description="The time zone of schedules and windows, with daylight saving time.",
    )
    target_tracking: dict[Label, TargetTrackingSettings] = Field(
        default_factory=dict, description="Target tracking policies, by name."
    )
    step_scaling: dict[Label, StepScalingSettings] = Field(
        default_factory=dict,
        description="Step scaling policies, by name, for when target tracking is too slow or too coarse.",
    )
    schedule: dict[Label, ScheduleSettings] = Field(default_factory=dict, description="Daily or weekly peaks.")
    window: dict[Label, WindowSettings] = Field(default_factory=dict, description="Announced events that occur once.")

    @model_validator(mode="after")
    def _scaling_rules(self) -> "ScalingSettings":
        raise_findings(
            [
                *self._label_findings(),
                *self._bound_findings(),
                *self._policy_findings(),
                *self._one_way_findings(),
                *self._oscillation_findings(),
                *self._schedule_findings(),
                *self._window_findings(),
            ]
        )
        return self

    @property
    def is_scheduled(self) -> bool:
        """Whether schedules or windows change the bounds."""
        return bool(self.schedule or self.window)

    def bounds_after(self, window: WindowSettings) -> tuple[int, int]:
        """Return the minimum and maximum after the window: those of a schedule active then, or the usual ones."""
        minute = minute_of_moment(datetime.fromisoformat(window.end))
        for schedule in self.schedule.values():
            if minute in schedule.minutes_of_week:
                return self.bounds_of(schedule)
        return self.min_capacity, self.max_capacity

    def bounds_of(self, block: CapacitySettings) -> tuple[int, int]:
        """Return the minimum and maximum during the schedule or window."""
        return block.min_capacity, self.max_capacity if block.max_capacity is None else block.max_capacity

    def all_bounds(self) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
        """Yield each minimum and maximum with the keys of its block: the usual ones first."""
        yield (), (self.min_capacity, self.max_capacity)
        for label, schedule in self.schedule.items():
            yield ("schedule", label), self.bounds_of(schedule)
        for label, window in self.window.items():
            yield ("window", label), self.bounds_of(window)

    @property
    def most(self) -> int:
        """The highest maximum, including schedules and windows."""
        return max(most for _, (_, most) in self.all_bounds())

    def metric_findings(self, offered: Sequence[Metric]) -> Iterator[Finding]:
        """Yield the metrics that the target does not offer."""
        for kind, policies in (("target_tracking", self.target_tracking), ("step_scaling", self.step_scaling)):
            for label, policy in policies.items():
                if policy.metric not in offered:
                    rule = "is not a metric of this resource"
                    yield Finding((kind, label, "metric"), policy.metric, rule, f"write one of {', '.join(offered)}")

    def zone_findings(self, zones: int, others: int = 0) -> Iterator[Finding]:
        """Yield a minimum that leaves an Availability Zone without capacity; `others` are not part of the capacity."""
        for at, (least, _) in self.all_bounds():
            if least + others < zones:
                rule = f"leaves an Availability Zone without capacity: there are {zones} zones"
                yield Finding((*at, "min_capacity"), least, rule, f"write {zones - others} or more")

    def _label_findings(self) -> Iterator[Finding]:
        """Labels become names of policies and scheduled actions in AWS."""
        for label in self.step_scaling.keys() & self.target_tracking.keys():
            rule = "is also the label of a target_tracking block"
            yield Finding(("step_scaling", label), None, rule, "write another label")
        for label in self.window.keys() & self.schedule.keys():
            yield Finding(("window", label), None, "is also the label of a schedule", "write another label")

    def _bound_findings(self) -> Iterator[Finding]:
        if self.max_capacity < self.min_capacity:
            rule = f"is less than min_capacity {self.min_capacity}"
            yield Finding(("max_capacity",), self.max_capacity, rule, f"write {self.min_capacity} or more")
            return
        for at, (least, most) in self.all_bounds():
            if most < least:
                rule = f"is more than max_capacity {most} at the same time"
                yield Finding((*at, "min_capacity"), least, rule, "write a max_capacity here too")

    def _policy_findings(self) -> Iterator[Finding]:
        if not (self.target_tracking or self.step_scaling or self.is_scheduled):
            yield Finding(
                (), None, "has bounds but nothing that scales between them", 'write `target_tracking "cpu" { ... }`'
            )
        tracked = [policy.metric for policy in self.target_tracking.values()]
        for label, policy in self.target_tracking.items():
            if tracked.count(policy.metric) > 1:
                rule = "is tracked twice: the two policies would work against each other"
                yield Finding(("target_tracking", label, "metric"), policy.metric, rule, "keep one of them")
        for label, step in self.step_scaling.items():
            if step.metric in tracked:
                rule = "also has target tracking: the two policies would work against each other"
                yield Finding(("step_scaling", label, "metric"), step.metric, rule, "keep one of them")

    def _one_way_findings(self) -> Iterator[Finding]:
        """Yield policies that scale in one direction only: capacity would never be removed, or never be added."""
        directions = {step.direction for step in self.step_scaling.values()}
        if self.target_tracking and "in" not in directions:
            if all(policy.disable_scale_in for policy in self.target_tracking.values()):
                rule, remedy = "scales out but never in", "remove disable_scale_in from one of them"
                yield Finding(("target_tracking",), None, rule, remedy)
        elif self.step_scaling and not self.target_tracking and len(directions) == 1:
            (only,) = directions
            other = "in" if only == "out" else "out"
            rule = f"scales {only} but never {other}"
            yield Finding(("step_scaling",), None, rule, f'write a step_scaling block with direction = "{other}"')

    def _oscillation_findings(self) -> Iterator[Finding]:
        for label, step in self.step_scaling.items():
            below = [
                other.threshold
                for other in self.step_scaling.values()
                if other.metric == step.metric and other.direction == "in"
            ]
            if step.direction == "out" and below and step.threshold <= max(below):
                rule = f"is not above {max(below):g}, below which it scales in: it would scale out and in endlessly"
                yield Finding(("step_scaling", label, "threshold"), step.threshold, rule, "write a higher threshold")

    def _schedule_findings(self) -> Iterator[Finding]:
        """The end of a schedule restores the usual bounds, which would undo another schedule that is still active."""
        for (one, first), (other, second) in combinations(self.schedule.items(), 2):
            if first.minutes_of_week & second.minutes_of_week:
                rule = f"overlaps schedule {one}: the end of each would undo the other"
                yield Finding(("schedule", other), None, rule, "write other times or days, or combine the two")

    def _window_findings(self) -> Iterator[Finding]:
        """The end of a window restores the usual bounds, so none may end within another."""
        windows = sorted(self.window.items(), key=lambda item: item[1].start)
        for number, (label, window) in enumerate(windows):
            for earlier_label, earlier in windows[:number]:
                if window.start <= earlier.end:
                    rule = f"is within window {earlier_label}, whose end would undo it"
                    yield Finding(("window", label, "start"), window.start, rule, "combine the two windows")
            for schedule_label, schedule in self.schedule.items():
                if window.spans_an_end_of(schedule):
                    rule = f"contains a start or end of schedule {schedule_label}, which would undo it"
                    yield Finding(("window", label), None, rule, _remedy(schedule))


def _remedy(schedule: ScheduleSettings) -> str:
    return (
        f"move the window inside or outside {schedule.start} to {schedule.end}, extend the schedule, or remove it for "
        "the event"
    )
