"""What CloudWatch requires of an alarm's periods and of its metric math."""

import re
from collections.abc import Iterator
from typing import Any

from tests.aws_facts.metrics import alarm_uses, blocks, queries
from tests.aws_facts.stack import Resource

HOUR, DAY, WEEK = 3600, 86_400, 604_800
ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
#: Identifiers in an expression. Functions and keywords begin with an uppercase letter.
_IDENTIFIER = re.compile(r"(?<![\w.])[a-z]\w*")


def range_faults(alarm: Resource) -> Iterator[str]:
    """Yield periods that are too long together.

    [Amazon CloudWatch API Reference, PutMetricAlarm, Period]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html): at most seven days, and
    at most one day for a period of less than one hour.
    """
    watched = [use.period for use in alarm_uses(alarm)]
    expressions = [query.get("period") for query in queries(alarm)]
    for period in {each for each in (*watched, *expressions) if each is not None}:
        seconds, limit = period * alarm.block["evaluation_periods"], DAY if period < HOUR else WEEK
        if seconds > limit:
            yield f"{alarm.address} watches {seconds} s; at most {limit} s with a period of {period} s"
        if period % 60 and period not in (10, 20, 30):
            yield f"{alarm.address} has a period of {period} s: 10, 20, 30, or a multiple of 60"


def math_faults(alarm: Resource) -> Iterator[str]:
    """Yield faults of the metric math.

    [Amazon CloudWatch API Reference, MetricDataQuery]
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html).
    """
    found = queries(alarm)
    if not found:
        return
    ids = [query["id"] for query in found]
    used = {name for query in found for name in _identifiers(query.get("expression", ""))}
    returned = [query["id"] for query in found if query.get("return_data")]
    yield from (f"the id {each!r} does not begin with a lowercase letter" for each in ids if not ID.fullmatch(each))
    yield from (f"the id {each!r} is not unique" for each in set(ids) if ids.count(each) > 1)
    yield from (f"no query has the id {each!r}" for each in sorted(used - set(ids)))
    yield from (f"no expression uses {each!r}" for each in ids if each not in {*used, *returned})
    yield from (f"{query['id']!r} is not a metric or an expression" for query in found if not _is_one(query))
    if len(returned) != 1:
        yield f"return_data is true for {returned}; it must be true for one"


def _is_one(query: dict[str, Any]) -> bool:
    return bool(query.get("expression")) is not bool(blocks(query.get("metric")))


def _identifiers(expression: str) -> set[str]:
    if expression.lstrip().upper().startswith("SELECT"):
        return set()
    return set(_IDENTIFIER.findall(_STRING.sub("", expression)))
