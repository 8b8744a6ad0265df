"""Functions with which additions change Moto's classes."""

from collections.abc import Callable
from typing import Any


def add(target: type, *functions: Callable[..., Any]) -> None:
    """Add the functions to the class `target` as methods, under their own names; an existing method is replaced."""
    for function in functions:
        setattr(target, function.__name__, function)


def replace(target: object, name: str, by: object) -> None:
    """Replace an attribute of a class or a module."""
    setattr(target, name, by)


def respond(result: Any) -> Any:
    """Return Moto's response with this result."""
    from moto.core.responses import ActionResult

    return ActionResult(result)
