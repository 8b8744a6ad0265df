"""Any edit of an environment file: it is valid, or a problem with rule and remedy; never a traceback."""

import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.environment_files import load
from modules.foundation.problems import SettingsError
from tests.conftest import FURTHER, REFERENCE

LINES = {
    path.name: path.read_text().splitlines() for folder in (REFERENCE, FURTHER) for path in sorted(folder.glob("*.hcl"))
}
VALUES = (
    *("true", "0", "-1", "1.5", "99999999999", "null", '""', '" "', '"x"', '"1"', '"a b"', '"a/b"', '"a:b"', '"*"'),
    *('"가"', f'"{"x" * 300}"', '"10.0.0.0/8"', '"2026-01-01"', '"rate(1 day)"', '"${x}"'),
    *("[]", "[1]", "[true]", '["x"]', '[["a"]]', "{ }", '{ a = "b" }', "{ a = 1 }", '{ a = ["b"] }'),
)
KEYS = ("name", "network", "tier", "bucket", "image", "scaling", "foo")
LABELS = ("", "1", "-", "A", "a b", "a/b", "가", "x" * 80)
KEY = re.compile(r"(\s*)([\w-]+)\s*=\s*(.+)")
BLOCK = re.compile(r'(\s*)(\w+)\s+"[^"]*"\s*\{.*')


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """Return the name of a valid file, and its text with up to three lines changed."""
    name = draw(st.sampled_from(sorted(LINES)))
    lines = list(LINES[name])
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.integers(0, len(lines) - 1))
        lines[number : number + 1] = draw(_wrong(lines[number], lines))
    return name, "\n".join(lines)


def _wrong(line: str, others: list[str]) -> st.SearchStrategy[list[str]]:
    """Return replacements of a line: nothing, two lines, another value, key, or label, or a part of it."""
    wrong = [st.just([]), st.sampled_from(others).map(lambda other: [line, other]), st.just([line.replace('"', "")])]
    if found := KEY.fullmatch(line):
        indent, key, value = found.groups()
        wrong.append(st.sampled_from(VALUES).map(lambda other: [f"{indent}{key} = {other}"]))
        wrong.append(st.sampled_from(KEYS).map(lambda other: [f"{indent}{other} = {value}"]))
    if found := BLOCK.fullmatch(line):
        indent, kind = found.groups()
        wrong.append(st.sampled_from(LABELS).map(lambda label: [f'{indent}{kind} "{label}" {{']))
    return st.one_of(wrong)


@given(file=edited())
@settings(max_examples=400)
def test_invalid_file_is_a_problem_and_not_a_traceback(file: tuple[str, str]) -> None:
    name, text = file
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_text(text)
        try:
            load(Path(folder))
        except SettingsError as error:
            assert all(each.rule for each in error.problems)
            assert all(re.match(rf".*{name}(:\d+)?: ", str(each)) for each in error.problems)
