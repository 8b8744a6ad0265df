"""IAM patterns: `*` matches any characters, `?` a single one."""

import re
from functools import lru_cache


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Return whether the pattern matches the value. A `*` in the value itself is an ordinary character."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


def includes(wide: str, narrow: str) -> bool:
    """Return whether the wider pattern matches everything that the narrower one matches."""
    # A `*` in the narrower pattern also matches no characters and several, which a `?` in the wider one does not.
    return wide == narrow or all(matches(wide, narrow.replace("*", text)) for text in ("*", "", "\0\0\0"))


@lru_cache(maxsize=4096)
def intersect(one: str, other: str) -> bool:
    """Return whether both patterns can match the same text."""
    if not one or not other:
        return not (one or other).strip("*")
    if one[0] == "*":
        return intersect(one[1:], other) or intersect(one, other[1:])
    if other[0] == "*":
        return intersect(other, one)
    return (one[0] == other[0] or "?" in (one[0], other[0])) and intersect(one[1:], other[1:])


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    translated = "".join({"*": ".*", "?": "."}.get(character) or re.escape(character) for character in pattern)
    return re.compile(translated, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
