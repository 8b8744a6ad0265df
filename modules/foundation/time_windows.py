"""Times of the day and of the week, in minutes, and windows between them, as AWS writes them.

A window of a day, `17:00-18:00`, may end on the next day, and one of a week, `sun:18:30-sun:19:30`, in the next week.
"""

import re
from typing import Literal

from modules.foundation.problems import broken_rule

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = len(DAYS) * MINUTES_A_DAY

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_DAILY = re.compile(rf"{_CLOCK}-{_CLOCK}")
_MOMENT = rf"({'|'.join(DAYS)}):{_CLOCK}"
_WEEKLY = re.compile(rf"{_MOMENT}-{_MOMENT}")


def daily_window(value: str, least: int) -> str:
    """Return the window of a day. Raises a broken rule if it is none, or shorter than the minimum in minutes."""
    if not _DAILY.fullmatch(value):
        raise broken_rule("is not a daily window", 'write start and end in UTC, such as "17:00-18:00"')
    _check_length(len(minutes_of_day(value)), least)
    return value


def weekly_window(value: str, least: int) -> str:
    """Return the window of a week. Raises a broken rule if it is none, too short, or longer than a day."""
    if not _WEEKLY.fullmatch(value):
        raise broken_rule("is not a weekly window", 'write days and times in UTC, such as "sun:18:30-sun:19:30"')
    length = len(minutes_of_week(value))
    _check_length(length, least)
    if length > MINUTES_A_DAY:
        rule = "is longer than 24 hours, so every daily window would overlap it"
        raise broken_rule(rule, "write an earlier end, or swap start and end")
    return value


def _check_length(length: int, least: int) -> None:
    if length < least:
        raise broken_rule(f"is shorter than {least} minutes, the minimum of AWS", "write a later end")


def minute_of_day(clock: str) -> int:
    """Return the minutes since 00:00 of `18:30`."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def minute_of_week(day: str, clock: str) -> int:
    """Return the minutes since Monday 00:00."""
    return DAYS.index(day) * MINUTES_A_DAY + minute_of_day(clock)


def minutes_of_day(window: str) -> frozenset[int]:
    """Return the minutes of every day in a daily window."""
    start, end = map(minute_of_day, window.split("-"))
    return span(start, (end - start) % MINUTES_A_DAY or MINUTES_A_DAY, MINUTES_A_DAY)


def minutes_of_week(window: str) -> frozenset[int]:
    """Return the minutes of the week in a weekly window."""
    start, end = (minute_of_week(moment[:3], moment[4:]) for moment in window.split("-"))
    return span(start, (end - start) % MINUTES_A_WEEK or MINUTES_A_WEEK)


def span(start: int, length: int, period: int = MINUTES_A_WEEK) -> frozenset[int]:
    """Return the minutes of the period, by default a week, from a minute on."""
    return frozenset((start + minute) % period for minute in range(min(length, period)))


def meet(daily: frozenset[int], weekly: frozenset[int]) -> bool:
    """Return whether minutes of every day and minutes of the week overlap."""
    return any(minute % MINUTES_A_DAY in daily for minute in weekly)
