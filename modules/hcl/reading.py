"""HCL reader: a file's values in the shape of a pydantic model, and every problem with its line."""

import difflib
import types
import typing
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from modules.foundation.problems import PROBLEM, Problem, SettingsError, raise_problems
from modules.foundation.settings import Settings
from modules.hcl.parsing import Block, Body, parse
from modules.hcl.values import as_hcl, shown
from modules.hcl.wording import Wrong, is_of_another_type, wording

Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """An environment file's values in the shape of a model, and the line of each."""

    file: str
    values: dict[str, Any]
    lines: dict[Location, int]

    def line(self, location: Location) -> int:
        """Return the line of a value, or of the innermost block around it that is in the file."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def problem(self, location: Location, value: Any, rule: str, remedy: str) -> Problem:
        """Return the problem for a value that breaks a rule."""
        return Problem(self.file, self.line(location), _subject(location, value), rule, remedy)


def read(path: Path, model: type[BaseModel]) -> Document:
    """Read the file's values in the shape of `model`, without checking their types.

    Raises SettingsError for content that is not HCL, not data, not in the model, or duplicate.
    """
    document = Document(path.as_posix(), {}, {})
    raise_problems(_shape(document, document.values, (), parse(path), model))
    return document


def check(document: Document, model: type[Model], values: Mapping[str, Any]) -> Model:
    """Return the model with the values. Raises SettingsError with the line of each invalid value."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        errors = _without_consequences(error.errors())
        # A value that a block inherits is reported where it is written.
        own = [details for details in errors if not _is_inherited(model, details["loc"])]
        raise SettingsError(_translated(document, model, details) for details in own or errors) from None


