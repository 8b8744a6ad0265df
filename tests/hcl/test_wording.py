"""pydantic's errors are worded as problems, for every field."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from modules.account.blocks import Account
from modules.environment import Environment
from modules.environment_files import load
from modules.foundation.patterns import WORDS
from modules.foundation.problems import SettingsError
from modules.hcl.reading import Document, check, shape_of, written
from modules.hcl.wording import Wrong, wording
from modules.unlocks import Unlocks
from ops.scan.skips import Skips
from tests.conftest import FURTHER, REFERENCE

MODELS = (Account, Environment, Unlocks, Skips)
#: pydantic's own wording.
FOREIGN = re.compile(
    r"Input should|valid (string|integer|number|boolean|tuple|dictionary|list)|String should|Tuple should|"
    r"Dictionary should|after validation|match pattern|instance of|Value error"
)


def schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema inside pydantic's core schema, each type of value separately."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("type"), str):
            yield dict(schema)
        for key, each in schema.items():
            if key not in ("metadata", "serialization", "cls", "self"):
                yield from schemas(each)
    elif isinstance(schema, list | tuple):
        for each in schema:
            yield from schemas(each)


ALL = [each for model in MODELS for each in schemas(model.__pydantic_core_schema__)]


def test_every_pattern_and_nothing_else_has_a_wording() -> None:
    assert {each["pattern"] for each in ALL if each.get("pattern")} == set(WORDS)


@pytest.mark.parametrize("pattern", WORDS)
def test_example_of_a_pattern_matches_it(pattern: str) -> None:
    assert re.search(pattern, WORDS[pattern].example)


#: The errors of each type of value: pydantic's error types, and the bound that each names.
REFUSED_FOR = {
    "str": {
        "": "string_type",
        "pattern": "string_pattern_mismatch",
        "min_length": "string_too_short",
        "max_length": "string_too_long",
    },
    "int": {"": "int_type"},
    "float": {"": "float_type"},
    "bool": {"": "bool_type"},
    "tuple": {"": "tuple_type", "min_length": "too_short", "max_length": "too_long"},
    "dict": {"": "dict_type", "min_length": "too_short", "max_length": "too_long"},
}


def test_every_type_of_value_in_the_settings_is_tested() -> None:
    # The other types contain these, or have their own messages.
    others = {"any", "date", "is-instance", "literal", "default", "nullable", "lax-or-strict", "json-or-python"}
    of_validators = {"function-after", "function-before", "function-plain", "no-info"}
    assert {each["type"] for each in ALL} <= {
        *REFUSED_FOR,
        *others,
        *of_validators,
        "model",
        "model-field",
        "model-fields",
        # The result of a plain validator, for which pydantic builds a serializer.
        *("definitions", "dataclass", "dataclass-args", "dataclass-field"),
    }


@pytest.mark.parametrize(
    "error_type", sorted({each for types in REFUSED_FOR.values() for each in types.values()} | {"int_from_float"})
)
@pytest.mark.parametrize("value", ["", "x", "1", "yes", 1, 1.5, True, None, (), ("x",), {}, {"a": "b"}])
def test_each_error_has_rule_and_remedy(error_type: str, value: Any) -> None:
    if not isinstance(value, str | tuple | dict) and ("short" in error_type or "long" in error_type):
        value = "xyz"
    message = wording(error_type, Wrong(value, {"min_length": 5, "max_length": 0, "pattern": r"^[A-Z0-9]{10}$"}, ""))
    assert message
    assert message.rule
    assert re.match(r"write |remove |shorten ", message.remedy)


VALUES: tuple[Any, ...] = (
    "",
    " ",
    "x",
    "1",
    "x" * 5000,
    True,
    1,
    -1,
    1.5,
    None,
    (),
    ("x",),
    (1,),
    {},
    {"a": "b"},
    {"a": 1},
    {"A": ("b",)},
)


def with_all(model: Any, values: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """Return the values of a block with this value for every possible key; nested blocks keep their values."""
    result = {}
    for name, info in written(model).items():
        shape = shape_of(info)
        if shape.kind == "attribute":
            result[name] = copy.deepcopy(value)
        elif name not in values:
            continue
        elif shape.kind == "block":
            result[name] = with_all(shape.model, values[name], value)
        elif shape.kind == "labelled":
            result[name] = {label: with_all(shape.model, each, value) for label, each in values[name].items()}
        else:
            result[name] = tuple(with_all(shape.model, each, value) for each in values[name])
    return result


DOCUMENTS = [load(REFERENCE)["prod"].document, *(file.document for file in load(FURTHER).values())]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:12])
def test_no_problem_with_a_key_has_pydantics_wording(value: Any) -> None:
    for document in DOCUMENTS:
        values = {**with_all(Environment, document.values, value), "name": "dev", "tier": "production"}
        for problem in problems(document, values):
            assert not FOREIGN.search(problem), problem


@pytest.mark.parametrize(
    ("model", "values"),
    [(Unlocks, {"unlock": {"aws_s3_bucket.x": {}}, "deletions": {}}), (Skips, {"skip": {"CKV_AWS_1": {}}})],
)
def test_no_problem_with_a_record_has_pydantics_wording(model: type[BaseModel], values: dict[str, Any]) -> None:
    for value in VALUES:
        for problem in problems(Document("x.hcl", {}, {}), with_all(model, values, value), model):
            assert not FOREIGN.search(problem), problem


def problems(document: Document, values: Mapping[str, Any], model: type[BaseModel] = Environment) -> list[str]:
    try:
        check(document, model, values)
    except SettingsError as error:
        return [f"{each.rule}; {each.remedy}" for each in error.problems]
    return []
