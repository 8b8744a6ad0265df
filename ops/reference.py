"""The reference of environment files: every block and key with its default and description, from the settings.

One page per module in `docs/reference/`. A test keeps the pages current.
"""

import dataclasses
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from modules.environment import Environment
from modules.events.function.keys.shipped import SHIPPED
from modules.foundation.settings import Settings, TierDefault
from modules.hcl.reading import Shape, alternatives, shape_of, written

FOLDER = Path("docs") / "reference"
HEAD = "<!-- Written by `make reference` from the settings of modules/; a test keeps it current. -->\n"
_SCALARS = {str: "string", int: "number", float: "number", bool: "true or false"}


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    modules = {base.__module__.split(".")[1]: base for base in Environment.__bases__ if issubclass(base, Settings)}
    inherited = {name for base in modules.values() for name in base.model_fields}
    own = {name: info for name, info in written(Environment).items() if name not in inherited}
    return {
        "environment.md": _page("The environment", Environment.__doc__, own),
        **{
            f"{module}.md": _page(f"The {module} module", base.__doc__, written(base))
            for module, base in modules.items()
        },
        "functions.md": _shipped_functions(),
        "README.md": _contents({module: list(written(base)) for module, base in modules.items()}),
    }


def write(folder: Path) -> list[Path]:
    """Write the pages, and return those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            changed.append(path)
    return changed


def _contents(modules: dict[str, list[str]]) -> str:
    lines = [
        HEAD,
        "# Environment files\n",
        "Blocks that are absent create nothing. Where a default depends on the tier, the table lists the value of "
        "each tier.\n",
    ]
    lines += ["- [the environment](environment.md): its own keys"]
    lines += [
        f"- [{module}]({module}.md): {', '.join(f'`{name}`' for name in names)}" for module, names in modules.items()
    ]
    lines += [f"- [functions](functions.md): environment variables of {', '.join(f'`{name}`' for name in SHIPPED)}"]
    return "\n".join(lines) + "\n"


def _shipped_functions() -> str:
    """Return the page of the environment variables of the functions in lambdas/."""
    lines = [HEAD, "# Environment variables of the functions in lambdas/\n"]
    lines += ["Set them in the `environment` of a `function` block.\n"]
    for name, variables in SHIPPED.items():
        lines += [f"## `{name}`\n", "| variable | default | description |", "|---|---|---|"]
        lines += [
            f"| `{key}` | {_shipped_default(each.default)} | {each.description} |" for key, each in variables.items()
        ]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _shipped_default(default: str | None) -> str:
    if default is None:
        return "required"
    return f"`{default}`" if default else "none"


def _page(title: str, about: str | None, fields: dict[str, FieldInfo]) -> str:
    lines = [HEAD, f"# {title}\n", f"{_first_paragraph(about)}\n"]
    plain = {name: info for name, info in fields.items() if shape_of(info).kind == "attribute"}
    if plain:
        lines += [*_table(plain), ""]
    for name, info in fields.items():
        shape = shape_of(info)
        if shape.model is not None:
            lines += _block(name, info, shape, depth=2, path=())
    return "\n".join(lines).rstrip() + "\n"


def _block(name: str, info: FieldInfo, shape: Shape, *, depth: int, path: tuple[str, ...]) -> Iterator[str]:
    """Yield a block's heading, its keys, then its nested blocks."""
    assert shape.model is not None
    here = (*path, name)
    label = ' "NAME"' if shape.kind == "labelled" else ""
    times = {"labelled": ", one for each name", "repeated": ", can be repeated"}.get(shape.kind, "")
    yield f"{'#' * min(depth, 5)} `{' '.join(here)}{label} {{ }}`\n"
    yield f"{_sentence(info.description)} {_first_paragraph(shape.model.__doc__)}\n"
    required = "Required" if info.is_required() else "Optional"
    yield f"{required}{times}.\n"
    fields = written(shape.model)
    plain = {key: each for key, each in fields.items() if shape_of(each).kind == "attribute"}
    if plain:
        yield from _table(plain)
        yield ""
    for key, each in fields.items():
        inner = shape_of(each)
        if inner.model is not None:
            yield from _block(key, each, inner, depth=depth + 1, path=here)


def _table(fields: dict[str, FieldInfo]) -> Iterator[str]:
    yield "| key | value | default | description |"
    yield "|---|---|---|---|"
    for name, info in fields.items():
        cells = (f"`{name}`", _type(info), _default(info), _sentence(info.description))
        yield f"| {' | '.join(each.replace('|', '&#124;') for each in cells)} |"


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


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def _first_paragraph(text: str | None) -> str:
    return _sentence((text or "").split("\n\n")[0])
