"""Values in HCL syntax, as they appear in files and messages."""

import re
from collections.abc import Mapping
from typing import Any

#: Longer values are cut, to keep the rule near the beginning of the message.
SHOWN_LIMIT = 100
_KEY = re.compile(r"[^\W\d][\w-]*")


class WrittenFloat(float):
    """A number that was not written as Python writes it, for example 1.30."""

    written = ""


def as_hcl(value: Any) -> str:
    """Return the value in HCL syntax."""
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
    """Return the value for a message, shortened; a string has quotes only if it would be unclear without them."""
    if isinstance(value, str) and value and value == value.strip() and value.isprintable() and '"' not in value:
        return _shortened(value)
    # Only the part that is shown is converted.
    return _shortened(as_hcl(value[:SHOWN_LIMIT] if isinstance(value, str | tuple) else value))


#: The name of each type; the first match is used, since `bool` is a subclass of `int`.
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "null"),
    (bool, "a boolean"),
    (str, "a string"),
    ((int, float), "a number"),
    ((list, tuple), "a list"),
    (Mapping, "a map"),
)


def kind(value: Any) -> str:
    """Return the type of the value, as a phrase."""
    return next((phrase for types, phrase in _KINDS if isinstance(value, types)), "another value")


def _quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return '"' + "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in escaped) + '"'


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LIMIT else f"{text[: SHOWN_LIMIT - 3]}..."
