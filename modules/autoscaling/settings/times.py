"""`schedule` and `window` blocks: times with different bounds."""

import zoneinfo
from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Settings
from modules.foundation.time_windows import DAYS, MINUTES_A_DAY, Day, minute_of_day, minute_of_week, span


def _time_zone(value: str) -> str:
    known = zoneinfo.available_timezones()
    # Without a time zone database on this machine, AWS checks the name.
    if known and value not in known:
        raise broken_rule("is not a time zone of the IANA database", 'write one such as "Asia/Seoul" or "UTC"')
    return value


def _clock(value: str) -> str:
    try:
        time.fromisoformat(value)
    except ValueError:
        raise broken_rule("is not a time of day", 'write hours and minutes, for example "18:30"') from None
    return value


def _moment(value: str) -> str:
    try:
        datetime.strptime(value, "%Y-%m-%dT%H:%M")
    except ValueError:
        remedy = 'write it without a time zone, for example "2026-12-24T18:30"'
        raise broken_rule("is not a date and time", remedy) from None
    return value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Clock = Annotated[str, Field(pattern=r"^[0-2]\d:[0-5]\d$"), AfterValidator(_clock)]
Moment = Annotated[str, AfterValidator(_moment)]


class CapacitySettings(Settings):
    """The bounds during a schedule or window."""

    min_capacity: int = Field(ge=0, examples=[4], description="The minimum capacity during this time.")
    max_capacity: int | None = Field(
        default=None, ge=0, description="The maximum capacity during this time; by default that of the scaling block."
    )


class ScheduleSettings(CapacitySettings):
    """A `schedule` block: a peak every day, or on some days of the week. Start and end are both required."""

    days: tuple[Day, ...] = Field(
        default=DAYS,
        min_length=1,
        examples=[["fri", "sat"]],
        description="The days on which it starts; all by default.",
    )
    start: Clock = Field(examples=["18:00"], description="The start time, in time_zone.")
    end: Clock = Field(
        examples=["23:00"], description="The end time, in time_zone; on the next day if it is before the start."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ScheduleSettings":
        raise_findings(named_twice(self, "days"))
        if self.start == self.end:
            remedy = "write another time, or raise min_capacity"
            raise_findings([Finding(("end",), self.end, "is the same as the start", remedy)])
        return self

    @property
    def ends_next_day(self) -> bool:
        """Whether it ends after midnight."""
        return self.end < self.start

    @property
    def minutes_of_week(self) -> frozenset[int]:
        """The minutes of the week, from Monday 00:00, in which it is active, including its end."""
        length = (minute_of_day(self.end) - minute_of_day(self.start)) % MINUTES_A_DAY
        return frozenset().union(*(span(minute_of_week(day, self.start), length + 1) for day in self.days))

    @property
    def end_days(self) -> tuple[Day, ...]:
        """The days on which it ends."""
        shift = 1 if self.ends_next_day else 0
        return tuple(DAYS[(DAYS.index(day) + shift) % len(DAYS)] for day in self.days)


class WindowSettings(CapacitySettings):
    """A `window` block: an announced event that occurs once. A window in the past can be removed."""

    start: Moment = Field(examples=["2026-12-24T18:00"], description="The start, in time_zone.")
    end: Moment = Field(examples=["2026-12-25T01:00"], description="The end, in time_zone.")

    @model_validator(mode="after")
    def _rules(self) -> "WindowSettings":
        # ISO 8601 strings sort by time.
        if self.end <= self.start:
            raise_findings([Finding(("end",), self.end, f"is not after its start {self.start}", "write a later time")])
        return self

    def spans_an_end_of(self, schedule: ScheduleSettings) -> bool:
        """Return whether the schedule starts or ends during the window."""
        start, end = datetime.fromisoformat(self.start), datetime.fromisoformat(self.end)
        during = span(minute_of_moment(start), (end - start) // timedelta(minutes=1) + 1)
        ends = {minute_of_week(day, schedule.end) for day in schedule.end_days}
        starts = {minute_of_week(day, schedule.start) for day in schedule.days}
        return bool(during & (starts | ends))


def minute_of_moment(moment: datetime) -> int:
    """Return the minutes since Monday 00:00."""
    return minute_of_week(DAYS[moment.weekday()], f"{moment:%H:%M}")
