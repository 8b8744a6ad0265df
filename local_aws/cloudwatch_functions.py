"""CloudWatch: the functions of metric math that alarms can use here.

A scalar is a float, a time series maps timestamps to values, and a list is an array of time series. Functions that
return a scalar for one time series see the data points in the alarm's evaluation range.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Series = dict[int, float]
#: A string is a word that only FILL accepts.
Value = float | Series | list[Series] | str


class UnsupportedError(Exception):
    """An expression that the embedded AWS does not evaluate."""


@dataclass(frozen=True)
class Input:
    """The values of the alarm's metrics and other expressions, and the timestamps in its evaluation range."""

    values: dict[str, Value]
    times: Sequence[int]
    period: int
    metrics: tuple[str, ...]


Function = Callable[[Input, list[Value]], Value]


def combine(left: Value, right: Value, apply: Callable[[float, float], float]) -> Value:
    """Apply an operator to each data point; a missing value is 0, and a result that is not a number is dropped."""
    if isinstance(left, str) or isinstance(right, str):
        raise UnsupportedError("REPEAT is only supported in FILL")
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            raise UnsupportedError("arrays of different lengths cannot be combined")
        return [_series(combine(a, b, apply)) for a, b in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [_series(combine(each, right, apply)) for each in left]
    if isinstance(right, list):
        return [_series(combine(left, each, apply)) for each in right]
    if isinstance(left, float) and isinstance(right, float):
        return apply(left, right)
    times = sorted({*(left if isinstance(left, dict) else ()), *(right if isinstance(right, dict) else ())})
    results = {time: apply(_at(left, time), _at(right, time)) for time in times}
    return {time: value for time, value in results.items() if not math.isnan(value)}


def _at(value: float | Series, time: int) -> float:
    return value.get(time, 0.0) if isinstance(value, dict) else value


def _series(value: Any) -> Series:
    if not isinstance(value, dict):
        raise UnsupportedError("a time series is required")
    return value


def _summary(reduce: Callable[[list[float]], float], *, missing: float | None = None) -> Function:
    """A function that turns one time series into a scalar, and an array of time series into one."""

    def function(_: Input, given: list[Value]) -> Value:
        (value,) = _count(given, 1)
        if isinstance(value, dict):
            return reduce(list(value.values())) if value else math.nan
        if not isinstance(value, list):
            raise UnsupportedError("a time series or an array is required")
        found: Series = {}
        for time in sorted({time for each in value for time in each}):
            points = [each.get(time, missing) for each in value]
            found[time] = reduce([each for each in points if each is not None])
        return found

    return function


def _each(change: Callable[[float], float]) -> Function:
    def function(_: Input, given: list[Value]) -> Value:
        (value,) = _count(given, 1)
        return combine(value, 0.0, lambda point, _: point if math.isnan(point) else change(point))

    return function


def _if(given: Input, arguments: list[Value]) -> Value:
    """IF(condition, value, otherwise): a missing value is 0, and a missing `otherwise` drops the data point."""
    condition, value, otherwise = arguments if len(arguments) == 3 else (*_count(arguments, 2), {})
    if isinstance(condition, float):
        # The result is a time series, whatever the condition is, if one of the values is.
        scalar = isinstance(value, float) and isinstance(otherwise, float)
        chosen = value if condition else otherwise
        return chosen if scalar or not isinstance(chosen, float) else dict.fromkeys(given.times, chosen)
    if not (isinstance(condition, dict) and isinstance(value, float | dict) and isinstance(otherwise, float | dict)):
        raise UnsupportedError("IF accepts time series and numbers")
    found: Series = {}
    for time, holds in condition.items():
        if holds:
            found[time] = _at(value, time)
        elif isinstance(otherwise, float) or time in otherwise:
            found[time] = _at(otherwise, time)
    return found


def _fill(given: Input, arguments: list[Value]) -> Value:
    """FILL(series, value), with a number, another time series, or REPEAT; LINEAR is not supported."""
    value, filler = _count(arguments, 2)
    if isinstance(value, list):
        return [_series(_fill(given, [each, filler])) for each in value]
    found, last = dict(_series(value)), None
    for time in given.times:
        last = found.get(time, last)
        replacement = last if filler == "REPEAT" else filler.get(time) if isinstance(filler, dict) else filler
        if time not in found and isinstance(replacement, float) and not math.isnan(replacement):
            found[time] = replacement
    return found


def _time_series(given: Input, arguments: list[Value]) -> Value:
    (value,) = _count(arguments, 1)
    if not isinstance(value, float):
        raise UnsupportedError("TIME_SERIES accepts a number")
    return dict.fromkeys(given.times, value)


def _metrics(given: Input, arguments: list[Value]) -> Value:
    _count(arguments, 0)
    return [_series(given.values[name]) for name in given.metrics]


def _period(given: Input, arguments: list[Value]) -> Value:
    _count(arguments, 1)
    return float(given.period)


def _count(given: list[Value], *allowed: int) -> list[Value]:
    if len(given) not in allowed:
        raise UnsupportedError(f"a function has {len(given)} arguments instead of {' or '.join(map(str, allowed))}")
    return given


FUNCTIONS: dict[str, Function] = {
    "ABS": _each(abs),
    "AVG": _summary(lambda points: sum(points) / len(points), missing=0.0),
    "CEIL": _each(lambda point: float(math.ceil(point))),
    "FILL": _fill,
    "FLOOR": _each(lambda point: float(math.floor(point))),
    "IF": _if,
    "MAX": _summary(max),
    "METRICS": _metrics,
    "MIN": _summary(min),
    "PERIOD": _period,
    "SUM": _summary(sum),
    "TIME_SERIES": _time_series,
}
