"""Values in a resource's attributes, by path.

`rule[id].expiration.days` is the value of each `rule` block, identified by the block's id; `parameter[name=tls].value`
is that of one parameter. Without brackets, blocks are numbered. `**.publicly_accessible` is the attribute at any depth.
A value that is known only after the apply is UNKNOWN.
"""

import re
from collections.abc import Iterator
from typing import Any

from ops.guard.plan import is_unknown

_PART = re.compile(r"(?P<name>[^.\[\]]+)(\[(?P<key>[^=\]]+)(=(?P<value>[^\]]*))?\])?(\.|$)")
ANYWHERE = "**."


class Unknown:
    """A value that is known only after the apply."""

    def __repr__(self) -> str:
        return "known only after the apply"


UNKNOWN = Unknown()


def values(attributes: Any, unknown: Any, path: str) -> dict[str, Any]:
    """Return the values at the path, each under the path with the keys of its blocks filled in."""
    if path.startswith(ANYWHERE):
        return dict(_everywhere(attributes, unknown, path.removeprefix(ANYWHERE), ""))
    return dict(_along(attributes, unknown, [found.groupdict() for found in _PART.finditer(path)], ""))


def _along(value: Any, unknown: Any, parts: list[dict[str, Any]], label: str) -> Iterator[tuple[str, Any]]:
    if not parts:
        yield label, UNKNOWN if is_unknown(unknown) else value
        return
    part, rest = parts[0], parts[1:]
    inner, inner_unknown = _get(value, part["name"]), _get(unknown, part["name"])
    here = f"{label}.{part['name']}" if label else part["name"]
    if inner_unknown is True:
        yield here, UNKNOWN
    elif isinstance(inner, list) and (rest or part["key"]):
        for number, block in enumerate(inner):
            name = _name(part, number, block)
            if name is not None:
                yield from _along(block, _item(inner_unknown, number), rest, here + name)
    elif inner is not None or inner_unknown is not None:
        yield from _along(inner, inner_unknown, rest, here)


def _name(part: dict[str, Any], number: int, block: Any) -> str | None:
    """Return the key that identifies a block; None if the path does not select the block."""
    key, wanted = part["key"], part["value"]
    if not key:
        return f"[{number}]" if number else ""
    found = _get(block, key)
    return f"[{found}]" if wanted is None or str(found) == wanted else None


def _everywhere(value: Any, unknown: Any, name: str, label: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        for number, block in enumerate(value):
            yield from _everywhere(block, _item(unknown, number), name, label)
        return
    names = [name for each in (value, unknown) if isinstance(each, dict) for name in each]
    for each in dict.fromkeys(names):
        here = f"{label}.{each}" if label else str(each)
        if each == name:
            yield here, UNKNOWN if is_unknown(_get(unknown, each)) else _get(value, each)
        else:
            yield from _everywhere(_get(value, each), _get(unknown, each), name, here)


def _get(value: Any, name: str) -> Any:
    if value is True:
        return True
    return value.get(name) if isinstance(value, dict) else None


def _item(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return value[number] if number < len(value) else None
    return value if value is True else None
