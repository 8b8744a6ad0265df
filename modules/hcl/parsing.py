"""Text to tree: an HCL file as attributes and blocks, each with its line.

An environment file is data. Variables, functions and interpolation are refused: CDKTF would pass them on and
they would become live Terraform. This reads the tree of python-hcl2's parser, for its `loads()` keeps the last of
two equal attributes without a word, and gives no lines.
"""

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hcl2
from lark import Token, Tree
from lark.exceptions import UnexpectedInput

from modules.foundation.refusals import Problem, SettingsError, raise_problems

#: A tree of the parser's. Which child is a tree and which a token, lark's types cannot tell; the grammar does.
Node = Any

_DATA_ONLY = "is an expression; an environment file is data, and this would become live Terraform"


@dataclass(frozen=True)
class Attribute:
    """`name = value`."""

    name: str
    value: Any
    line: int


@dataclass(frozen=True)
class Block:
    """`type "label" { ... }`."""

    type: str
    labels: tuple[str, ...]
    line: int
    body: "Body"


@dataclass(frozen=True)
class Body:
    """What stands in a file or between a block's braces, in the file's order."""

    attributes: list[Attribute] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def parse(path: Path) -> Body:
    """Return what the file says. Raises SettingsError for what is not UTF-8, not HCL, or not data."""
    file = path.as_posix()
    text = _text(path, file)
    try:
        tree = hcl2.parses_to_tree(text)
    except UnexpectedInput as error:
        raise SettingsError([_syntax_problem(file, text, error)]) from None
    problems: list[Problem] = []
    body = _body(file, tree.children[0], problems)
    raise_problems(problems)
    return body


def _text(path: Path, file: str) -> str:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SettingsError(
            [
                Problem(
                    file,
                    line,
                    f"byte 0x{content[error.start]:02x}",
                    "is not UTF-8",
                    "save the file in UTF-8",
                )
            ]
        ) from None
    if not text.strip():
        raise SettingsError(
            [
                Problem(
                    file,
                    1,
                    "the file",
                    "is empty",
                    "write an environment into it, or remove it; see envs/dev.hcl",
                )
            ]
        )
    return text.replace("\r\n", "\n")


def _syntax_problem(file: str, text: str, error: UnexpectedInput) -> Problem:
    """Say what the parser met; at the end of the file, which brace is still open."""
    line = max(error.line, 1)
    token = getattr(error, "token", None)
    found = str(token) if token is not None else text[error.pos_in_stream or 0 :][:1]
    found = found.strip().splitlines()[0] if found.strip() else ""
    if found:
        return Problem(file, line, f"'{found}'", "is not expected here", 'write `key = value` or `block "label" {`')
    opening = _unclosed(text)
    if opening:
        bracket, line = opening
        closing = {"{": "}", "[": "]", "(": ")", '"': '"'}[bracket]
        return Problem(file, line, f"'{bracket}'", "is never closed", f"write the missing '{closing}'")
    return Problem(file, line, "the line", "ends too early", 'write `key = value` or `block "label" {`')


def _unclosed(text: str) -> tuple[str, int] | None:
    """Return the innermost bracket or quote that is open at the end, and its line.

    A brace that is missing in the middle is closed by a later block's, and the file then ends one short: the
    opening line at which the indentation stops fitting is nearer to the mistake than the last one, so of the
    blocks still open the last that stands at the margin is named.
    """
    code = re.compile(r'#[^\n]*|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"?|[][{}()]', re.DOTALL)
    stack: list[tuple[str, int, int]] = []
    for match in code.finditer(text):
        word, line = match[0], text.count("\n", 0, match.start()) + 1
        if word.startswith('"') and (len(word) == 1 or not word.endswith('"')):
            return '"', line
        if word in "{[(":
            start_of_line = text.rfind("\n", 0, match.start()) + 1
            margin = len(text[start_of_line:]) - len(text[start_of_line:].lstrip())
            if stack and margin <= stack[-1][2] and line > stack[-1][1]:
                break
            stack.append((word, line, margin))
        elif word in "}])" and stack:
            stack.pop()
    return (stack[-1][0], stack[-1][1]) if stack else None


class _NotDataError(Exception):
    """An expression where a value should stand."""

    def __init__(self, line: int, shown: str) -> None:
        self.line = line
        self.shown = shown


def _body(file: str, tree: Node, problems: list[Problem]) -> Body:
    body = Body()
    for child in tree.children:
        if not isinstance(child, Tree):
            continue
        if child.data == "attribute":
            name = str(child.children[0].children[0])
            try:
                body.attributes.append(Attribute(name, _value(child.children[2]), child.meta.line))
            except _NotDataError as error:
                problems.append(
                    Problem(file, error.line, f"{name} {error.shown}", _DATA_ONLY, "write the value itself")
                )
        elif child.data == "block":
            body.blocks.append(_block(file, child, problems))
    return body


def _block(file: str, tree: Node, problems: list[Problem]) -> Block:
    words = []
    for child in tree.children:
        if isinstance(child, Tree) and child.data == "identifier":
            words.append(str(child.children[0]))
        elif isinstance(child, Tree) and child.data == "string":
            try:
                words.append(_string(child))
            except _NotDataError as error:
                problems.append(Problem(file, error.line, error.shown, _DATA_ONLY, "write the label itself"))
                words.append("")
        elif isinstance(child, Tree) and child.data == "body":
            return Block(words[0], tuple(words[1:]), tree.meta.line, _body(file, child, problems))
    return Block(words[0], tuple(words[1:]), tree.meta.line, Body())


def _value(tree: Node) -> Any:
    """Return the Python value of an expression that is one; raise _NotDataError for any other."""
    inner = [child for child in tree.children if isinstance(child, Tree) and child.data != "new_line_or_comment"]
    if tree.data == "expr_term" and len(inner) == 1 and len(tree.children) == 1:
        return _value(inner[0])
    if tree.data == "string":
        return _string(tree)
    if tree.data in ("int_lit", "float_lit"):
        return ast.literal_eval(str(tree.children[0]))
    if tree.data == "literal_value":
        return {"true": True, "false": False, "null": None}[str(tree.children[0])]
    if tree.data == "tuple":
        return tuple(_value(child) for child in inner)
    if tree.data == "object":
        return {_key(element.children[0]): _value(element.children[-1]) for element in inner}
    if tree.data == "unary_op" and str(tree.children[0]) == "-":
        number = _value(inner[0])
        if isinstance(number, int | float):
            return -number
    raise _NotDataError(tree.meta.line, _source(tree))


def _key(tree: Node) -> str:
    """Return an object's key, a bare word or a string."""
    term = tree.children[0]
    if isinstance(term, Tree) and term.data == "expr_term" and isinstance(term.children[0], Tree):
        term = term.children[0]
    if isinstance(term, Tree) and term.data == "identifier":
        return str(term.children[0])
    return str(_value(term))


def _string(tree: Node) -> str:
    parts: list[str] = []
    for part in tree.children:
        if not isinstance(part, Tree):
            continue
        piece = part.children[0]
        if not isinstance(piece, Token) or piece.type != "STRING_CHARS":
            raise _NotDataError(tree.meta.line, _source(tree))
        parts.append(str(piece))
    text = "".join(parts)
    # HCL's escapes (\n \r \t \" \\ \uNNNN) are those of JSON.
    return str(json.loads(f'"{text}"')) if "\\" in text else text


def _source(tree: Node) -> str:
    """Return an expression about as it was written, on one line."""
    text = "".join(str(token) for token in tree.scan_values(lambda value: isinstance(value, Token)))
    return re.sub(r"\s+", " ", text).strip()[:60]
