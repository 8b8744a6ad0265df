"""Lists as environment files write them: empty ones, and those that name a thing twice."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from modules.foundation.problems import Finding


def named_twice(settings: BaseModel, *keys: str) -> Iterator[Finding]:
    """Yield the lists that name a thing twice: resources of one name, or a statement id that a policy has already."""
    for key in keys:
        values = list(getattr(settings, key))
        for value in sorted({each for each in values if values.count(each) > 1}, key=str):
            yield Finding((key,), value, "is there twice", "write each once")


def left_empty(settings: BaseModel, meanings: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the lists and maps that are written and empty, where none at all means more than the writer may think.

    `meanings` says for each key what holds without it, a phrase: "all namespaces".
    """
    for key, meaning in meanings.items():
        value = getattr(settings, key)
        if key in settings.model_fields_set and not value:
            empty: object = {} if isinstance(value, Mapping) else []
            rule = f"is empty, which would mean {meaning}"
            yield Finding((key,), empty, rule, f"name one or more, or take it out if you mean {meaning}")
