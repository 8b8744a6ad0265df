"""Checks of lists in environment files: empty lists, and duplicate values."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from modules.foundation.problems import Finding


def named_twice(settings: BaseModel, *keys: str) -> Iterator[Finding]:
    """Yield values that a list has more than once: they would become two resources, or two statements, of one name."""
    for key in keys:
        values = list(getattr(settings, key))
        for value in sorted({each for each in values if values.count(each) > 1}, key=str):
            yield Finding((key,), value, "is in the list twice", "write each value once")


def left_empty(settings: BaseModel, meanings: Mapping[str, str]) -> Iterator[Finding]:
    """Yield lists and maps that are written but empty, where an empty value means something else than "none".

    `meanings` says for each key what an omitted value means, as a phrase: "all namespaces".
    """
    for key, meaning in meanings.items():
        value = getattr(settings, key)
        if key in settings.model_fields_set and not value:
            empty: object = {} if isinstance(value, Mapping) else []
            rule = f"is empty, which would mean {meaning}"
            yield Finding((key,), empty, rule, f"name one or more, or remove the key if you mean {meaning}")