def _without_consequences(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out what another error causes: a list with too few valid values, or a default that cannot be computed."""
    places = [details["loc"] for details in errors]

    def is_consequence(details: ErrorDetails) -> bool:
        here = details["loc"]
        if details["type"] == "default_factory_not_called":
            return True
        return details["type"] == "too_short" and any(each[: len(here)] == here != each for each in places)

    return [details for details in errors if not is_consequence(details)]


def pass_tier(model: type[BaseModel], values: Mapping[str, Any], inherited: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values, with the values that blocks inherit from the environment set in each block that needs them."""
    result = dict(values)
    for name, info in model.model_fields.items():
        if _inherits(info) and name in inherited:
            result[name] = inherited[name]
        shape = shape_of(info)
        if shape.model is not None and name in result:
            result[name] = _pass_tier_to_blocks(shape, result[name], inherited)
    return result


def _pass_tier_to_blocks(shape: "Shape", blocks: Any, inherited: Mapping[str, Any]) -> Any:
    """Do the same for the block or blocks of one field, except blocks that are already models."""

    def block(values: Any) -> Any:
        if shape.model is None or not isinstance(values, Mapping):
            return values
        return pass_tier(shape.model, values, inherited)

    if shape.kind == "labelled" and isinstance(blocks, Mapping):
        return {label: block(values) for label, values in blocks.items()}
    if shape.kind == "repeated" and isinstance(blocks, tuple):
        return tuple(block(values) for values in blocks)
    return block(blocks)


@dataclass(frozen=True)
class Shape:
    """How a field is written: as an attribute, a block, labeled blocks, or repeated blocks."""

    kind: typing.Literal["attribute", "block", "labelled", "repeated"]
    model: type[BaseModel] | None = None
    """The content of the block, or of each of the blocks."""


def shape_of(info: FieldInfo) -> Shape:
    """Return how the field is written in an environment file."""
    for annotation in alternatives(info.annotation):
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if _is_model(annotation):
            return Shape("block", annotation)
        if origin in (dict, Mapping) and (models := list(filter(_is_model, alternatives(arguments[1])))):
            return Shape("labelled", models[0])
        if origin is tuple and arguments and _is_model(arguments[0]):
            return Shape("repeated", arguments[0])
    return Shape("attribute")


def alternatives(annotation: Any) -> list[Any]:
    """Return the members of a union, without the metadata of `Annotated`."""
    if typing.get_origin(annotation) is typing.Annotated:
        return alternatives(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [inner for member in typing.get_args(annotation) for inner in alternatives(member)]
    return [annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def written(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields that can be written in a file; the others are inherited from the environment."""
    return {name: info for name, info in model.model_fields.items() if not _inherits(info)}


def _inherits(info: FieldInfo) -> bool:
    return isinstance(info.json_schema_extra, dict) and bool(info.json_schema_extra.get("inherited"))


def _is_inherited(model: type[BaseModel], location: Location) -> bool:
    """Return whether the location is a value that a block inherited from the environment."""
    info, _ = _field_at(model, location)
    return len(location) > 1 and info is not None and _inherits(info)


def _shape(
    document: Document, values: dict[str, Any], location: Location, body: Body, model: type[BaseModel]
) -> Iterator[Problem]:
    """Fill `values` from the body, and yield a problem for everything that is not in the model."""
    fields = written(model)
    for attribute in body.attributes:
        here = (*location, attribute.name)
        if attribute.name not in fields:
            yield _unknown(document, here, attribute.line, attribute.name, "key", model)
        elif shape_of(fields[attribute.name]).kind != "attribute":
            yield _problem_at(
                document,
                attribute.line,
                here,
                "is a block, not a value",
                f"write {_example(attribute.name, fields[attribute.name])} without '='",
            )
        elif attribute.name in values:
            yield _twice(document, here, attribute.line)
        else:
            document.lines[here] = attribute.line
            values[attribute.name] = attribute.value
    for block in body.blocks:
        yield from _shape_block(document, values, location, block, model)


def _shape_block(
    document: Document,
    values: dict[str, Any],
    location: Location,
    block: Block,
    model: type[BaseModel],
) -> Iterator[Problem]:
    fields = written(model)
    if block.type not in fields:
        yield _unknown(document, (*location, block.type), block.line, block.type, "block", model)
        return
    shape = shape_of(fields[block.type])
    here: Location = (*location, block.type, *block.labels)
    wrong = _wrong_labels(block, shape, fields[block.type])
    if wrong:
        yield _problem_at(document, block.line, here, *wrong)
        return
    if shape.kind != "repeated" and here in document.lines:
        yield _twice(document, here, block.line)
        return
    content: dict[str, Any] = {}
    if shape.kind == "block":
        values[block.type] = content
    elif shape.kind == "labelled":
        values.setdefault(block.type, {})[block.labels[0]] = content
    else:
        before = values.get(block.type, ())
        here = (*here, len(before))
        values[block.type] = (*before, content)
    document.lines.setdefault((*location, block.type), block.line)
    document.lines[here] = block.line
    if shape.model is not None:
        yield from _shape(document, content, here, block.body, shape.model)


def _wrong_labels(block: Block, shape: Shape, info: FieldInfo) -> tuple[str, str] | None:
    """Return the rule and the remedy if the block does not have the labels of its shape."""
    if shape.kind == "attribute":
        return "is a value, not a block", f"write {_example(block.type, info)}"
    expected = 1 if shape.kind == "labelled" else 0
    if len(block.labels) == expected:
        return None
    if expected:
        return "needs one label after its type", f'write `{block.type} "main" {{`'
    return "has no label: an environment has only one", f"write `{block.type} {{`"


def _problem_at(document: Document, line: int, location: Location, rule: str, remedy: str) -> Problem:
    return Problem(document.file, line, _dotted(location), rule, remedy)


def _twice(document: Document, location: Location, line: int) -> Problem:
    first = document.line(location)
    return _problem_at(
        document,
        line,
        location,
        f"is in the file twice, first in line {first}",
        "keep one of them, or give them different labels",
    )


#: Block types of Terraform configurations that environment files do not have.
_TERRAFORM = ("data", "import", "locals", "module", "moved", "output", "provider", "resource", "terraform", "variable")
#: How similar a name must be to another to be suggested; a common first word adds to the similarity.
_SIMILARITY = 0.66
_FIRST_WORD = 0.2


def _unknown(
    document: Document, location: Location, line: int, name: str, kind: str, model: type[BaseModel]
) -> Problem:
    rule, fields = f"is not a known {kind}", written(model)
    if name in _TERRAFORM and len(location) == 1:
        rule, remedy = f"{rule}: an environment file is data, not Terraform", "write the values themselves"
    elif foreign := next((letter for letter in name if not letter.isascii()), ""):
        rule = f"{rule}: it contains U+{ord(foreign):04X} {unicodedata.name(foreign, '')}".rstrip()
        remedy = "write it in ASCII letters"
    elif issubclass(model, Settings) and (new := model.renamed.get(name)):
        rule, remedy = (f"is now {new}", "rename it") if new in fields else (f"is now `{new}`", "write it in this form")
    else:
        remedy = _misplaced(name, model)
    return _problem_at(document, line, location, rule, remedy)


def _misplaced(name: str, model: type[BaseModel]) -> str:
    """Return the key or block that was probably meant."""
    if issubclass(model, Settings) and name in model.misplaced:
        return model.misplaced[name]
    fields = written(model)
    if name == "tags":
        return "write tags at the top of the file: they apply to all resources"
    nearest = _nearest(name, fields)
    return f"did you mean {nearest}?" if nearest else f"write one of {', '.join(sorted(fields))}"


def _nearest(name: str, fields: Iterable[str]) -> str | None:
    """Return the field with the most similar name, or None if none is similar."""
    similar: dict[str, float] = {}
    for field in fields:
        matcher = difflib.SequenceMatcher(None, name, field)
        bonus = _FIRST_WORD if field.partition("_")[0] == name.partition("_")[0] else 0
        # The upper bound first: it takes a tenth of the time.
        if matcher.quick_ratio() + bonus >= _SIMILARITY:
            similar[field] = matcher.ratio() + bonus
    best = max(similar, key=lambda field: similar[field], default=None)
    return best if best and similar[best] >= _SIMILARITY else None


def _translated(document: Document, model: type[BaseModel], details: ErrorDetails) -> Problem:
    location: Location = tuple(part for part in details["loc"] if part != "[key]")
    value = None if _is_block(details["input"]) else details["input"]
    if details["type"] == PROBLEM:
        return document.problem(location, value, details["ctx"]["rule"], details["ctx"]["remedy"])
    info, inside = _field_at(model, location)
    if details["type"] == "missing":
        return document.problem(location, None, "is missing", f"write {_example(str(location[-1]), info)}")
    message = wording(details["type"], Wrong(details["input"], details.get("ctx", {}), _example_value(info, inside)))
    if message and is_of_another_type(details["type"]):
        subject = f"{_dotted(location)} {'' if value is None else as_hcl(value)}".strip()
        return Problem(document.file, document.line(location), subject, *message)
    if message:
        return document.problem(location, value, *message)
    expected = details["msg"].removeprefix("Input should be ")
    remedy = f"{info.description.rstrip('.')}" if info and info.description else f"write {expected}"
    return document.problem(location, value, f"should be {expected}", remedy)


def _is_block(value: Any) -> bool:
    """Return whether the value is a block, or several blocks, which are too large to show."""
    several = value if isinstance(value, tuple) else (value,)
    return any(isinstance(each, dict | BaseModel) for each in several)


def _example(name: str, info: FieldInfo | None) -> str:
    if info and (model := shape_of(info).model):
        required = [_example(key, each).strip("`") for key, each in written(model).items() if each.is_required()]
        return f"`{name} {{ {required[0] if len(required) == 1 else '...'} }}`"
    return f"`{name} = {as_hcl(info.examples[0]) if info and info.examples else '...'}`"


def _example_value(info: FieldInfo | None, inside: Location) -> str:
    """Return an example of the field in HCL, or of a value inside its list or map; "" if there is none."""
    example = info.examples[0] if info and info.examples else None
    for _ in inside:
        values = list(example.values() if isinstance(example, dict) else example or ())
        example = values[0] if isinstance(example, dict | list) and values else None
    return "" if example is None else as_hcl(example)


def _field_at(model: type[BaseModel], location: Location) -> tuple[FieldInfo | None, Location]:
    """Return the field at a location, and the rest of the location: the path inside the field's value.

    In labeled or repeated blocks, the label or number is part of the location.
    """
    info: FieldInfo | None = None
    current: type[BaseModel] | None = model
    rest = location
    while rest and current is not None and rest[0] in current.model_fields:
        info = current.model_fields[str(rest[0])]
        shape = shape_of(info)
        current = shape.model
        rest = rest[2 if shape.kind in ("labelled", "repeated") else 1 :]
    return info, rest


def _subject(location: Location, value: Any) -> str:
    return _dotted(location) if value is None else f"{_dotted(location)} {shown(value)}"


def _dotted(location: Location) -> str:
    return ".".join(map(str, location)) or "the file"
