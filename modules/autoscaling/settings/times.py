"""The `schedule` and `window` blocks: when the bounds are others."""

import zoneinfo
from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Settings

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

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
        refuse(named_twice(self, "days"))
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
        during = {(minute_of_week(start) + minute) % MINUTES_A_WEEK for minute in minutes}
        ends = {DAYS.index(day) * MINUTES_A_DAY + _minute_of_day(schedule.end) for day in schedule.end_days}
        starts = {DAYS.index(day) * MINUTES_A_DAY + _minute_of_day(schedule.start) for day in schedule.days}
        return bool(during & (starts | ends))


def _minute_of_day(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def minute_of_week(moment: datetime) -> int:
    """Return the minutes since Monday 00:00."""
    return moment.weekday() * MINUTES_A_DAY + moment.hour * 60 + moment.minute
