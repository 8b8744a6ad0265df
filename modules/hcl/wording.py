"""What pydantic says is wrong with a value, as a rule and a remedy in plain words."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from modules.foundation.patterns import WORDS
from modules.hcl.values import as_hcl, kind

#: Texts that people write for true and false.
_ANSWERS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


#: An example that a number in quotes is like, so that it need not be shown.
_DIGITS = re.compile(r'"[\d.]*"')


class Wording(NamedTuple):
    """A rule that was broken, and what to write instead."""

    rule: str
    remedy: str


class Wrong(NamedTuple):
    """A value that pydantic refused."""

    value: Any
    context: dict[str, Any]
    """The bounds that it gave: `min_length`, `pattern`, ..."""
    example: str
    """One right value in HCL, or "" where the field has none."""


def wording(error_type: str, wrong: Wrong) -> Wording | None:
    """Return rule and remedy for an error type of pydantic; None where its own message does."""
    tell = _TOLD.get(error_type)
    return tell(wrong) if tell else None


def is_of_another_type(error_type: str) -> bool:
    """Return whether the value's type is wrong, so that a text has to be shown in its quotes."""
    return error_type in _TYPES


def _text(wrong: Wrong) -> Wording:
    rule = f"is {kind(wrong.value)}, and a text is needed"
    if isinstance(wrong.value, bool | int | float):
        such_as = "" if _DIGITS.fullmatch(wrong.example) else _such_as(wrong)
        return Wording(rule, f'write it in quotes, "{as_hcl(wrong.value)}"{such_as}')
    if isinstance(wrong.value, tuple) and len(wrong.value) == 1 and isinstance(wrong.value[0], str):
        return Wording(rule, f"write it without brackets: {as_hcl(wrong.value[0])}")
    return Wording(rule, _or_none(wrong, f"write a text in quotes{_such_as(wrong)}"))


def _number(wrong: Wrong) -> Wording:
    rule = f"is {kind(wrong.value)}, and a number is needed"
    if isinstance(wrong.value, str) and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", wrong.value):
        return Wording(rule, f"write it without quotes: {wrong.value}")
    return Wording(rule, _or_none(wrong, f"write a number{_such_as(wrong)}"))


def _whole_number(wrong: Wrong) -> Wording:
    if isinstance(wrong.value, float):
        return Wording("is not written as a whole number, and one is needed", f"write {round(wrong.value)}")
    return _number(wrong)


def _answer(wrong: Wrong) -> Wording:
    answer = _ANSWERS.get(str(wrong.value).lower())
    remedy = "write true or false, without quotes" if answer is None else f"write {as_hcl(answer)}, without quotes"
    return Wording(f"is {kind(wrong.value)}, and true or false is needed", _or_none(wrong, remedy))


def _list(wrong: Wrong) -> Wording:
    if isinstance(wrong.value, str | int | float):
        return Wording("is one value, and a list is needed", f"write it in brackets: [{as_hcl(wrong.value)}]")
    return Wording(
        f"is {kind(wrong.value)}, and a list is needed", _or_none(wrong, f"write a list{_such_as(wrong, '[...]')}")
    )


def _map(wrong: Wrong) -> Wording:
    value = "one value" if isinstance(wrong.value, str | int | float) else kind(wrong.value)
    return Wording(
        f"is {value}, and a map is needed", _or_none(wrong, f"write a map{_such_as(wrong, '{ key = ... }')}")
    )


def _too_few(wrong: Wrong) -> Wording:
    least, count = wrong.context["min_length"], len(wrong.value)
    rule = f"is an empty {kind(wrong.value).removeprefix('a ')}" if not count else f"has {count}"
    return Wording(f"{rule}, and needs {least} or more", f"write {'one' if least == 1 else least}{_such_as(wrong)}")


def _too_many(wrong: Wrong) -> Wording:
    most, count = wrong.context["max_length"], len(wrong.value)
    return Wording(f"has {count}, and at most {most} are allowed", f"take out {count - most}")


def _too_short(wrong: Wrong) -> Wording:
    least, length = wrong.context["min_length"], len(wrong.value)
    if not length:
        return Wording("is empty", f"write {least} or more characters{_such_as(wrong)}, or take the key out")
    return Wording(f"has {_characters(length)}, and needs {least} or more", f"write {least - length} more")


def _too_long(wrong: Wrong) -> Wording:
    most, length = wrong.context["max_length"], len(wrong.value)
    return Wording(f"has {_characters(length)}, and at most {most} are allowed", f"shorten it by {length - most}")


def _pattern(wrong: Wrong) -> Wording:
    words = WORDS.get(wrong.context["pattern"])
    # A test refuses a pattern without words; a person is not to see the difference.
    form, example = (words.rule, f'"{words.example}"') if words else ("of the form that is needed", wrong.example)
    rule = f"is not {form}" if wrong.value else f"is empty, and not {form}"
    return Wording(rule, f"write one as {example}" if example else "see docs/reference")


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


def _such_as(wrong: Wrong, otherwise: str = "") -> str:
    example = wrong.example or otherwise
    return f", such as {example}" if example else ""


def _or_none(wrong: Wrong, remedy: str) -> str:
    return f"{remedy}, or take the key out" if wrong.value is None else remedy


_TYPES: dict[str, Callable[[Wrong], Wording]] = {
    "string_type": _text,
    "int_type": _whole_number,
    "int_from_float": _whole_number,
    "float_type": _number,
    "bool_type": _answer,
    "tuple_type": _list,
    "dict_type": _map,
}
_TOLD = {
    **_TYPES,
    "too_short": _too_few,
    "too_long": _too_many,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
}
