"""The users that an event asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

Access = Literal["read_only", "read_write", "migrate"]

#: Users of this function, and of nobody else: it locks those that an event does not name.
PREFIX = "gw_"
#: PostgreSQL allows 63 characters, MySQL 32. No name needs quotes in SQL; they are quoted nevertheless.
_NAME = re.compile(rf"{PREFIX}[a-z0-9_]{{1,{63 - len(PREFIX)}}}")


@dataclass(frozen=True)
class User:
    """A user, and what it may do."""

    name: str
    access: Access
    secret: str | None
    """The secret with its password; None if it logs in with an IAM token."""


@dataclass
class Changes:
    """What a run has changed, and what it could not change."""

    created: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    """Users that are no longer wanted."""
    not_granted: list[str] = field(default_factory=list)
    """Tables whose owner is neither the administrator nor a migration, to which no user gets access."""


def checked(name: object) -> str:
    """Return the name. Raises ValueError if it is not a name of this function's users."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a user: {PREFIX}, and lowercase letters, digits, and _")
    return name


def wanted(event: Mapping[str, Any]) -> dict[str, User]:
    """Return the users of an event, by name. Raises ValueError."""
    users = event.get("users")
    if not isinstance(users, dict):
        raise ValueError('the event has no users; send {"users": {"gw_service_api": {"access": "read_write"}}}')
    return {name: _user(name, each) for name, each in users.items()}


def _user(name: str, written: Mapping[str, Any]) -> User:
    access, secret = written.get("access"), written.get("secret")
    if access not in get_args(Access):
        raise ValueError(f"{name}: {access!r} is not an access; send {', '.join(get_args(Access))}")
    if not (secret is None or isinstance(secret, str)):
        raise ValueError(f"{name}: the secret is not a name")
    return User(checked(name), cast("Access", access), secret)
