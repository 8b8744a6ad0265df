"""Every key of an environment file, changed to another valid value."""

import copy
import typing
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from modules.environment import Environment
from modules.environment_files import EnvironmentFile
from modules.foundation.problems import SettingsError
from modules.hcl.reading import alternatives, check, shape_of, written

Path = tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """A key with another value."""

    path: Path
    value: Any


def edited(file: EnvironmentFile, left: Set[str]) -> tuple[Environment, list[Edit]]:
    """Return the environment with as many changed keys as are valid together, and those changes.

    `left` are keys that are not changed, such as `network.cidr`, or `runtime` in any block.
    """
    values: dict[str, Any] = {**file.document.values, "name": file.settings.name}
    settings, edits = file.settings, []
    for path, info in _keys(Environment, values):
        if left & {".".join(path), path[-1]}:
            continue
        for value in _others(info, _read(settings, path)):
            other = _with(values, path, value)
            try:
                settings = check(file.document, Environment, other)
            except SettingsError:
                continue
            values = other
            edits.append(Edit(path, value))
            break
    return settings, edits


def _keys(model: type[BaseModel], values: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, FieldInfo]]:
    """Yield the path of each key that a block of the file has or can have."""
    for name, info in written(model).items():
        shape, value = shape_of(info), values.get(name)
        if shape.kind == "attribute":
            yield (*path, name), info
        elif shape.kind == "block" and shape.model and isinstance(value, Mapping):
            yield from _keys(shape.model, value, (*path, name))
        elif shape.kind == "labelled" and shape.model and isinstance(value, Mapping):
            for label, block in value.items():
                yield from _keys(shape.model, block, (*path, name, label))


def _others(info: FieldInfo, current: Any) -> Iterator[Any]:
    """Yield other values for the field: by its type, and its examples."""
    for annotation in alternatives(info.annotation):
        if annotation is bool:
            yield not current
        elif typing.get_origin(annotation) is typing.Literal:
            yield from (value for value in typing.get_args(annotation) if value != current)
        elif annotation is int and isinstance(current, int):
            yield from (current * 2, current + 1, current - 1)
    yield from (value for value in info.examples or [] if value != current)


def _read(settings: Any, path: Path) -> Any:
    """Return the current value of a key, which may be its default."""
    for name in path:
        settings = settings[name] if isinstance(settings, Mapping) else getattr(settings, name)
    return settings


def _with(values: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    other: dict[str, Any] = copy.deepcopy(dict(values))
    block = other
    for name in path[:-1]:
        block = block[name]
    block[path[-1]] = value
    return other
