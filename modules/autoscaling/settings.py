"""The `scaling` blocks: how many there are of whatever scales by itself, and what changes it."""

import zoneinfo
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import combinations
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.autoscaling.steps import Direction, Interval, faults
from modules.foundation.refusals import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Settings

#: What may be measured; each kind of target offers some of them (a database no memory, a service no connections).
Metric = Literal["cpu", "memory", "requests_per_target", "connections"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: Seconds. Out fast: a surge is answered within a minute of the last answer, as the new capacity takes that long
#: to show in the metric. In slowly: five minutes of calm between two removals, for a removed task or replica that
#: is needed again costs users, and one that stays a little longer costs cents.
SCALE_OUT_COOLDOWN = 60
SCALE_IN_COOLDOWN = 300
#: Minutes that a metric has to breach before a step is taken: one peak may be noise, a quarter of an hour is calm.
MINUTES_TO_SCALE_OUT = 2
MINUTES_TO_SCALE_IN = 15

MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


def _time_zone(value: str) -> str:
    known = zoneinfo.available_timezones()
    # A machine without the database of time zones leaves the check to AWS.
    if known and value not in known:
        raise broken_rule("is not a time zone of the IANA database", 'write one, "Asia/Seoul" or "UTC"')
    return value


def _clock(value: str) -> str:
    try:
        time.fromisoformat(value)
    except ValueError:
        raise broken_rule("is not a time of day", 'write hours and minutes, "18:30"') from None
    return value


def _moment(value: str) -> str:
    try:
        datetime.strptime(value, "%Y-%m-%dT%H:%M")
    except ValueError:
        raise broken_rule("is not a date and time", 'write it without a zone, "2026-12-24T18:30"') from None
    return value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Clock = Annotated[str, Field(pattern=r"^[0-2]\d:[0-5]\d$"), AfterValidator(_clock)]
Moment = Annotated[str, AfterValidator(_moment)]


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
        if self.min_adjustment_magnitude is not None and self.adjustment_type == "ChangeInCapacity":
            rule = "is only for percentages"
            remedy = 'take it out, or write adjustment_type = "PercentChangeInCapacity"'
            refuse([Finding(("min_adjustment_magnitude",), self.min_adjustment_magnitude, rule, remedy)])
        return self

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
        if self.metric in ("cpu", "memory") and self.target_value > 100:
            rule = "is more than all of it: cpu and memory are percentages"
            refuse([Finding(("target_value",), self.target_value, rule, "write a number up to 100")])
        return self


class CapacitySettings(Settings):
    """The bounds that a schedule or a window sets for its time."""

    min_capacity: int = Field(ge=0, examples=[4], description="At least so many, for the time.")
    max_capacity: int | None = Field(
        default=None, ge=0, description="At most so many, for the time; without it what scaling says."
    )


class ScheduleSettings(CapacitySettings):
    """A `schedule` block: a peak of each day, or of some days of the week. Both ends are given: none is forgotten."""

    days: tuple[Day, ...] = Field(
        default=DAYS,
        min_length=1,
        examples=[["fri", "sat"]],
        description="The days on which it begins; all by default.",
    )
    start: Clock = Field(examples=["18:00"], description="When it begins, in time_zone.")
    end: Clock = Field(examples=["23:00"], description="When it ends; on the next day where it is before the start.")

    @model_validator(mode="after")
    def _rules(self) -> "ScheduleSettings":
        if self.start == self.end:
            refuse([Finding(("end",), self.end, "is the start as well", "write another time, or raise min_capacity")])
        return self

    @property
    def ends_next_day(self) -> bool:
        """Whether it lasts over midnight."""
        return self.end < self.start

    @property
    def minutes_of_week(self) -> frozenset[int]:
        """Each minute of the week, from Monday 00:00, in which it lasts, its end among them."""
        start, end = _minute_of_day(self.start), _minute_of_day(self.end)
        length = end - start + (MINUTES_A_DAY if self.ends_next_day else 0)
        begins = [DAYS.index(day) * MINUTES_A_DAY + start for day in self.days]
        return frozenset((begin + minute) % MINUTES_A_WEEK for begin in begins for minute in range(length + 1))

    @property
    def end_days(self) -> tuple[Day, ...]:
        """The days on which it ends."""
        shift = 1 if self.ends_next_day else 0
        return tuple(DAYS[(DAYS.index(day) + shift) % len(DAYS)] for day in self.days)


class WindowSettings(CapacitySettings):
    """A `window` block: an announced event, once. What is over may be taken out."""

    start: Moment = Field(examples=["2026-12-24T18:00"], description="When it begins, in time_zone.")
    end: Moment = Field(examples=["2026-12-25T01:00"], description="When it ends, in time_zone.")

    @model_validator(mode="after")
    def _rules(self) -> "WindowSettings":
        # ISO 8601 sorts as time passes.
        if self.end <= self.start:
            refuse([Finding(("end",), self.end, f"is not after its start {self.start}", "write a later moment")])
        return self

    def spans_an_end_of(self, schedule: ScheduleSettings) -> bool:
        """Return whether the schedule begins or ends while the window lasts."""
        start, end = datetime.fromisoformat(self.start), datetime.fromisoformat(self.end)
        length = int((end - start).total_seconds()) // 60
        minutes = range(min(length, MINUTES_A_WEEK) + 1)
        during = {(_minute_of_week(start) + minute) % MINUTES_A_WEEK for minute in minutes}
        ends = {DAYS.index(day) * MINUTES_A_DAY + _minute_of_day(schedule.end) for day in schedule.end_days}
        starts = {DAYS.index(day) * MINUTES_A_DAY + _minute_of_day(schedule.start) for day in schedule.days}
        return bool(during & (starts | ends))


class ScalingSettings(Settings):
    """A block of scaling: bounds, what moves the number between them, and when the bounds are others."""

    min_capacity: int = Field(ge=0, examples=[2], description="Never fewer.")
    max_capacity: int = Field(ge=1, examples=[6], description="Never more: it bounds what a surge or an error costs.")
    time_zone: TimeZone = Field(
        default="UTC", examples=["Asia/Seoul"], description="Of schedules and windows; daylight saving is followed."
    )
    target_tracking: dict[Label, TargetTrackingSettings] = Field(
        default_factory=dict, description="Metrics held near a value."
    )
    step_scaling: dict[Label, StepScalingSettings] = Field(
        default_factory=dict, description="Alarms with steps, where one target is too slow or too coarse."
    )
    schedule: dict[Label, ScheduleSettings] = Field(default_factory=dict, description="Peaks of every day or week.")
    window: dict[Label, WindowSettings] = Field(default_factory=dict, description="Announced events, once each.")

    @model_validator(mode="after")
    def _scaling_rules(self) -> "ScalingSettings":
        refuse(
            [
                *self._label_findings(),
                *self._bound_findings(),
                *self._policy_findings(),
                *self._one_way_findings(),
                *self._swing_findings(),
                *self._schedule_findings(),
                *self._window_findings(),
            ]
        )
        return self

    @property
    def is_scheduled(self) -> bool:
        """Whether the bounds are changed by schedules or windows."""
        return bool(self.schedule or self.window)

    def bounds_after(self, window: WindowSettings) -> tuple[int, int]:
        """Return minimum and maximum once the window is over: those of the schedule that then lasts, or our own."""
        minute = _minute_of_week(datetime.fromisoformat(window.end))
        for schedule in self.schedule.values():
            if minute in schedule.minutes_of_week:
                return self.bounds_of(schedule)
        return self.min_capacity, self.max_capacity

    def bounds_of(self, block: CapacitySettings) -> tuple[int, int]:
        """Return minimum and maximum while the schedule or window lasts."""
        return block.min_capacity, self.max_capacity if block.max_capacity is None else block.max_capacity

    def all_bounds(self) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
        """Yield each minimum and maximum that ever holds, with the place of its block: our own first."""
        yield (), (self.min_capacity, self.max_capacity)
        for label, schedule in self.schedule.items():
            yield ("schedule", label), self.bounds_of(schedule)
        for label, window in self.window.items():
            yield ("window", label), self.bounds_of(window)

    def metric_findings(self, offered: Sequence[Metric]) -> Iterator[Finding]:
        """Yield the metrics that the target does not have; for the settings of whatever scales."""
        for kind, policies in (("target_tracking", self.target_tracking), ("step_scaling", self.step_scaling)):
            for label, policy in policies.items():
                if policy.metric not in offered:
                    rule = "is not measured of it"
                    yield Finding((kind, label, "metric"), policy.metric, rule, f"write one of {', '.join(offered)}")

    def zone_findings(self, zones: int, others: int = 0) -> Iterator[Finding]:
        """Yield a minimum with which some zone would have none; `others` are there besides what is scaled."""
        for at, (least, _) in self.all_bounds():
            if least + others < zones:
                rule = f"leaves a zone without any: there are {zones} zones"
                yield Finding((*at, "min_capacity"), least, rule, f"write {zones - others} or more")

    def _label_findings(self) -> Iterator[Finding]:
        """Labels are names in AWS: of policies, and of scheduled actions."""
        for label in self.step_scaling.keys() & self.target_tracking.keys():
            rule = "is the name of a target_tracking block too"
            yield Finding(("step_scaling", label), None, rule, "write another name")
        for label in self.window.keys() & self.schedule.keys():
            yield Finding(("window", label), None, "is the name of a schedule too", "write another name")

    def _bound_findings(self) -> Iterator[Finding]:
        if self.max_capacity < self.min_capacity:
            rule = f"is less than min_capacity {self.min_capacity}"
            yield Finding(("max_capacity",), self.max_capacity, rule, f"write {self.min_capacity} or more")
            return
        for at, (least, most) in self.all_bounds():
            if most < least:
                rule = f"is more than max_capacity {most} of the same time"
                yield Finding((*at, "min_capacity"), least, rule, "write max_capacity with it")

    def _policy_findings(self) -> Iterator[Finding]:
        if not (self.target_tracking or self.step_scaling or self.is_scheduled):
            yield Finding(
                (), None, "has bounds and nothing that moves between them", 'write `target_tracking "cpu" { ... }`'
            )
        tracked = [policy.metric for policy in self.target_tracking.values()]
        for label, policy in self.target_tracking.items():
            if tracked.count(policy.metric) > 1:
                rule = "is tracked twice: the two would pull against each other"
                yield Finding(("target_tracking", label, "metric"), policy.metric, rule, "keep one of them")
        for label, step in self.step_scaling.items():
            if step.metric in tracked:
                rule = "is tracked by target as well: steps and target would pull against each other"
                yield Finding(("step_scaling", label, "metric"), step.metric, rule, "keep one of them")

    def _one_way_findings(self) -> Iterator[Finding]:
        """What only ever grows is paid for ever; what only ever shrinks is no help."""
        directions = {step.direction for step in self.step_scaling.values()}
        if self.target_tracking and "in" not in directions:
            if all(policy.disable_scale_in for policy in self.target_tracking.values()):
                rule, remedy = "scales out and never in", "take disable_scale_in out of one of them"
                yield Finding(("target_tracking",), None, rule, remedy)
        elif self.step_scaling and not self.target_tracking and len(directions) == 1:
            (only,) = directions
            other = "in" if only == "out" else "out"
            rule = f"scales {only} and never {other}"
            yield Finding(("step_scaling",), None, rule, f'write a step_scaling block with direction = "{other}"')

    def _swing_findings(self) -> Iterator[Finding]:
        for label, step in self.step_scaling.items():
            below = [
                other.threshold
                for other in self.step_scaling.values()
                if other.metric == step.metric and other.direction == "in"
            ]
            if step.direction == "out" and below and step.threshold <= max(below):
                rule = f"is not above {max(below):g}, below which is scaled in: it would swing for ever"
                yield Finding(("step_scaling", label, "threshold"), step.threshold, rule, "set the two apart")

    def _schedule_findings(self) -> Iterator[Finding]:
        """The end of each sets the usual bounds again, and would undo another that still lasts."""
        for (one, first), (other, second) in combinations(self.schedule.items(), 2):
            if first.minutes_of_week & second.minutes_of_week:
                rule = f"is at the same time as schedule {one}, and the end of each would undo the other"
                yield Finding(("schedule", other), None, rule, "set other times or days, or make one of the two")

    def _window_findings(self) -> Iterator[Finding]:
        """At its end each sets the usual bounds again, so none may end within another."""
        windows = sorted(self.window.items(), key=lambda item: item[1].start)
        for number, (label, window) in enumerate(windows):
            for earlier_label, earlier in windows[:number]:
                if window.start <= earlier.end:
                    rule = f"is within window {earlier_label}, whose end would undo it"
                    yield Finding(("window", label, "start"), window.start, rule, "make one window of the two")
            for schedule_label, schedule in self.schedule.items():
                if window.spans_an_end_of(schedule):
                    rule = f"spans a start or end of schedule {schedule_label}, which would undo it"
                    yield Finding(("window", label), None, rule, _remedy(schedule))


def _minute_of_day(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _minute_of_week(moment: datetime) -> int:
    return moment.weekday() * MINUTES_A_DAY + moment.hour * 60 + moment.minute


def _remedy(schedule: ScheduleSettings) -> str:
    return (
        f"let the window lie inside {schedule.start} to {schedule.end} or outside it, widen the schedule, or take it "
        "out for the event"
    )
