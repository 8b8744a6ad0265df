"""HCL parser: a file as attributes and blocks, each with its line.

An environment file is data. Variables, functions, and interpolation are errors: CDKTF would pass them on, and
Terraform would evaluate them. The rest of HCL's grammar is small ([HCL Native Syntax Specification, Structural
Elements](https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#structural-elements) and the literals of
"Expressions"), and this parser's messages say how to correct a mistake.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modules.foundation.problems import Problem, SettingsError, raise_problems
from modules.hcl.cursor import Cursor
from modules.hcl.files import read_text
from modules.hcl.literals import DATA_ONLY, WrongValueError, no_number, no_value, number, unquoted
from modules.hcl.tokens import Token

#: How deeply blocks, lists, and maps can be nested. Environments need six levels.
DEPTH_LIMIT = 40

_OPEN_QUOTE = "has a quote that is not closed on its line"
_CLOSE_QUOTE = r'add or remove a "; write a line break as \n'
_WRITE = 'write `key = value` or `block "label" {`'
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_LITERALS = {"true": True, "false": False, "null": None}


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
    """The content of a file or block, in the order of the file."""

    attributes: list[Attribute] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def parse(path: Path) -> Body:
    """Return the file's content. Raises SettingsError if it is not readable, not HCL, or not data."""
    parser = _Parser(path.as_posix(), read_text(path))
    body = parser.file()
    raise_problems(parser.problems)
    return body


