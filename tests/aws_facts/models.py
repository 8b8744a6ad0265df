"""Parameters against AWS's service models, in what botocore's own validator leaves out.

botocore checks types, required and unknown members, and minimums. The models also have enumerations, maximums and
patterns, which AWS enforces and no client does.
"""

from collections.abc import Iterator
from typing import Any

import regex
from botocore.model import Shape
from botocore.validate import ParamValidator

#: All characters of more than 16 bits, as the models write them and as Python does.
PAIRS = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


def faults(shape: Shape, parameters: Any) -> Iterator[str]:
    """Yield what the model says against the parameters, each with the path of its member."""
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
    # The patterns are Java's: of the whole text, with classes of characters that `re` does not know (`\\p{L}`), and
    # with characters of more than 16 bits written as pairs.
    if pattern and not regex.fullmatch(pattern.replace(*PAIRS), value):
        yield f"{path}: {value[:80]!r} does not match {pattern}"


def _too_much(shape: Any, amount: float, path: str, unit: str) -> Iterator[str]:
    most = shape.metadata.get("max")
    if most is not None and amount > most:
        yield " ".join(filter(None, [f"{path}: {amount}", unit, f"are more than {most}"]))
