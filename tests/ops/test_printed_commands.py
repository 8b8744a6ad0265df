"""Every command in an error, a finding, or a runbook can be run as printed."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ops.commands import app
from ops.workspace import PROJECT

#: All options that a message can contain, depending on the command.
OPTIONS = "--local --account --env dev"
_COMMAND = re.compile(r"\.venv/bin/python -m ops ((?:[\w-]+ )*[^`\n;<>()|#]*)")
_TARGET = re.compile(r"`(?:run )?make ([a-z-]+)[^`]*`")
#: Placeholders in messages that are not names.
VALUES = {"names": "--give-up aws_vpc.x", "arguments": "ARGUMENTS", "selected": "--env dev --local --envs x"}


def texts(path: Path) -> Iterator[str]:
    """Yield the strings of a Python file with a placeholder for each value, or the text of any other file."""
    if path.suffix != ".py":
        yield path.read_text()
        return
    tree = ast.parse(path.read_text())
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(map(value, node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def value(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    name = ast.unparse(part).strip("{}")
    return VALUES.get(name, OPTIONS if "options" in name else "x")


def files() -> Iterator[Path]:
    yield PROJECT / "README.md"
    for folder, pattern in (("ops", "*.py"), ("modules", "*.py"), ("docs/runbooks", "*.md")):
        yield from sorted((PROJECT / folder).rglob(pattern))


def found(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    """Return the matches of the pattern, with the file that prints them."""
    return {
        (str(path.relative_to(PROJECT)), match[1].strip(" .:,'\""))
        for path in files()
        for text in texts(path)
        for match in pattern.finditer(text)
    }


def parse(command: str) -> None:
    """Parse the arguments without running the command. Raises the error that a person would see."""
    arguments = shlex.split(command)
    parser: Any = typer.main.get_command(app)
    while hasattr(parser, "commands"):
        parser = parser.commands[arguments.pop(0)]
    if parser.name == "terraform" and arguments[-1] == "--":
        arguments += ["state", "list"]
    parser.make_context(parser.name, arguments)


def of_the_doctor() -> Iterator[tuple[str, str]]:
    """Yield the commands that are printed through `Context.command`, which completes them."""
    for path in sorted((PROJECT / "ops" / "doctor").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("context.command"):
                (argument,) = node.args
                text = "".join(map(value, argument.values)) if isinstance(argument, ast.JoinedStr) else value(argument)
                yield path.name, f"{text} --env dev --local"


COMMANDS = sorted({each for each in found(_COMMAND) if "ARGUMENTS --env" not in each[1]} | set(of_the_doctor()))


def test_commands_are_found() -> None:
    printed = {command for _, command in COMMANDS}
    assert f"state restore {OPTIONS} --version-id=x" in printed
    assert f"terraform {OPTIONS} --" in printed
    assert len(printed) > 15


@pytest.mark.parametrize(("file", "command"), COMMANDS)
def test_printed_command_can_be_parsed(file: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # GitLab sets it in jobs.
    monkeypatch.setenv("CI_COMMIT_SHA", "x")
    parse(command)


def test_printed_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.M))
    assert {target for _, target in found(_TARGET) if target != "x"} <= targets