class _Parser:
    """Reads one file, and collects its problems."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._cursor = Cursor(text)
        self._at: list[str] = []
        self._depth = 0
        self._unclosed: Token | None = None
        self._closed_early: Token | None = None
        self.problems: list[Problem] = []

    def file(self) -> Body:
        """Return the whole file. Raises SettingsError at an error after which parsing cannot continue."""
        for token in self._cursor.tokens:
            if token.kind == "open_comment" or (token.kind == "other" and not token.text.isascii()):
                raise self._unexpected(token)
        return self._body(None)

    # Structure

    def _body(self, opening: Token | None) -> Body:
        """Read up to the closing brace, or the end of the file."""
        body = Body()
        while True:
            token = self._cursor.skip_lines()
            if token.kind == "end" and opening is None:
                return body
            if token.kind == "end":
                raise self._never_closed(self._unclosed or opening)
            if token.is_mark("}"):
                self._close(token, opening)
                return body
            self._item(token, opening, body)

    def _close(self, token: Token, opening: Token | None) -> None:
        """Read a closing brace. One that is not aligned with the line of its opening brace may be superfluous."""
        if opening is None:
            first = self._closed_early or token
            shown = "" if first is token else f": one remains in line {token.line}"
            rule = f"has no matching opening brace{shown}"
            raise self._consequence() or self._stop(first, "'}'", rule, "remove it")
        apart = token.line > opening.line and token.column != opening.margin
        if apart and self._closed_early is None:
            self._closed_early = token
        if apart and token.column < opening.margin and self._unclosed is None:
            self._unclosed = opening
        self._cursor.next()

    def _item(self, token: Token, opening: Token | None, body: Body) -> None:
        """Read an attribute or a block."""
        misindented = opening and token.line > opening.line and token.column <= opening.margin
        if misindented and self._unclosed is None:
            self._unclosed = opening
        if token.kind != "word":
            raise self._unexpected(token)
        self._cursor.next()
        if self._cursor.peek().is_mark("="):
            self._cursor.next()
            self._attribute(token, body)
        else:
            self._block(token, body)

    def _attribute(self, name: Token, body: Body) -> None:
        start, depth, at = self._cursor.position, self._depth, list(self._at)
        self._at.append(name.text)
        try:
            body.attributes.append(Attribute(name.text, self._value(), name.line))
            self._end_of_attribute(start)
        except WrongValueError as error:
            self._cursor.position, self._depth = start, depth
            self._cursor.skip_expression("}")
            self._report_value(self._open_quote(start) or error)
        self._at = at

    def _report_value(self, error: WrongValueError) -> None:
        self._report(error.line, f"{'.'.join(self._at)} {error.shown}".strip(), error.rule, error.remedy)

    def _open_quote(self, start: int) -> WrongValueError | None:
        """Return the error for a missing or superfluous quote, if that is why the value cannot be read."""
        for token in self._cursor.tokens[start : self._cursor.position]:
            if token.kind == "open_text":
                return WrongValueError(token.line, token.text[:60].strip(), _OPEN_QUOTE, _CLOSE_QUOTE)
        return None

    def _end_of_attribute(self, start: int) -> None:
        token = self._cursor.peek()
        if token.kind in ("line", "end") or token.is_mark("}"):
            return
        value = self._cursor.previous
        if token.is_mark(",") or (token.kind in ("word", "text", "number") and token.line == value.line):
            shown = f"{value.text} {token.text}" if value.kind != "mark" else token.text
            rule = "has something after its value: a key has one value, and each key is on its own line"
            raise WrongValueError(token.line, shown, rule, "remove it, or write a list: [ ... ]")
        raise self._expression(start)

    def _block(self, kind: Token, body: Body) -> None:
        labels = []
        while self._cursor.peek().kind in ("text", "word"):
            labels.append(self._cursor.next())
        opening = self._cursor.peek()
        if not opening.is_mark("{"):
            raise self._no_block(kind, labels, opening)
        self._cursor.next()
        names = tuple(self._label(label) for label in labels)
        self._at += [kind.text, *names]
        self._deeper(opening)
        content = self._body(opening)
        self._depth -= 1
        del self._at[-1 - len(names) :]
        body.blocks.append(Block(kind.text, names, kind.line, content))

    def _label(self, token: Token) -> str:
        try:
            return unquoted(token) if token.kind == "text" else token.text
        except WrongValueError as error:
            self._report(error.line, error.shown, error.rule, error.remedy)
            return ""

    def _no_block(self, kind: Token, labels: list[Token], token: Token) -> SettingsError:
        """Return the error for a word that is not followed by '=' or a block's opening brace."""
        if token.kind == "line" and self._cursor.skip_lines().is_mark("{"):
            subject = " ".join(each.text for each in [kind, *labels])
            return self._stop(kind, subject, "has its '{' on another line", f"write `{subject} {{`")
        if token.kind == "other" or token.is_mark(":),]"):
            return self._unexpected(token)
        if token.kind == "open_text":
            return self._consequence() or self._open_text(token)
        value = self._cursor.rest_of_line([*labels, token][0]) or "..."
        rule = "is not followed by '=', and is not a block"
        return self._stop(kind, ".".join([*self._at, kind.text]), rule, f"write `{kind.text} = {value}`")

    def _deeper(self, opening: Token) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            rule = f"is nested too deeply: more than {DEPTH_LIMIT} levels"
            raise self._stop(opening, f"'{opening.text}'", rule, "nest fewer brackets")

    # Values

    def _value(self) -> Any:
        start, token = self._cursor.position, self._cursor.next()
        if token.kind == "text":
            return unquoted(token)
        if token.kind == "number":
            return number(token)
        if token.kind == "no_number":
            raise no_number(token)
        if token.kind == "word" and token.text in _LITERALS:
            return _LITERALS[token.text]
        if token.is_mark("["):
            return self._list(token)
        if token.is_mark("{"):
            return self._map(token)
        raise self._no_value(token, start)

    def _no_value(self, token: Token, start: int) -> Exception:
        if token.is_mark(","):
            return WrongValueError(token.line, ",", "is a comma without a value before it", "remove it")
        if token.kind in ("line", "end") or token.is_mark("}]"):
            return WrongValueError(token.line, "", "has no value after its '='", "write one, or remove the key")
        if token.kind == "heredoc":
            self._cursor.position = start
            self._cursor.skip_expression("}")
            remedy = r"write a string in quotes, with \n for line breaks"
            return WrongValueError(token.line, token.text, "is a heredoc; an environment file is data", remedy)
        return self._expression(start)

    def _expression(self, start: int) -> WrongValueError:
        """Return the error for what begins at this token and is not a value, shortened to one line."""
        line = self._cursor.tokens[start].line
        return no_value(line, re.sub(r"\s+", " ", self._cursor.expression(start)).strip()[:60])

    def _list(self, opening: Token) -> tuple[Any, ...]:
        items: list[Any] = []
        self._deeper(opening)
        while not (token := self._cursor.skip_lines()).is_mark("]"):
            if self._begins_other(token):
                raise self._never_closed(opening)
            if token.text == "for":
                raise self._expression(self._cursor.position)
            start = self._cursor.position
            items.append(self._value())
            self._end_of_item(opening, start)
        self._cursor.next()
        self._depth -= 1
        return tuple(items)

    def _end_of_item(self, opening: Token, start: int) -> None:
        """Read the comma after a value of a list."""
        last = self._cursor.previous
        token = self._cursor.skip_lines()
        if token.is_mark(","):
            self._cursor.next()
        elif self._begins_other(token):
            raise self._never_closed(opening)
        elif token.kind in ("text", "word", "number", "no_number") or token.is_mark("[{"):
            shown = f"{last.text} {token.text}"
            raise WrongValueError(last.line, shown, "has no comma between two values", f"write `{last.text},`")
        elif not token.is_mark("]"):
            raise self._expression(start)

    def _begins_other(self, token: Token) -> bool:
        """Return whether the token is after the list: the next key or block, a closing brace, or the end."""
        if token.kind == "end" or token.is_mark("}"):
            return True
        after = self._cursor.tokens[min(self._cursor.position + 1, len(self._cursor.tokens) - 1)]
        is_label = after.kind == "text" and token.column == token.margin
        return token.kind == "word" and (after.is_mark("={") or is_label)

    def _map(self, opening: Token) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        self._deeper(opening)
        while not (token := self._cursor.skip_lines()).is_mark("}"):
            key = self._key(token, opening)
            self._at.append(key)
            if key in values:
                rule = f"is in the map twice, first in line {lines[key]}; the last value would be used"
                self._report(token.line, ".".join(self._at), rule, "keep one of them")
            values[key], lines[key] = self._value(), token.line
            self._end_of_entry(token, opening)
            self._at.pop()
        self._cursor.next()
        self._depth -= 1
        return values

    def _key(self, token: Token, opening: Token) -> str:
        """Read a map's key and the '=' or ':' after it."""
        start = self._cursor.position
        self._cursor.next()
        if token.kind == "end":
            raise self._never_closed(opening)
        if token.kind == "no_number":
            raise WrongValueError(token.line, token.text, "is a key that needs quotes", f'write "{token.text}" = ...')
        if token.kind not in ("word", "text", "number") or token.text == "for":
            raise self._expression(start)
        if not self._cursor.peek().is_mark("=:"):
            label = self._cursor.next() if self._cursor.peek().kind == "text" else None
            if self._cursor.peek().is_mark("{"):
                raise self._never_closed(opening)
            if label:
                remedy = f"write {token.text} = {label.text}"
                raise WrongValueError(token.line, token.text, "is not followed by '='", remedy)
            raise WrongValueError(token.line, token.text, "is not followed by '='", f"write {token.text} = ...")
        self._cursor.next()
        return unquoted(token) if token.kind == "text" else token.text

    def _end_of_entry(self, entry: Token, opening: Token) -> None:
        token = self._cursor.peek()
        if token.kind == "line" or token.is_mark(","):
            self._cursor.next()
        elif token.kind == "end":
            raise self._never_closed(opening)
        elif token.kind in ("text", "word", "number"):
            last = self._cursor.previous
            shown, remedy = f"{last.text} {token.text}", f"write `{last.text},`, or each entry on its own line"
            raise WrongValueError(last.line, shown, "has no comma between two entries", remedy)
        elif not token.is_mark("}"):
            raise WrongValueError(entry.line, f"{entry.text} = ...", DATA_ONLY, "write the value itself")

    # Problems

    def _report(self, line: int, subject: str, rule: str, remedy: str) -> None:
        self.problems.append(Problem(self._file, line, subject, rule, remedy))

    def _stop(self, token: Token, subject: str, rule: str, remedy: str) -> SettingsError:
        self._report(token.line, subject, rule, remedy)
        return SettingsError(self.problems)

    def _consequence(self) -> SettingsError | None:
        """Return the problems so far, if there are any: they are the likely cause of unbalanced brackets."""
        return SettingsError(self.problems) if self.problems else None

    def _never_closed(self, opening: Token | None) -> SettingsError:
        assert opening is not None
        return self._consequence() or self._stop(
            opening, f"'{opening.text}'", "is never closed", f"write the missing '{_CLOSING[opening.text]}'"
        )

    def _open_text(self, token: Token) -> SettingsError:
        subject = f"{'.'.join(self._at)} {token.text[:60].strip()}".strip()
        return self._stop(token, subject, _OPEN_QUOTE, _CLOSE_QUOTE)

    def _unexpected(self, token: Token) -> SettingsError:
        if token.kind == "open_comment":
            return self._stop(token, "/*", "begins a comment that is never closed", "write */ after it")
        if token.kind == "text" and self._cursor.tokens[self._cursor.position + 1].is_mark("=:"):
            return self._stop(token, token.text, "is a key in quotes", f"write {token.text[1:-1]} = ...")
        if token.kind == "open_text":
            return self._open_text(token)
        if self._cursor.rest_of_line(token).startswith(_CONFLICT):
            return self._stop(
                token, self._cursor.rest_of_line(token), "is a Git conflict marker", "resolve the conflict"
            )
        if token.text in ("'", "`"):
            return self._stop(token, token.text, "is not a double quote", 'write double quotes: "..."')
        if token.text.isascii():
            return self._stop(token, f"'{token.text[:60]}'", "is not expected here", _WRITE)
        shown = f"U+{ord(token.text[0]):04X} {unicodedata.name(token.text[0], '')}".strip()
        remedy = "replace it with a plain space, quote, or letter"
        return self._stop(token, shown, "is not an HCL character outside of quotes", remedy)
