"""The pages of the reference about blocks: every key with its default and description, from the settings."""

import dataclasses
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from modules.foundation.settings import NotAllowed, Settings, TierDefault
from modules.hcl.reading import alternatives, shape_of, written
from ops.markdown import table

_PREFIX = re.compile(r"(?:The|An?) `\w+` block[^:`]*: ")
_SCALARS = {str: "string", int: "number", float: "number", bool: "true or false"}


def page(title: str, about: str | None, fields: dict[str, FieldInfo]) -> str:
    """Return a page: the first paragraph of `about`, a table of the plain keys, then a section for each block."""
    lines = [f"# {title}\n", f"{_first_paragraph(about)}\n", *_keys(fields)]
    sections: dict[type[BaseModel], str] = {}
    for name, info in fields.items():
        lines += _block(name, info, path=(), sections=sections)
    return "\n".join(lines).rstrip() + "\n"


def _block(name: str, info: FieldInfo, *, path: tuple[str, ...], sections: dict[type[BaseModel], str]) -> Iterator[str]:
    """Yield a block's heading, its keys, then its nested blocks; nothing for a plain key.

    `sections` has the heading of each kind of block that the page already describes.
    """
    shape = shape_of(info)
    if shape.model is None:
        return
    here = (*path, name)
    label = ' "NAME"' if shape.kind == "labelled" else ""
    times = {"labelled": ", one for each name", "repeated": ", can be repeated"}.get(shape.kind, "")
    required = "Required" if info.is_required() else "Optional"
    yield f"{'#' * min(len(here) + 1, 5)} `{' '.join(here)}{label} {{ }}`\n"
    yield f"{_about(info, shape.model)}\n"
    yield f"{required}{times}.\n"
    if shape.model in sections:
        yield f"The keys and blocks inside it are those of `{sections[shape.model]}`.\n"
        return
    sections[shape.model] = " ".join(here)
    fields = written(shape.model)
    yield from _keys(fields, shape.model.key_groups if issubclass(shape.model, Settings) else {})
    for key, each in fields.items():
        yield from _block(key, each, path=here, sections=sections)


def _keys(fields: dict[str, FieldInfo], groups: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield a table of the plain keys, if there are any; with `groups`, one with its title for each group."""
    tables: dict[str, dict[str, FieldInfo]] = {}
    title = ""
    for name, info in fields.items():
        if shape_of(info).kind == "attribute":
            title = (groups or {}).get(name, title)
            tables.setdefault(title, {})[name] = info
    for title, keys in tables.items():
        if title:
            yield f"**{title}**\n"
        rows = ((f"`{name}`", _type(info), _default(info), _description(info)) for name, info in keys.items())
        yield f"{table(('key', 'value', 'default', 'description'), rows)}\n"


def _description(info: FieldInfo) -> str:
    return f"{_sentence(info.description)}{_not_allowed(info)}"


def _type(info: FieldInfo) -> str:
    return f"{_named(info.annotation)}{_bounds(info)}"


def _named(annotation: Any) -> str:
    """Return the type in plain words."""
    names = [_one(each) for each in alternatives(annotation) if each is not type(None)]
    return " or ".join(dict.fromkeys(names))


def _one(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return ", ".join(f'`"{each}"`' if isinstance(each, str) else f"`{each}`" for each in arguments)
    if origin in (tuple, list):
        return f"list of {_named(arguments[0])}"
    if origin is dict:
        return f"map of {_named(arguments[1])}"
    return _SCALARS.get(annotation) or _words(getattr(annotation, "__name__", str(annotation)))


def _words(name: str) -> str:
    words = {"IPv4Network": "address range", "IPv4Address": "address", "Prefixes": "string or list of strings"}
    return words.get(name, name)


def _bounds(info: FieldInfo) -> str:
    words = {Ge: "at least {}", Gt: "more than {}", Le: "at most {}", Lt: "less than {}"}
    bounds = []
    for rule in info.metadata:
        if type(rule) in words:
            bounds.append(words[type(rule)].format(dataclasses.astuple(rule)[0]))
        elif isinstance(rule, MinLen) and rule.min_length:
            bounds.append(f"{rule.min_length} or more")
        elif isinstance(rule, MaxLen):
            bounds.append(f"up to {rule.max_length}" + (" characters" if info.annotation is str else ""))
    return f" ({', '.join(bounds)})" if bounds else ""


def _default(info: FieldInfo) -> str:
    if isinstance(info.default_factory, TierDefault):
        return _tier_default(info.default_factory)
    if info.is_required():
        return "required"
    if info.default_factory_takes_validated_data:
        return "depends on other keys"
    return _shown(info.get_default(call_default_factory=True, validated_data={}))


def _tier_default(default: TierDefault) -> str:
    """Return each default with its tiers, and the exception."""
    values = {tier: _shown(value) for tier, value in default.by_tier.items()}
    tiers = {value: [tier for tier in values if values[tier] == value] for value in values.values()}
    shown = [f"{value} in {' and '.join(names)}" for value, names in tiers.items()]
    if default.exception:
        shown.append(f"{_shown(default.exception.value)} {default.exception.words}")
    return "; ".join(shown)


def _not_allowed(info: FieldInfo) -> str:
    """Return a sentence for each of the values that tiers do not allow."""
    rules = [each for each in info.metadata if isinstance(each, NotAllowed)]
    return "".join(f" Not allowed in {' and '.join(each.tiers)}: {_values(each)}." for each in rules)


def _values(rule: NotAllowed) -> str:
    if isinstance(rule.values, range):
        return f"less than `{rule.values.stop}`"
    return ", ".join(map(_shown, rule.values))


def _shown(value: Any) -> str:
    if value is PydanticUndefined or value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple | list | dict) and not value:
        return "none"
    if isinstance(value, tuple | list):
        return f"`[{', '.join(_quoted(each) for each in value)}]`"
    return f"`{_quoted(value)}`" if not isinstance(value, BaseModel) else "as its keys"


def _quoted(value: Any) -> str:
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def _about(info: FieldInfo, model: type[BaseModel]) -> str:
    """Return the field's description and the block's docstring, without "A `service` block:" and repetitions."""
    about = _PREFIX.sub("", _first_paragraph(model.__doc__))
    sentences = re.split(r"(?<=\.) ", f"{_sentence(info.description)} {about[0].upper()}{about[1:]}")
    distinct = list(dict.fromkeys(sentences))
    return " ".join(
        one for one in distinct if not any(other != one and other.startswith(one[:-1]) for other in distinct)
    )


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def _first_paragraph(text: str | None) -> str:
    return _sentence((text or "").split("\n\n")[0])
