"""Backup windows and maintenance windows of RDS, in UTC."""

import re
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: [CreateDBInstance, PreferredMaintenanceWindow]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html): at least 30 minutes; the same
#: for backup windows.
SHORTEST_WINDOW_MINUTES = 30

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
_MINUTES_A_WEEK = 7 * MINUTES_A_DAY


def _backup_window(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value):
        raise broken_rule("is not a backup window", 'write start and end in UTC, such as "17:00-18:00"')
    start, end = backup_minutes(value)
    if end - start < SHORTEST_WINDOW_MINUTES:
        raise broken_rule("is shorter than 30 minutes, the minimum of RDS", "write a later end")
    return value


def _maintenance_window(value: str) -> str:
    day = "(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d"
    if not re.fullmatch(f"{day}-{day}", value):
        raise broken_rule("is not a maintenance window", 'write days and times in UTC, such as "sun:18:30-sun:19:30"')
    start, end = maintenance_minutes(value)
    if end - start < SHORTEST_WINDOW_MINUTES:
        raise broken_rule("is shorter than 30 minutes, the minimum of RDS", "write a later end")
    if end - start > MINUTES_A_DAY:
        rule = "is longer than 24 hours, so every backup window would overlap it"
        raise broken_rule(rule, "write an earlier end, or swap start and end")
    return value


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def backup_minutes(window: str) -> tuple[int, int]:
    """Return start and end in minutes of the day; an end on the next day is greater than 24 hours."""
    start, end = map(_minutes, window.split("-"))
    return start, end if end > start else end + MINUTES_A_DAY


def maintenance_minutes(window: str) -> tuple[int, int]:
    """Return start and end in minutes of the week; an end in the next week is greater than a week."""
    start, end = (DAYS.index(part[:3]) * MINUTES_A_DAY + _minutes(part[4:]) for part in window.split("-"))
    return start, end if end > start else end + _MINUTES_A_WEEK


BackupWindow = Annotated[str, AfterValidator(_backup_window)]
MaintenanceWindow = Annotated[str, AfterValidator(_maintenance_window)]


def meet(daily: tuple[int, int], weekly: tuple[int, int]) -> bool:
    """Return whether a daily and a weekly window, in minutes, overlap."""
    # Includes the day before the week and the next week: a window can cross midnight or the end of the week.
    return any(
        daily[0] + day * MINUTES_A_DAY < weekly[1] and weekly[0] < daily[1] + day * MINUTES_A_DAY
        for day in range(-1, 9)
    )
