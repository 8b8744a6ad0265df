"""How our additions get into Moto's classes."""

from collections.abc import Callable
from typing import Any


def add(target: type, *functions: Callable[..., Any]) -> None:
    """Give the class `target` these functions as methods, under their own names; a method of it is replaced."""
    for function in functions:
        setattr(target, function.__name__, function)


def replace(target: object, name: str, by: object) -> None:
    """Give a class or a module something else under the name."""
    setattr(target, name, by)
