"""Limits on the size of files and functions: a function fits on a screen."""

import ast
import subprocess
from collections.abc import Iterator

from ops.workspace import PROJECT

#: The maximum number of lines.
FILE, FUNCTION = 400, 50


def sources() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each Python file."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        yield name, (PROJECT / name).read_text()


def test_no_file_is_too_long() -> None:
    assert not {name: lines for name, text in sources() if (lines := text.count("\n")) > FILE}


def test_no_function_is_too_long() -> None:
    functions = (
        (f"{name}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert not {name: lines for name, lines in functions if lines > FUNCTION}
