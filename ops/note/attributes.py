"""The attributes that a change sets, from and to, without secret values.

The marks of a plan in JSON are trees of the same shape as the values ("JSON Output Format",
https://developer.hashicorp.com/terraform/internals/json-format): `before_sensitive` and `after_sensitive` mark what
must not be shown, which is in the plan in plain text, and `after_unknown` what is known only after the apply.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules.hcl.pasted import FORMATS
from ops.guard.plan import Change

Path = tuple["str | int | Key", ...]

#: Attributes that identify one of several blocks, of which Terraform may list a set in another order.
_KEYS = ("id", "name", "key", "capacity_provider", "origin_id", "path_pattern", "sid", "log_type", "type")
#: The longest line `name: old -> new`; longer values are shown as a diff.
LONGEST_LINE = 160
#: The most lines of one attribute's diff, and the most characters of each.
MOST_LINES = 30
LONGEST_VALUE = 240
#: Attributes and JSON keys that hold a secret, whether or not the provider marks them.
_SECRET_KEY = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|secret_?(string|binary|key|value)|private_?key|api_?key|access_?key"
    r"|(auth|access|bearer)_?token|token|credentials?)(_wo)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Key:
    """The part of a path that identifies a block among others."""

    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Mark:
    """A value that cannot be shown."""

    text: str


UNKNOWN = Mark("(known after the apply)")
HIDDEN = Mark("(sensitive)")
HIDDEN_CHANGED = Mark("(sensitive, changed)")
LOOKS_SECRET = Mark("(hidden: it looks like a secret)")
LOOKS_SECRET_CHANGED = Mark("(hidden: it looks like a secret, changed)")


@dataclass(frozen=True)
class Difference:
    """One attribute that a change sets."""

    path: Path
    before: Any
    after: Any
    forces_replacement: bool = False

    @property
    def name(self) -> str:
        """The attribute, `rule[api].action.type`: blocks by name or number, which an only block has not."""
        parts = (f".{part}" if isinstance(part, str) else f"[{part}]" for part in self.path)
        return "".join(parts).removeprefix(".")

    def lines(self) -> list[str]:
        """Return the lines of a diff: `! name: old -> new`, or the name and then what is removed and added."""
        mark = "  # forces the replacement" if self.forces_replacement else ""
        before, after = _text(self.before), _text(self.after)
        line = f"! {self.name}: {before} -> {after}{mark}"
        if len(line) <= LONGEST_LINE and not _is_document(self.before) and not _is_document(self.after):
            return [line]
        changed = list(_changed_lines(_pretty(self.before), _pretty(self.after)))
        if not changed:
            return [f"! {self.name}: the same value in another form{mark}"]
        more = len(changed) - MOST_LINES
        shown = [_cut(each) for each in changed[:MOST_LINES]]
        return [f"! {self.name}:{mark}", *shown, *([f"  ... and {more} more lines, in the plan"] if more > 0 else [])]


def differences(change: Change) -> list[Difference]:
    """Return the attributes that an update or a replacement changes, those that force a replacement first.

    What only a new resource's id or ARN changes is not listed for a replacement.
    """
    if change.before is None or change.after is None:
        return []
    sensitive = _both(change.before_sensitive, change.after_sensitive)
    before = _masked(change.before, sensitive)
    after = _masked(_with_unknown(change.after, change.after_unknown), sensitive, change.before)
    found = [
        Difference(path, old, new, _forces(change, path))
        for path, old, new in _walk(before, after, ())
        if not (path[0] == "tags_all" and before.get("tags") != after.get("tags"))
    ]
    if change.is_replacement:
        found = [each for each in found if each.forces_replacement or each.after is not UNKNOWN]
    return sorted(found, key=lambda each: not each.forces_replacement)


def _forces(change: Change, path: Path) -> bool:
    """Return whether the attribute is one of `replace_paths`, contains one, or is in one; in whichever block."""
    named = _named(path)
    return any(named[: len(each)] == each[: len(named)] for each in map(_named, change.replace_paths) if each)


def _named(path: Sequence[object]) -> list[str]:
    return [part for part in path if isinstance(part, str)]


def _walk(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from _walk(before.get(name), after.get(name), (*path, name))
    elif _are_blocks(before) and _are_blocks(after) and (pairs := _pairs(before, after)):
        for part, old, new in pairs:
            yield from _walk(old, new, (*path, *part))
    elif not (_is_empty(before) and _is_empty(after)):
        yield path, before, after


def _pairs(before: list[Any], after: list[Any]) -> list[tuple[Path, Any, Any]]:
    """Return the blocks before and after that are the same one, by key or by number; empty if that is not clear."""
    if len(before) == len(after) == 1:
        return [((), before[0], after[0])]
    for name in _KEYS:
        old, new = _by_key(before, name), _by_key(after, name)
        if old and new:
            return [((Key(key),), old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new])]
    if len(before) != len(after):
        return []
    return [((number,), old, new) for number, (old, new) in enumerate(zip(before, after, strict=True))]


def _by_key(blocks: list[Any], name: str) -> dict[str, Any]:
    """Return the blocks by the value of an attribute; empty if it does not identify each of them."""
    found = {key: each for each in blocks if isinstance(key := each.get(name), str) and key}
    return found if len(found) == len(blocks) else {}


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _are_blocks(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _with_unknown(value: Any, unknown: Any) -> Any:
    """Return the value with a mark in place of each part that is known only after the apply."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict) and unknown and (value is None or isinstance(value, dict)):
        own = value or {}
        return {name: _with_unknown(own.get(name), unknown.get(name)) for name in dict.fromkeys([*own, *unknown])}
    if isinstance(unknown, list) and isinstance(value, list):
        return [_with_unknown(each, _item(unknown, number)) for number, each in enumerate(value)]
    return value


