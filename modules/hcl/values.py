"""Values as a person wrote them: in HCL's own words, so that a text is told from a number."""

import re
from collections.abc import Mapping
from typing import Any

#: Longer values are cut, or the rule would stand hundreds of letters behind the place.
SHOWN_LIMIT = 100
_KEY = re.compile(r"[^\W\d][\w-]*")


class WrittenFloat(float):
    """A number that was written otherwise than Python writes it: 1.30."""

    written = ""


def as_hcl(value: Any) -> str:
    """Return the value as it stands in a file."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_hcl, value))}]"
    if isinstance(value, Mapping):
        entries = [
            f"{key if _KEY.fullmatch(str(key)) else _quoted(str(key))} = {as_hcl(each)}" for key, each in value.items()
        ]
        return f"{{ {', '.join(entries)} }}" if entries else "{}"
    return value.written if isinstance(value, WrittenFloat) else str(value)


def shown(value: Any) -> str:
    """Return the value for a message: a text without quotes unless something in it would not be seen, or all short."""
    if isinstance(value, str) and value and value == value.strip() and value.isprintable() and '"' not in value:
        return _shortened(value)
    # What is cut anyway need not be written first.
    return _shortened(as_hcl(value[:SHOWN_LIMIT] if isinstance(value, str | tuple) else value))


#: What a value is, by its type; the first that fits, for true is a number to Python.
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "null"),
    (bool, "a boolean"),
    (str, "a text"),
    ((int, float), "a number"),
    ((list, tuple), "a list"),
    (Mapping, "a map"),
)


def kind(value: Any) -> str:
    """Return what the value is, a phrase."""
    return next((phrase for types, phrase in _KINDS if isinstance(value, types)), "another value")


def _quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return '"' + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in escaped) + '"'


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LIMIT else f"{text[: SHOWN_LIMIT - 3]}..."
