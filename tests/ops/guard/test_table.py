"""The guard's table: complete, and with attributes that the provider has."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ops.guard.paths import ANYWHERE
from ops.guard.rows import ANY_TYPE, Row
from ops.guard.table import NEED_NO_ROW, TABLE
from ops.workspace import stack_folder
from tests.support.template import Template


def synthesized(output: Path) -> set[str]:
    folders = [each.name for each in (output / "stacks").iterdir()]
    return {kind for stack in folders for kind in Template(stack_folder(output, stack)).json.get("resource", {})}


def test_synthesized_type_has_row_or_reason(reference: Path, further: Path) -> None:
    types = synthesized(reference) | synthesized(further)
    assert types - {row.type for row in TABLE} - NEED_NO_ROW.keys() == set(), (
        "add a row in ops/guard/areas, or the reason why it needs none to NEED_NO_ROW (docs/guard.md)"
    )
    assert NEED_NO_ROW.keys() - types == set(), "NEED_NO_ROW is for what is synthesized"


def test_type_with_reason_has_no_row() -> None:
    assert {row.type for row in TABLE} & NEED_NO_ROW.keys() == set()


def test_rows_are_unique() -> None:
    seen = [(row.type, row.path, row.says, repr(row.harm)) for row in TABLE]
    assert sorted({each for each in seen if seen.count(each) > 1}) == []


@cache
def bindings(type_: str) -> str:
    """Return the text of the provider's binding for a type; empty if there is none."""
    package = find_spec("cdktf_cdktf_provider_aws")
    assert package and package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / type_.removeprefix("aws_") / "__init__.py"
    return path.read_text() if path.exists() else ""


def has(type_: str, name: str) -> bool:
    """Return whether the provider's type has an attribute or a block of this name."""
    return f"{name}: " in bindings(type_) or f"def {name}(" in bindings(type_)


def names(row: Row) -> list[str]:
    """Return the attributes and blocks in a row's path. The bindings have no names inside WAF statements."""
    path = re.sub(r"\[(\w+)(=[^\]]*)?\]", r".\1", row.path.removeprefix(ANYWHERE)).partition(".statement.")[0]
    return [*filter(None, path.split(".")), *([row.parent.attribute] if row.parent else [])]


def test_row_attribute_exists_in_provider_schema() -> None:
    rows = [row for row in TABLE if row.type != ANY_TYPE]
    assert sorted({row.type for row in rows if not bindings(row.type)}) == []
    assert [f"{row.type}: {name}" for row in rows for name in names(row) if not has(row.type, name)] == []


def test_row_has_sentence_and_source() -> None:
    assert [row for row in TABLE if not row.says[0].islower() or row.says.endswith(".")] == []
    assert [row for row in TABLE if not re.search(r", https://\S+$", row.source)] == []


def test_row_created_beside_has_a_parent() -> None:
    assert [row for row in TABLE if row.created == "beside" and not row.parent] == []
