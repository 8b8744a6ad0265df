"""How rows of the guard's table are written: one word for each kind of harm."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops.guard.harms import Harm
from ops.guard.rows import ANY_TYPE, Event, Row

_PROVIDER = "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs"


def _page(type_: str) -> str:
    """Return the provider's page of a type, which says what its attributes mean."""
    if type_ == ANY_TYPE:
        return f"AWS provider 5.100.0, {_PROVIDER}"
    return f"Resource: {type_}, {_PROVIDER}/resources/{type_.removeprefix('aws_')}"


def lost(type_: str, what: str, **options: Any) -> Row:
    """Return the row of what is gone for good when a resource is destroyed, or replaced by a new one."""
    return Row(type_, "", Event.LOST, what, "loss", _page(type_), **options)


def stops(type_: str, what: str, **options: Any) -> Row:
    """Return the row of what serves: a replacement that is there before the old one goes leaves no gap."""
    return Row(type_, "", Event.GAP, what, "loss", _page(type_), **options)


def guards(type_: str, without: str, **options: Any) -> Row:
    """Return the row of a resource that is a protection of another one: without it that is off."""
    return Row(type_, "", Event.REMOVED, without, "protection", _page(type_), **options)


def weakens(type_: str, path: str, harm: Harm, says: str, **options: Any) -> Row:
    """Return the row of a protection that becomes less."""
    return Row(type_, path, harm, says, "protection", _page(type_), **options)


def ends(type_: str, path: str, harm: Harm, says: str, **options: Any) -> Row:
    """Return the row of an attribute with which something stops, or leads elsewhere."""
    return Row(type_, path, harm, says, "loss", _page(type_), **options)


def opens(type_: str, path: str, harm: Harm, says: str, **options: Any) -> Row:
    """Return the row of an attribute that opens something."""
    return Row(type_, path, harm, says, "exposure", _page(type_), **options)


def made(type_: str, says: str) -> Row:
    """Return the row of a resource that opens something as soon as it is created."""
    return Row(type_, "", Event.CREATED, says, "exposure", _page(type_))


def noted(row: Row) -> Row:
    """Return the row as one that refuses nothing."""
    return replace(row, level="note")


def for_types(types: str, make: Callable[..., Row], *arguments: Any, **options: Any) -> tuple[Row, ...]:
    """Return the same row for several types."""
    return tuple(make(f"aws_{name}", *arguments, **options) for name in types.split())
