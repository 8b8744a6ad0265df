"""Daily windows for backups and weekly windows for maintenance, in UTC, of databases and caches."""

import re

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
_MINUTES_A_WEEK = 7 * MINUTES_A_DAY
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_MOMENT = f"({'|'.join(DAYS)}):{_TIME}"


def daily_window(*, shortest_minutes: int) -> AfterValidator:
    """Return the validator of a daily window that has at least this length."""

    def validate(value: str) -> str:
        if not re.fullmatch(f"{_TIME}-{_TIME}", value):
            raise broken_rule("is not a daily window", 'write start and end in UTC, such as "17:00-18:00"')
        _check_length(day_minutes(value), shortest_minutes)
        return value

    return AfterValidator(validate)


def weekly_window(*, shortest_minutes: int) -> AfterValidator:
    """Return the validator of a weekly window that has at least this length."""

    def validate(value: str) -> str:
        if not re.fullmatch(f"{_MOMENT}-{_MOMENT}", value):
            raise broken_rule("is not a weekly window", 'write days and times in UTC, such as "sun:18:30-sun:19:30"')
        start, end = week_minutes(value)
        _check_length((start, end), shortest_minutes)
        if end - start > MINUTES_A_DAY:
            rule = "is longer than 24 hours, so every daily window for backups would overlap it"
            raise broken_rule(rule, "write an earlier end, or swap start and end")
        return value

    return AfterValidator(validate)


def _check_length(window: tuple[int, int], shortest_minutes: int) -> None:
    if window[1] - window[0] < shortest_minutes:
        raise broken_rule(f"is shorter than {shortest_minutes} minutes, the minimum of AWS", "write a later end")


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def day_minutes(window: str) -> tuple[int, int]:
    """Return start and end in minutes of the day; an end on the next day is greater than 24 hours."""
    start, end = map(_minutes, window.split("-"))
    return start, end if end > start else end + MINUTES_A_DAY


def week_minutes(window: str) -> tuple[int, int]:
    """Return start and end in minutes of the week; an end in the next week is greater than a week."""
    start, end = (DAYS.index(part[:3]) * MINUTES_A_DAY + _minutes(part[4:]) for part in window.split("-"))
    return start, end if end > start else end + _MINUTES_A_WEEK


def meet(daily: tuple[int, int], weekly: tuple[int, int]) -> bool:
    """Return whether a daily and a weekly window, in minutes, overlap."""
    # Includes the day before the week and the next week: a window can cross midnight or the end of the week.
    return any(
        daily[0] + day * MINUTES_A_DAY < weekly[1] and weekly[0] < daily[1] + day * MINUTES_A_DAY
        for day in range(-1, 9)
    )
