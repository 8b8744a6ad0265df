"""Our parser and python-hcl2, which supports all of HCL, read the same values."""

import json
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.hcl.parsing import Body, parse
from ops.workspace import PROJECT

FILES = sorted(path for folder in ("envs", "tests", "ops") for path in (PROJECT / folder).rglob("*.hcl"))
IS_BLOCK = "__is_block__"

names = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in {"for", "in", "if"})
numbers = st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="$%"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
bodies = st.recursive(
    st.tuples(st.dictionaries(names, values, max_size=4), st.just([])),
    lambda inner: st.tuples(
        st.dictionaries(names, values, max_size=3),
        st.lists(st.tuples(names.map(lambda name: f"b_{name}"), st.lists(names, max_size=1), inner), max_size=3),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_committed_file_is_read_as_by_python_hcl2(path: Path) -> None:
    assert ours(parse(path)) == theirs(hcl2.loads(path.read_text()))


# python-hcl2 is slow.
@settings(max_examples=25)
@given(body=bodies)
def test_any_file_is_read_as_by_python_hcl2(body: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "any.hcl"
    path.write_text(f"first = 1\n{written(body)}")
    assert ours(parse(path)) == theirs(hcl2.loads(path.read_text()))


def written(body: Any) -> str:
    """Return a body in HCL."""
    attributes, blocks = body
    lines = [f"{name} = {expression(value)}\n" for name, value in attributes.items() if name != "first"]
    for kind, labels, inner in blocks:
        head = " ".join([kind, *(f'"{label}"' for label in labels)])
        lines.append(f"{head} {{\n{written(inner)}}}\n")
    return "".join(lines)


def expression(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {expression(each)}' for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(expression, value))}]"
    return json.dumps(value, ensure_ascii=False)


def ours(body: Body) -> dict[str, Any]:
    """Return our parser's result in the form of python-hcl2's."""
    found: dict[str, Any] = {each.name: as_lists(each.value) for each in body.attributes}
    for block in body.blocks:
        inner: dict[str, Any] = {**ours(block.body), IS_BLOCK: True}
        for label in reversed(block.labels):
            inner = {label: inner}
        found.setdefault(block.type, []).append(inner)
    return found


def as_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_lists(each) for key, each in value.items()}
    return [as_lists(each) for each in value] if isinstance(value, tuple) else value


def theirs(found: Any) -> Any:
    """Return python-hcl2's result without comments, and without the quotes and escapes that it keeps."""
    if isinstance(found, dict):
        kept = {key: each for key, each in found.items() if not key.endswith("comments__")}
        return {json.loads(key) if key.startswith('"') else key: theirs(each) for key, each in kept.items()}
    if isinstance(found, list):
        return [theirs(each) for each in found]
    return json.loads(found) if isinstance(found, str) and found.startswith('"') else found
