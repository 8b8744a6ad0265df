"""Schedule expressions of EventBridge: which values each field of a cron expression allows, and whether it ever runs.

[EventBridge Scheduler User Guide, Schedule types, Cron-based schedules]
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based), and for the wildcards
[Amazon EventBridge User Guide, Setting a schedule pattern for scheduled rules, Cron expressions]
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions).
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: No expression may end before this year; `ended_before` detects years that have passed since.
FIRST_YEAR = 2026
EXAMPLE = 'write minute, hour, day, month, day of the week and year, "0 3 * * ? *" for 03:00 every day'
#: Rule and remedy for a schedule that was valid when it was written.
OVER = ("never runs again: all of its years have passed", "remove it, or write * for every year")

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NUMBER = re.compile(r"[0-9]{1,4}")
_RATE = re.compile(r"rate\(([1-9]\d*) (minutes?|hours?|days?)\)")
_CRON = re.compile(r"cron\(([^()]+)\)")


@dataclass(frozen=True)
class CronField:
    """One of the six fields."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    """Names for the numbers, starting with the lowest."""
    open: bool = False
    """Whether the field accepts `?` (any value)."""

    @property
    def bounds(self) -> str:
        """The allowed values, as a phrase."""
        named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"{self.least} to {self.most}{named}"

    def number(self, text: str) -> int | None:
        """Return the value as a number, or None if the field does not allow it."""
        if text.upper() in self.names:
            return self.names.index(text.upper()) + self.least
        found = int(text) if _NUMBER.fullmatch(text) else -1
        return found if self.least <= found <= self.most else None


MINUTE, HOUR = CronField("minute", 0, 59), CronField("hour", 0, 23)
DAY = CronField("day of the month", 1, 31, open=True)
MONTH = CronField("month", 1, 12, _MONTHS)
WEEKDAY = CronField("day of the week", 1, 7, _DAYS, open=True)
YEAR = CronField("year", 1970, 2199)
FIELDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR)
#: The years checked for `*`: they include a leap year.
_SOME_YEARS = range(FIRST_YEAR, FIRST_YEAR + 8)


def faults(expression: str) -> Iterator[tuple[str, str]]:
    """Yield the rule and remedy for each problem with the six fields, written without `cron()`."""
    texts = expression.split()
    if len(texts) != len(FIELDS):
        yield f"has {len(texts)} fields; an EventBridge cron expression has six, the last one is the year", EXAMPLE
        return
    if (texts[2] == "?") == (texts[4] == "?"):
        rule = "needs a ? as either the day of the month or the day of the week, but not both"
        yield rule, 'write "0 3 * * ? *" for every day, "0 3 ? * MON *" for every Monday'
    found = [fault for field, text in zip(FIELDS, texts, strict=True) for fault in _field_faults(field, text)]
    yield from found
    if not found:
        yield from _never_runs(texts)


def _schedule(value: str) -> str:
    cron = _CRON.fullmatch(value)
    if not (_RATE.fullmatch(value) or cron):
        raise broken_rule(
            "is not a rate or cron expression",
            'write "rate(1 hour)", or "cron(0 3 * * ? *)": minute, hour, day of month, month, day of week, year',
        )
    for rule, remedy in faults(cron[1]) if cron else ():
        raise broken_rule(rule, remedy)
    return value


#: A `rate(...)` or `cron(...)` expression.
ScheduleExpression = Annotated[str, AfterValidator(_schedule)]


def ended_before(expression: str, year: int) -> bool:
    """Return whether all years that a valid schedule expression names are over."""
    cron = _CRON.fullmatch(expression)
    years = _values(YEAR, cron[1].split()[5]) if cron else set()
    return bool(years) and max(years) < year


def _field_faults(field: CronField, text: str) -> Iterator[tuple[str, str]]:
    if text == "?":
        if not field.open:
            rule = f"has ? as the {field.name}; only the day of the month and the day of the week allow it"
            yield rule, "write * for all values"
        return
    items = text.split(",")
    if field is WEEKDAY and "#" in text and len(items) > 1:
        rule = f'combines # with other values as the {field.name}, "{text}"'
        yield rule, "write a separate schedule for each value"
        return
    for item in items:
        yield from _item_faults(field, item)


def _item_faults(field: CronField, item: str) -> Iterator[tuple[str, str]]:
    if _is_special(field, item):
        return
    span, slash, step = item.partition("/")
    first, dash, last = span.partition("-")
    if slash and not (_NUMBER.fullmatch(step) and 1 <= int(step) <= field.most):
        rule = f'has the invalid step "{step}" as the {field.name}'
        yield rule, f"write a step from 1 to {field.most}, for example {span}/1"
    if span == "*":
        return
    numbers = [field.number(each) for each in ([first, last] if dash else [first])]
    if None in numbers:
        yield f'has "{item}" as the {field.name}, which allows {field.bounds}', _instead(field)
    elif dash and numbers != sorted(numbers, key=lambda number: number or 0):
        rule = f'has the range "{span}" as the {field.name}, which ends before it begins'
        yield rule, f"write {last}-{first}, or single values separated by commas"


def _is_special(field: CronField, item: str) -> bool:
    """Return whether the item is one of the special values for days: L, 15W, 6L, MON#2."""
    text = item.upper()
    if field is DAY:
        return text in ("L", "LW") or (text.endswith("W") and field.number(text[:-1]) is not None)
    if field is WEEKDAY:
        day, sharp, week = text.partition("#")
        if sharp:
            return field.number(day) is not None and week in ("1", "2", "3", "4", "5")
        return text == "L" or (text.endswith("L") and field.number(text[:-1]) is not None)
    return False


def _instead(field: CronField) -> str:
    special = {
        DAY.name: ", ? for any, L for the last, 15W for the weekday nearest to the 15th",
        WEEKDAY.name: ", ? for any, 6L for the last Friday, MON#2 for the second Monday (# allows 1 to 5)",
    }
    return f"write * for all values, or a value from {field.bounds}{special.get(field.name, '')}"


def _never_runs(texts: list[str]) -> Iterator[tuple[str, str]]:
    years, months, days = (_values(*pair) for pair in ((YEAR, texts[5]), (MONTH, texts[3]), (DAY, texts[2])))
    if years and max(years) < FIRST_YEAR:
        yield f"never runs: the year {texts[5]} has passed", "write * for every year, or a future year"
        return
    in_years = [year for year in years if year >= FIRST_YEAR] or _SOME_YEARS
    in_months = months or range(1, 13)
    lengths = (calendar.monthrange(year, month)[1] for year in in_years for month in in_months)
    if days and min(days) > max(lengths):
        rule = f"never runs: none of its months has a day {texts[2]}"
        yield rule, "write a day that exists, or L for the last day of the month"


def _values(field: CronField, text: str) -> set[int]:
    """Return the numbers that a valid field names; an empty set if it names all, or uses a special value."""
    found: set[int] = set()
    for item in text.upper().split(","):
        span, slash, step = item.partition("/")
        first, _, last = span.removesuffix("W").partition("-")
        begin = field.number(first)
        if begin is None:
            return set()
        end = field.number(last) if last else (field.most if slash else begin)
        found |= set(range(begin, (end or begin) + 1, int(step or 1)))
    return found
