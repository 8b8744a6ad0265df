"""Access to databases, as written in `databases` of services, tasks, functions, and service accounts."""

from typing import Annotated, Any, Literal, get_args

from pydantic import PlainValidator

from modules.foundation.problems import broken_rule

Right = Literal["read_only", "read_write", "migrate"]
#: What a program may do; the first one with the login that has no suffix.
Rights = tuple[Right, ...]

_EXAMPLE = '"read_only", "read_write", or "migrate"; or for a program that also migrates, ["read_write", "migrate"]'
_FORMER = {"read": "read_only", "write": "read_write"}


def _rights(value: Any) -> Rights:
    """Return one right, or a right on data together with `migrate`."""
    rights = (value,) if isinstance(value, str) else value
    if not isinstance(rights, tuple) or not rights:
        raise broken_rule("is not access to a database", f"write {_EXAMPLE}")
    for right in rights:
        if right not in get_args(Right):
            subject = "" if right is value else f'has "{right}", which '
            remedy = f'write "{_FORMER[right]}"' if right in _FORMER else f"write {_EXAMPLE}"
            raise broken_rule(f"{subject}is not access to a database: read_only, read_write, or migrate", remedy)
    if rights not in (("read_only", "migrate"), ("read_write", "migrate")) and len(rights) > 1:
        rule = "is not a right on data followed by migrate"
        raise broken_rule(rule, 'write one right, or two as ["read_write", "migrate"]')
    return rights


#: One right, or a right on data and `migrate`, each of which has a user of its own in the database.
DatabaseAccess = Annotated[Rights, PlainValidator(_rights)]
ACCESS_DESCRIPTION = (
    "read_only; read_write for its data; or migrate, which can also create, change, and drop tables. With "
    '["read_write", "migrate"] it has two users, so that only its migrations can change tables.'
)
