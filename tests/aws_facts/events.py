"""The table of EventBridge events, `events.toml`, and what is wrong with the event pattern of a rule."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "events.toml"
#: Characters. [Amazon EventBridge quotas]
#: (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html): Event pattern size, which is adjustable.
MAXIMUM = 2048
#: Fields of every event. [Amazon EventBridge User Guide, AWS service event metadata]
#: (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html).
METADATA = ("version", "id", "detail-type", "source", "account", "time", "region", "resources")
#: [Amazon EventBridge User Guide, Comparison operators for use in event patterns]
#: (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html).
OPERATORS = ("anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard")
#: Operators whose operand can be a further operator.
NESTED = {
    "anything-but": ("equals-ignore-case", "prefix", "suffix", "wildcard"),
    "prefix": ("equals-ignore-case",),
    "suffix": ("equals-ignore-case",),
}
COMPARISONS = ("<", "<=", "=", ">", ">=")
TYPES: Mapping[str, type | tuple[type, ...]] = {"string": str, "number": (int, float), "boolean": bool}

Leaf = tuple[str, list[Any]]


@dataclass(frozen=True)
class Event:
    """A row of the table."""

    source: str
    detail_type: str
    detail: Mapping[str, str | list[str]]
    page: str

    def __str__(self) -> str:
        return f"{self.source} {self.detail_type}"

    def field(self, path: str) -> str | list[str] | None:
        """Return the type or the values of a field of the detail, or None."""
        if path in self.detail:
            return self.detail[path]
        prefixes = (path[:place] for place, character in enumerate(path) if character == ".")
        return next((self.detail[f"{each}.*"] for each in prefixes if f"{each}.*" in self.detail), None)


@cache
def events() -> tuple[Event, ...]:
    """Return the rows of the table."""
    return tuple(
        Event(row["source"], row["detail-type"], row["detail"], f"{row['page']} {row['link']}")
        for row in tomllib.loads(TABLE.read_text())["event"]
    )


def faults(text: str) -> Iterator[str]:
    """Yield why EventBridge refuses a pattern, or why it matches no event."""
    if len(text) > MAXIMUM:
        yield f"the pattern has {len(text)} characters; at most {MAXIMUM} are allowed"
    try:
        pattern = json.loads(text)
    except ValueError as error:
        yield f"the pattern is not JSON: {error}"
        return
    if not isinstance(pattern, dict):
        yield "the pattern is not an object"
        return
    sources, types = pattern.get("source", []), pattern.get("detail-type", [])
    if not sources or not types:
        yield "the pattern has no source or no detail-type, so it matches events of any service"
    leaves = list(_leaves(pattern, ""))
    for path, values in leaves:
        if not path.startswith("detail.") and path not in METADATA:
            yield f"{path} is not a field of an event"
        yield from (f"{path}: {fault}" for value in values for fault in _operator_faults(value))
    for source in sources:
        for type_ in types:
            yield from _event_faults(source, type_, leaves)


def _event_faults(source: Any, type_: Any, leaves: list[Leaf]) -> Iterator[str]:
    found = [event for event in events() if (event.source, event.detail_type) == (source, type_)]
    if not found:
        yield f"{source} {type_} is not in {TABLE.name}"
        return
    (event,) = found
    for path, values in leaves:
        if path.startswith("detail."):
            for fault in _field_faults(event, path.removeprefix("detail."), values):
                yield f"{event}: {path}: {fault}: {event.page}"


def _field_faults(event: Event, path: str, values: list[Any]) -> Iterator[str]:
    field = event.field(path)
    if field is None:
        yield "the event has no such field"
        return
    for value in values:
        for literal, whole in _literals(value):
            if isinstance(field, str) and not _is_of(literal, field):
                yield f"{literal!r} is not a {field}"
            elif isinstance(field, list) and not _is_among(literal, field, whole):
                yield f"{literal!r} is not one of {', '.join(field)}"


def _is_of(literal: Any, type_: str) -> bool:
    """Return whether a literal has the type; True is a number in Python, and not in JSON."""
    return isinstance(literal, TYPES[type_]) and (type_ == "boolean") is isinstance(literal, bool)


def _is_among(literal: Any, values: list[str], whole: bool) -> bool:
    return literal in values if whole else any(each.startswith(str(literal)) for each in values)


def _literals(value: Any) -> Iterator[tuple[Any, bool]]:
    """Yield the values with which an element of a pattern compares, and whether it compares them as a whole."""
    match value:
        case {"prefix": str(prefix)} | {"anything-but": {"prefix": str(prefix)}}:
            yield prefix, False
        case {"anything-but": list(several)}:
            yield from ((each, True) for each in several)
        case {"anything-but": str() | int() | float() as one}:
            yield one, True
        case {"numeric": list(comparison)}:
            yield from ((each, True) for each in comparison[1::2])
        case dict():
            return
        case _:
            yield value, True


def _leaves(pattern: Any, path: str) -> Iterator[Leaf]:
    """Yield the fields of a pattern with their lists; `$or` has several patterns."""
    for key, value in pattern.items():
        inner = f"{path}.{key}" if path else key
        match value:
            case list() if key == "$or":
                for each in value:
                    yield from _leaves(each, path)
            case list():
                yield inner, value
            case dict():
                yield from _leaves(value, inner)
            case _:
                # EventBridge requires a list of values.
                yield inner, [{"not a list": value}]


def _operator_faults(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for operator, operand in value.items():
        if operator not in OPERATORS:
            yield f"{operator} is not an operator"
        elif isinstance(operand, dict):
            wrong = [each for each in operand if each not in NESTED.get(operator, ())]
            yield from (f"{operator} does not allow {each}" for each in wrong)
        elif operator == "numeric" and not _is_comparison(operand):
            yield f"numeric {operand} is not a comparison"
        elif operator == "exists" and not isinstance(operand, bool):
            yield f"exists {operand!r} is not true or false"


def _is_comparison(operand: Any) -> bool:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        return False
    return all(each in COMPARISONS for each in operand[::2]) and all(_is_of(each, "number") for each in operand[1::2])