def _both(one: Any, other: Any) -> Any:
    """Return the union of two trees of marks. Terraform hides both values if either is sensitive."""
    if one is True or other is True:
        return True
    if isinstance(one, dict) or isinstance(other, dict):
        first, second = _mapping(one), _mapping(other)
        return {name: _both(first.get(name), second.get(name)) for name in first.keys() | second.keys()}
    if isinstance(one, list) or isinstance(other, list):
        length = max(len(each) for each in (one, other) if isinstance(each, list))
        return [_both(_item(one, number), _item(other, number)) for number in range(length)]
    return False


def _masked(value: Any, sensitive: Any, before: Any = None) -> Any:
    """Return the value with a mark in place of each secret. With `before`, the mark says whether it changed."""
    if value is None or isinstance(value, Mark):
        return value
    is_changed = before is not None and before != value
    if sensitive is True:
        return HIDDEN_CHANGED if is_changed else HIDDEN
    if isinstance(value, dict):
        old = _mapping(before)
        return {name: _masked(inner, _mark_of(name, inner, sensitive), old.get(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(each, _item(sensitive, number), _item(before, number)) for number, each in enumerate(value)]
    if isinstance(value, str) and (document := _parsed(value)) is not None:
        masked = _masked(document, None, _parsed(before) if isinstance(before, str) else None)
        return value if masked == document else json.dumps(masked, default=lambda mark: mark.text)
    if isinstance(value, str) and any(pattern.search(value) for pattern in FORMATS.values()):
        return LOOKS_SECRET_CHANGED if is_changed else LOOKS_SECRET
    return value


def _mark_of(name: str, value: Any, sensitive: Any) -> Any:
    if isinstance(value, str) and value and _SECRET_KEY.search(name):
        return True
    return _mapping(sensitive).get(name) if sensitive is not True else True


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _item(value: Any, number: int) -> Any:
    return value[number] if isinstance(value, list) and number < len(value) else None


def _parsed(value: Any) -> Any:
    """Return the object or list in a text that is JSON, such as a policy; None if it is not."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def _is_document(value: Any) -> bool:
    return _parsed(value) is not None


def _text(value: Any) -> str:
    if isinstance(value, Mark):
        return value.text
    if value is None:
        return "none"
    return json.dumps(value, ensure_ascii=False, default=lambda mark: mark.text)


def _pretty(value: Any) -> list[str]:
    """Return the lines of a value: of JSON each member, of other text its own lines."""
    if value is None:
        return []
    document = _parsed(value)
    if document is None and isinstance(value, str):
        return value.split("\n")
    if isinstance(value, Mark):
        return [value.text]
    shown = value if document is None else _plain(document)
    return json.dumps(shown, indent=2, ensure_ascii=False, sort_keys=True, default=lambda mark: mark.text).split("\n")


def _plain(value: Any) -> Any:
    """Return JSON without what AWS adds or leaves out by itself: empty members, and the decimals of whole numbers."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if not _is_empty(inner)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _changed_lines(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the lines of a unified diff, with one line around each change, and without its head."""
    for number, line in enumerate(list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]):
        if not line.startswith("@@"):
            yield line
        elif number:
            yield "  ..."


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_VALUE else f"{line[:LONGEST_VALUE]}... ({len(line)} characters)"
