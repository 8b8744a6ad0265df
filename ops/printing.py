"""Output of commands on stdout, and questions on the terminal."""

import json
import sys
from collections.abc import Iterable, Mapping

import typer
from rich.console import Console

from ops import steps

out = Console(highlight=False, soft_wrap=True, emoji=False)


def print_line(line: object) -> None:
    """Print a line as it is."""
    out.print(str(line), markup=False)


def print_progress(line: object) -> None:
    """Print a line as it is to stderr."""
    steps.console.print(str(line), markup=False)


def print_result(data: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print a result as JSON or as lines of text."""
    for line in [json.dumps(data, indent=2)] if as_json else lines:
        print_line(line)


def output_lines(outputs: Mapping[str, object]) -> list[str]:
    """Return the outputs of a stack as lines of text."""
    return [f"{name} = {json.dumps(value, indent=2)}" for name, value in outputs.items()]


def asked(question: str) -> bool:
    """Ask for confirmation; without a terminal, the answer is no."""
    return sys.stdin.isatty() and typer.confirm(question, err=True)
