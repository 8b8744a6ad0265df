"""Cron expressions of EventBridge: which values each field takes, and whether the expression ever comes due.

[EventBridge Scheduler User Guide, Schedule types, Cron-based schedules]
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based), and for the wildcards
[Amazon EventBridge User Guide, Setting a schedule pattern for scheduled rules, Cron expressions]
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html#eb-cron-expressions).
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass

#: No expression that is written today may end before this year; `ended_before` tells of years that passed since.
FIRST_YEAR = 2026
EXAMPLE = 'write minute, hour, day, month, day of the week and year, "0 3 * * ? *" for 03:00 each day'
#: What is told of a schedule that was right when it was written.
OVER = ("never comes any more: its years are over", "take it out, or write * for each year")

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NUMBER = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True)
class CronField:
    """One of the six fields."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    """Names that stand for the numbers, the first for the least."""
    open: bool = False
    """Whether `?` leaves it open."""

    @property
    def bounds(self) -> str:
        """The values that it takes, a phrase."""
        named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"{self.least} to {self.most}{named}"

    def number(self, text: str) -> int | None:
        """Return the number that a value stands for, None where the field does not take it."""
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
#: The year for `*`: a leap year, and far from both ends.
_SOME_YEARS = range(FIRST_YEAR, FIRST_YEAR + 8)


def faults(expression: str) -> Iterator[tuple[str, str]]:
    """Yield rule and remedy for each thing that is wrong with the six fields, written without `cron()`."""
    texts = expression.split()
    if len(texts) != len(FIELDS):
        yield f"has {len(texts)} fields, and a cron expression of EventBridge has six, the year last", EXAMPLE
        return
    if (texts[2] == "?") == (texts[4] == "?"):
        rule = "needs a ? as the day of the month or as the day of the week, and not as both"
        yield rule, 'write "0 3 * * ? *" for each day, "0 3 ? * MON *" for each Monday'
    found = [fault for field, text in zip(FIELDS, texts, strict=True) for fault in _field_faults(field, text)]
    yield from found
    if not found:
        yield from _never(texts)


def ended_before(expression: str, year: int) -> bool:
    """Return whether all of the years that a right expression names are over."""
    texts = expression.split()
    return len(texts) == len(FIELDS) and (values := _values(YEAR, texts[5])) != set() and max(values) < year


def _field_faults(field: CronField, text: str) -> Iterator[tuple[str, str]]:
    if text == "?":
        if not field.open:
            yield f"has ? as the {field.name}, which only the two kinds of days take", "write * for each"
        return
    items = text.split(",")
    if field is WEEKDAY and "#" in text and len(items) > 1:
        yield f'has more than one value beside # as the {field.name}, "{text}"', "write a schedule for each"
        return
    for item in items:
        yield from _item_faults(field, item)


def _item_faults(field: CronField, item: str) -> Iterator[tuple[str, str]]:
    if _is_special(field, item):
        return
    span, slash, step = item.partition("/")
    first, dash, last = span.partition("-")
    if slash and not (_NUMBER.fullmatch(step) and 1 <= int(step) <= field.most):
        yield f'has a step of "{step}" as the {field.name}', f"write a step from 1 to {field.most}, {span}/1"
    if span == "*":
        return
    numbers = [field.number(each) for each in ([first, last] if dash else [first])]
    if None in numbers:
        yield f'has "{item}" as the {field.name}, which takes {field.bounds}', _instead(field)
    elif dash and numbers != sorted(numbers, key=lambda number: number or 0):
        rule = f'has the range "{span}" as the {field.name}, which ends before it begins'
        yield rule, f"write {last}-{first}, or the values one by one with commas between"


def _is_special(field: CronField, item: str) -> bool:
    """Return whether the item is one of those that only days have: L, 15W, 6L, MON#2."""
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
        WEEKDAY.name: ", ? for any, 6L for the last Friday, MON#2 for the second Monday (# takes 1 to 5)",
    }
    return f"write * for each, one of {field.bounds}{special.get(field.name, '')}"


def _never(texts: list[str]) -> Iterator[tuple[str, str]]:
    years, months, days = (_values(*pair) for pair in ((YEAR, texts[5]), (MONTH, texts[3]), (DAY, texts[2])))
    if years and max(years) < FIRST_YEAR:
        yield f"never comes: the year {texts[5]} is over", "write * for each year, or a year to come"
        return
    in_years = [year for year in years if year >= FIRST_YEAR] or _SOME_YEARS
    in_months = months or range(1, 13)
    lengths = (calendar.monthrange(year, month)[1] for year in in_years for month in in_months)
    if days and min(days) > max(lengths):
        yield f"never comes: day {texts[2]} is in none of its months", "write a day that exists, or L for the last"


def _values(field: CronField, text: str) -> set[int]:
    """Return the numbers that a right field names; none where it names all, or says it in other ways."""
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
