"""EventBridge: event patterns.

[Comparison operators for use in event patterns]
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html).

- AWS: a pattern matches an array of objects if one of the objects matches all fields. Moto 5.2.5 does not look into
  arrays of objects. Added: it does. Moto's matcher evaluates the operators.
- AWS: PutRule rejects an operator that does not exist. Moto accepts it, and it matches every value. Added: the error.
- AWS: TestEventPattern returns whether a pattern matches an event. Moto returns nothing. Added: the result.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

OPERATORS = ("prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "exists", "cidr", "wildcard")
#: Operators that "anything-but" accepts.
NEGATED = ("prefix", "suffix", "equals-ignore-case", "wildcard")


def install() -> None:
    """Let Moto's patterns look into arrays of objects, and check them."""
    from moto.events.models import EventPattern, EventPatternParser
    from moto.events.responses import EventsHandler

    from local_aws.extend import add

    add(EventPattern, matches_event)
    add(EventPatternParser, _checked(EventPatternParser.parse))
    add(EventsHandler, test_event_pattern)


def matches_event(pattern: Any, event: Any) -> bool:
    """Return whether the pattern matches the event with one object of each array of objects."""
    found = json.loads(json.dumps(event))
    return any(pattern._does_event_match(pattern._flatten_dict(each), pattern.get_pattern()) for each in _single(found))


def test_event_pattern(response: Any) -> str:
    """TestEventPattern."""
    from moto.events.models import EventPattern

    pattern = EventPattern.load(response._get_param("EventPattern"))
    return json.dumps({"Result": pattern.matches_event(json.loads(response._get_param("Event")))})


def _single(value: Any) -> Iterator[Any]:
    """Yield the value with each combination of one object from each array of objects."""
    if isinstance(value, dict):
        for combination in itertools.product(*(list(_single(each)) for each in value.values())):
            yield dict(zip(value, combination, strict=True))
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for each in value:
            yield from _single(each if isinstance(each, dict) else [each])
    else:
        yield value


def _checked(parse: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def parse_and_check(parser: Any) -> dict[str, Any]:
        from moto.events.exceptions import InvalidEventPatternException

        pattern = parse(parser)
        problem = next(_problems(pattern), None)
        if problem:
            raise InvalidEventPatternException(reason=problem)
        return pattern

    parse_and_check.__name__ = "parse"
    return parse_and_check


def _problems(pattern: dict[str, Any]) -> Iterator[str]:
    for key, value in pattern.items():
        if isinstance(value, dict):
            yield from _problems(value)
        elif key == "$or":
            for each in value:
                yield from _problems(each)
        else:
            for each in value:
                if isinstance(each, dict):
                    yield from _operator_problems(each)


def _operator_problems(given: dict[str, Any]) -> Iterator[str]:
    if len(given) != 1:
        yield "Only one key allowed in match expression"
        return
    ((name, value),) = given.items()
    if name not in OPERATORS:
        yield f"Unrecognized match type {name}"
    elif name == "anything-but" and isinstance(value, dict) and (len(value) != 1 or next(iter(value)) not in NEGATED):
        yield f"Unsupported anything-but pattern {', '.join(value)}"
    elif name == "exists" and not isinstance(value, bool):
        yield "exists match pattern must be either true or false."
    elif name == "numeric" and not (isinstance(value, list) and value and len(value) % 2 == 0):
        yield "Bad value for numeric match"
