"""Checks of parameters against AWS's service models.

botocore checks types, required and unknown members, and minimums. The models also have enumerations, maximums, and
patterns, which AWS enforces but clients do not check.
"""

from collections.abc import Iterator
from typing import Any

import regex
from botocore.model import Shape
from botocore.validate import ParamValidator

#: All characters beyond 16 bits: in the syntax of the models, and of Python.
PAIRS = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


def faults(shape: Shape, parameters: Any) -> Iterator[str]:
    """Yield the parameters' violations of the model, each with the path of the member."""
    report = ParamValidator().validate(parameters, shape)
    yield from filter(None, report.generate_report().split("\n"))
    yield from _faults(shape, parameters, "")


def _faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    match shape.type_name, value:
        case "structure", dict():
            for name in value.keys() & shape.members.keys():
                yield from _faults(shape.members[name], value[name], f"{path}.{name}")
        case "list", list():
            yield from _too_much(shape, len(value), path, "items")
            for member in value:
                yield from _faults(shape.member, member, f"{path}[]")
        case "map", dict():
            for key, member in value.items():
                yield from _faults(shape.key, key, f"{path}.<key>")
                yield from _faults(shape.value, member, f"{path}.{key}")
        case "string", str():
            yield from _text_faults(shape, value, path)
        case _, int() | float():
            yield from _too_much(shape, value, path, "")


def _text_faults(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is not one of {', '.join(shape.enum)}"
    yield from _too_much(shape, len(value), path, "characters")
    pattern = shape.metadata.get("pattern")
    # The patterns are Java's: they match the whole string, and have character classes that `re` does not support
    # (`\\p{L}`), and surrogate pairs for characters beyond 16 bits.
    if pattern and not regex.fullmatch(pattern.replace(*PAIRS), value):
        yield f"{path}: {value[:80]!r} does not match {pattern}"


def _too_much(shape: Any, amount: float, path: str, unit: str) -> Iterator[str]:
    maximum = shape.metadata.get("max")
    if maximum is not None and amount > maximum:
        yield " ".join(filter(None, [f"{path}: {amount}", unit, f"exceeds the maximum of {maximum}"]))
