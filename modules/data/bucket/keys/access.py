"""Access to buckets, as written in `buckets` of services, tasks, functions, and service accounts: `read uploads/`."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator

from modules.foundation.problems import broken_rule

_RIGHT = re.compile(r"(?P<right>read|write|read_write)(?:(?P<space>[ :])(?P<prefix>.+))?")
_EXAMPLE = '"read", or with a prefix, "read uploads/"'


@dataclass(frozen=True)
class Prefixes:
    """The prefixes of a bucket that a program reads and writes; "" is the whole bucket."""

    read: tuple[str, ...]
    write: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Each prefix once."""
        return tuple(dict.fromkeys((*self.read, *self.write)))


def _prefixes(value: Any) -> Prefixes:
    """Return the prefixes of one right, `read uploads/`, or of a list of them."""
    rights = (value,) if isinstance(value, str) else value
    if not isinstance(rights, tuple) or not rights or not all(isinstance(right, str) for right in rights):
        raise broken_rule("is not access to a bucket", f"write {_EXAMPLE}, or a list of these")
    parts = [_parts(right, "" if value is right else f'has "{right}", which ') for right in rights]
    found = Prefixes(
        tuple(prefix for right, prefix in parts if right != "write"),
        tuple(prefix for right, prefix in parts if right != "read"),
    )
    for verb, prefixes in (("read", found.read), ("write", found.write)):
        for prefix in prefixes:
            if prefixes.count(prefix) > 1:
                raise broken_rule(f'names {verb} access to "{prefix}" twice', "write each once")
    return found


def _parts(text: str, subject: str) -> tuple[str, str]:
    """Return the right and the prefix; `subject` comes before the rule in a message about one of several rights."""
    match = _RIGHT.fullmatch(text)
    if not match:
        rule = f"{subject}is not access to a bucket: read, write, or read_write"
        raise broken_rule(rule, f"write {_EXAMPLE}")
    right, prefix = match["right"], match["prefix"] or ""
    plain = prefix.lstrip("/").partition("*")[0].partition("?")[0]
    if prefix != plain:
        rule = f"{subject}has a prefix that begins with / or contains * or ?"
        raise broken_rule(rule, f'write only the beginning of the object keys: "{right} {plain}"')
    if match["space"] == ":":
        raise broken_rule(f"{subject}has a colon before the prefix", f'write a space: "{right} {prefix}"')
    return right, prefix


#: One right, or a list of them.
BucketAccess = Annotated[Prefixes, PlainValidator(_prefixes)]
