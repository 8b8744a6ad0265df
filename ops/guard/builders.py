"""Builders of the rows in the guard's table, one for each kind of harm."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops.guard.harms import Harm
from ops.guard.rows import ANY_TYPE, Event, Row

#: Options of a row: a new resource counts too.
ALWAYS: dict[str, Any] = {"created": "always"}
#: Options of a row whose attribute is another resource's id, which is unknown if that resource is new.
UNKNOWN_ALLOWED: dict[str, Any] = {"unknown": False}
_PROVIDER = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs"


def _page(type_: str) -> str:
    """Return the title and link of the type's page in the provider's documentation."""
    if type_ == ANY_TYPE:
        return f"AWS provider 5.100.0, {_PROVIDER}"
    return f"Resource: {type_}, {_PROVIDER}/resources/{type_.removeprefix('aws_')}"


def lost(type_: str, says: str, **options: Any) -> Row:
    """Return the row of something that is lost permanently when a resource is destroyed or replaced."""
    return Row(type_, "", Event.LOST, says, "loss", _page(type_), **options)


def stops(type_: str, says: str, **options: Any) -> Row:
    """Return the row of something that serves traffic. A replacement that is created first causes no interruption."""
    return Row(type_, "", Event.GAP, says, "loss", _page(type_), **options)


def guards(type_: str, without: str, **options: Any) -> Row:
    """Return the row of a resource that protects another one, which is unprotected without it."""
    return Row(type_, "", Event.REMOVED, without, "protection", _page(type_), **options)


def weakens(type_: str, path: str, harm: Harm, says: str, **options: Any) -> Row:
    """Return the row of a protection that is weakened."""
    return Row(type_, path, harm, says, "protection", _page(type_), **options)


def ends(type_: str, path: str, harm: Harm, says: str, **options: Any) -> Row:
    """Return the row of an attribute whose change stops something, or points it elsewhere."""
    return Row(type_, path, harm, says, "loss", _page(type_), **options)


def opens(type_: str, path: str, harm: Harm, says: str, **options: Any) -> Row:
    """Return the row of an attribute that exposes something."""
    return Row(type_, path, harm, says, "exposure", _page(type_), **options)


def creates(type_: str, says: str) -> Row:
    """Return the row of a resource that exposes something as soon as it is created."""
    return Row(type_, "", Event.CREATED, says, "exposure", _page(type_))


def noted(row: Row) -> Row:
    """Return the row as a note, which refuses nothing."""
    return replace(row, level="note")


def for_types(types: str, make: Callable[..., Row], *arguments: Any, **options: Any) -> tuple[Row, ...]:
    """Return the same row for several types."""
    return tuple(make(f"aws_{name}", *arguments, **options) for name in types.split())
