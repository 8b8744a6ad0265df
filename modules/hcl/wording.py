"""Pydantic errors as a rule and a remedy in plain words."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from modules.foundation.patterns import WORDS
from modules.hcl.values import as_hcl, kind

#: Strings that people write for true and false.
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


#: An example that is a number in quotes, and would add nothing to a remedy that shows one.
_DIGITS = re.compile(r'"[\d.]*"')


class Wording(NamedTuple):
    """The rule that a value breaks, and what to write instead."""

    rule: str
    remedy: str


class Wrong(NamedTuple):
    """A value that pydantic rejected."""

    value: Any
    context: dict[str, Any]
    """Pydantic's details: `min_length`, `pattern`, ..."""
    example: str
    """A valid value in HCL, or "" if the field has no example."""


def wording(error_type: str, wrong: Wrong) -> Wording | None:
    """Return the rule and remedy for a pydantic error type, or None if pydantic's own message is used."""
    describe = _WORDINGS.get(error_type)
    return describe(wrong) if describe else None


def is_of_another_type(error_type: str) -> bool:
    """Return whether the value has the wrong type, so that a string must be shown in its quotes."""
    return error_type in _TYPES


def _text(wrong: Wrong) -> Wording:
    rule = f"is {kind(wrong.value)}, but a string is required"
    if isinstance(wrong.value, bool | int | float):
        such_as = "" if _DIGITS.fullmatch(wrong.example) else _such_as(wrong)
        return Wording(rule, f'write it in quotes, "{as_hcl(wrong.value)}"{such_as}')
    if isinstance(wrong.value, tuple) and len(wrong.value) == 1 and isinstance(wrong.value[0], str):
        return Wording(rule, f"write it without brackets: {as_hcl(wrong.value[0])}")
    return Wording(rule, _or_none(wrong, f"write a string in quotes{_such_as(wrong)}"))


def _number(wrong: Wrong) -> Wording:
    rule = f"is {kind(wrong.value)}, but a number is required"
    if isinstance(wrong.value, str) and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", wrong.value):
        return Wording(rule, f"write it without quotes: {wrong.value}")
    return Wording(rule, _or_none(wrong, f"write a number{_such_as(wrong)}"))


def _whole_number(wrong: Wrong) -> Wording:
    if isinstance(wrong.value, float):
        return Wording("is not a whole number, but one is required", f"write {round(wrong.value)}")
    return _number(wrong)


def _boolean(wrong: Wrong) -> Wording:
    meant = _BOOLEANS.get(str(wrong.value).lower())
    remedy = "write true or false, without quotes" if meant is None else f"write {as_hcl(meant)}, without quotes"
    return Wording(f"is {kind(wrong.value)}, but true or false is required", _or_none(wrong, remedy))


def _list(wrong: Wrong) -> Wording:
    if isinstance(wrong.value, str | int | float):
        return Wording("is a single value, but a list is required", f"write it in brackets: [{as_hcl(wrong.value)}]")
    return Wording(
        f"is {kind(wrong.value)}, but a list is required", _or_none(wrong, f"write a list{_such_as(wrong, '[...]')}")
    )


def _map(wrong: Wrong) -> Wording:
    value = "a single value" if isinstance(wrong.value, str | int | float) else kind(wrong.value)
    return Wording(
        f"is {value}, but a map is required", _or_none(wrong, f"write a map{_such_as(wrong, '{ key = ... }')}")
    )


def _too_few(wrong: Wrong) -> Wording:
    least, count = wrong.context["min_length"], len(wrong.value)
    rule = f"is an empty {kind(wrong.value).removeprefix('a ')}" if not count else f"has {count}"
    return Wording(
        f"{rule}, but {least} or more are required", f"write {'one' if least == 1 else least}{_such_as(wrong)}"
    )


def _too_many(wrong: Wrong) -> Wording:
    most, count = wrong.context["max_length"], len(wrong.value)
    return Wording(f"has {count}, but at most {most} are allowed", f"remove {count - most}")


def _too_short(wrong: Wrong) -> Wording:
    least, length = wrong.context["min_length"], len(wrong.value)
    if not length:
        return Wording("is empty", f"write {least} or more characters{_such_as(wrong)}, or remove the key")
    return Wording(f"has {_characters(length)}, but {least} or more are required", f"write {least - length} more")


def _too_long(wrong: Wrong) -> Wording:
    most, length = wrong.context["max_length"], len(wrong.value)
    return Wording(f"has {_characters(length)}, but at most {most} are allowed", f"shorten it by {length - most}")


def _pattern(wrong: Wrong) -> Wording:
    words = WORDS.get(wrong.context["pattern"])
    # A test requires words for every pattern, so the alternative is only a safeguard.
    form, example = (words.rule, f'"{words.example}"') if words else ("in the required form", wrong.example)
    rule = f"is not {form}" if wrong.value else f"is empty, not {form}"
    return Wording(rule, f"write a value such as {example}" if example else "see docs/reference")


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


def _such_as(wrong: Wrong, otherwise: str = "") -> str:
    example = wrong.example or otherwise
    return f", such as {example}" if example else ""


def _or_none(wrong: Wrong, remedy: str) -> str:
    return f"{remedy}, or remove the key" if wrong.value is None else remedy


_TYPES: dict[str, Callable[[Wrong], Wording]] = {
    "string_type": _text,
    "int_type": _whole_number,
    "int_from_float": _whole_number,
    "float_type": _number,
    "bool_type": _boolean,
    "tuple_type": _list,
    "dict_type": _map,
}
_WORDINGS = {
    **_TYPES,
    "too_short": _too_few,
    "too_long": _too_many,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
}
