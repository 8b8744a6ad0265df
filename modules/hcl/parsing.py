"""HCL parser: a file as attributes and blocks, each with its line.

An environment file is data. Variables, functions, and interpolation are errors: CDKTF would pass them on, and
Terraform would evaluate them. The rest of HCL's grammar is small ("HCL Native Syntax Specification, Structural
Elements" and the literals of "Expressions"), and this parser's messages say how to correct a mistake.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modules.foundation.problems import Problem, SettingsError, raise_problems
from modules.hcl.files import read_text
from modules.hcl.literals import DATA_ONLY, WrongValueError, no_number, number, unquoted
from modules.hcl.tokens import Token, tokens

#: How deeply blocks, lists, and maps can be nested. Environments need six levels.
DEPTH_LIMIT = 40

_OPEN_QUOTE = "has a quote that is not closed on its line"
_CLOSE_QUOTE = r'add or remove a "; write a line break as \n'
_WRITE = 'write `key = value` or `block "label" {`'
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_LITERALS = {"true": True, "false": False, "null": None}
#: What people write for true and false, from YAML and Python.
_TRUE_FALSE = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
#: Syntax of other languages: its form, the rule, and the remedy, in which {0} is the form's first group.
_FOREIGN_SYNTAX = (
    (re.compile(r"(yes|on|true|no|off|false)", re.IGNORECASE), "is not an HCL value", "write {1}"),
    (re.compile(r"['`]([^'`]*)['`]"), "is not in double quotes", 'write double quotes: "{0}"'),
    (re.compile(r"(.*);"), "ends in a semicolon, which HCL does not use", "write {0}"),
    (re.compile(r"\+([0-9.]+)"), "is not a number: numbers have no plus sign", "write {0}"),
    (re.compile(r"(\.[0-9]+)"), "is not a number: numbers begin with a digit", "write 0{0}"),
)
#: A string without quotes, and the beginning of a reference to a Terraform object.
_BARE_STRING = re.compile(r"[^\W\d][\w.:/@*-]*")
_REFERENCE = re.compile(r"(var|local|data|module|each|self|path|count|terraform|aws_\w+)\.")


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
    """The tokens of one file, and the position of the next one."""

    def __init__(self, file: str, text: str) -> None:
        self._file, self._text = file, text
        self._tokens = list(tokens(text))
        self._position = 0
        self._at: list[str] = []
        self._depth = 0
        self._unclosed: Token | None = None
        self._closed_early: Token | None = None
        self.problems: list[Problem] = []

    def file(self) -> Body:
        """Return the whole file. Raises SettingsError at an error after which parsing cannot continue."""
        for token in self._tokens:
            if token.kind == "open_comment" or (token.kind == "other" and not token.text.isascii()):
                raise self._unexpected(token)
        return self._body(None)

    # Structure

    def _body(self, opening: Token | None) -> Body:
        """Read up to the closing brace, or the end of the file."""
        body = Body()
        while True:
            token = self._skip_lines()
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
        self._next()

    def _item(self, token: Token, opening: Token | None, body: Body) -> None:
        """Read an attribute or a block."""
        misindented = opening and token.line > opening.line and token.column <= opening.margin
        if misindented and self._unclosed is None:
            self._unclosed = opening
        if token.kind != "word":
            raise self._unexpected(token)
        self._next()
        if self._peek().is_mark("="):
            self._next()
            self._attribute(token, body)
        else:
            self._block(token, body)

    def _attribute(self, name: Token, body: Body) -> None:
        start, depth, at = self._position, self._depth, list(self._at)
        self._at.append(name.text)
        try:
            body.attributes.append(Attribute(name.text, self._value(), name.line))
            self._end_of_attribute(start)
        except WrongValueError as error:
            self._position, self._depth = start, depth
            self._skip_expression("}")
            self._report_value(self._open_quote(start) or error)
        self._at = at

    def _report_value(self, error: WrongValueError) -> None:
        self._report(error.line, f"{'.'.join(self._at)} {error.shown}".strip(), error.rule, error.remedy)

    def _open_quote(self, start: int) -> WrongValueError | None:
        """Return the error for a missing or superfluous quote, if that is why the value cannot be read."""
        for token in self._tokens[start : self._position]:
            if token.kind == "open_text":
                return WrongValueError(token.line, token.text[:60].strip(), _OPEN_QUOTE, _CLOSE_QUOTE)
        return None

    def _end_of_attribute(self, start: int) -> None:
        token = self._peek()
        if token.kind in ("line", "end") or token.is_mark("}"):
            return
        value = self._tokens[self._position - 1]
        if token.is_mark(",") or (token.kind in ("word", "text", "number") and token.line == value.line):
            shown = f"{value.text} {token.text}" if value.kind != "mark" else token.text
            rule = "has something after its value: a key has one value, and each key is on its own line"
            raise WrongValueError(token.line, shown, rule, "remove it, or write a list: [ ... ]")
        raise self._expression(start)

    def _block(self, kind: Token, body: Body) -> None:
        labels = []
        while self._peek().kind in ("text", "word"):
            labels.append(self._next())
        opening = self._peek()
        if not opening.is_mark("{"):
            raise self._no_block(kind, labels, opening)
        self._next()
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
        if token.kind == "line" and self._skip_lines().is_mark("{"):
            subject = " ".join(each.text for each in [kind, *labels])
            return self._stop(kind, subject, "has its '{' on another line", f"write `{subject} {{`")
        if token.kind == "other" or token.is_mark(":),]"):
            return self._unexpected(token)
        if token.kind == "open_text":
            return self._consequence() or self._open_text(token)
        value = self._text_of([*labels, token]) or "..."
        rule = "is not followed by '=', and is not a block"
        return self._stop(kind, ".".join([*self._at, kind.text]), rule, f"write `{kind.text} = {value}`")

    def _text_of(self, these: list[Token]) -> str:
        first = these[0]
        end = self._text.find("\n", first.start)
        found = self._text[first.start : end if end >= 0 else len(self._text)]
        return re.sub(r"\s*(#|//).*", "", found)[:60].strip()

    def _deeper(self, opening: Token) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            rule = f"is nested too deeply: more than {DEPTH_LIMIT} levels"
            raise self._stop(opening, f"'{opening.text}'", rule, "nest fewer brackets")

    # Values

    def _value(self) -> Any:
        start, token = self._position, self._next()
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
            self._position = start
            self._skip_expression("}")
            remedy = r"write a string in quotes, with \n for line breaks"
            return WrongValueError(token.line, token.text, "is a heredoc; an environment file is data", remedy)
        return self._expression(start)

    def _expression(self, start: int) -> WrongValueError:
        """Return the error for what begins at this token and is not a value: foreign syntax, or an expression."""
        line, shown = self._tokens[start].line, self._source(start)
        for form, rule, remedy in _FOREIGN_SYNTAX:
            if found := form.fullmatch(shown):
                return WrongValueError(
                    line, shown, rule, remedy.format(found[1], _TRUE_FALSE.get(found[1].lower(), ""))
                )
        if not _REFERENCE.match(shown) and _BARE_STRING.fullmatch(shown):
            return WrongValueError(line, shown, "is a string without quotes", f'write it in quotes: "{shown}"')
        return WrongValueError(line, shown, DATA_ONLY, "write the value itself")

    def _source(self, start: int) -> str:
        """Return an expression as it was written, shortened to one line."""
        self._position = start
        self._skip_expression("},]")
        end = self._peek().start
        return re.sub(r"\s+", " ", self._text[self._tokens[start].start : end]).strip()[:60]

    def _list(self, opening: Token) -> tuple[Any, ...]:
        items: list[Any] = []
        self._deeper(opening)
        while not (token := self._skip_lines()).is_mark("]"):
            if self._begins_other(token):
                raise self._never_closed(opening)
            if token.text == "for":
                raise self._expression(self._position)
            start = self._position
            items.append(self._value())
            self._end_of_item(opening, start)
        self._next()
        self._depth -= 1
        return tuple(items)

    def _end_of_item(self, opening: Token, start: int) -> None:
        """Read the comma after a value of a list."""
        last = self._tokens[self._position - 1]
        token = self._skip_lines()
        if token.is_mark(","):
            self._next()
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
        after = self._tokens[min(self._position + 1, len(self._tokens) - 1)]
        is_label = after.kind == "text" and token.column == token.margin
        return token.kind == "word" and (after.is_mark("={") or is_label)

    def _map(self, opening: Token) -> dict[str, Any]:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        self._deeper(opening)
        while not (token := self._skip_lines()).is_mark("}"):
            key = self._key(token, opening)
            self._at.append(key)
            if key in values:
                rule = f"is in the map twice, first in line {lines[key]}; the last value would be used"
                self._report(token.line, ".".join(self._at), rule, "keep one of them")
            values[key], lines[key] = self._value(), token.line
            self._end_of_entry(token, opening)
            self._at.pop()
        self._next()
        self._depth -= 1
        return values

    def _key(self, token: Token, opening: Token) -> str:
        """Read a map's key and the '=' or ':' after it."""
        start = self._position
        self._next()
        if token.kind == "end":
            raise self._never_closed(opening)
        if token.kind == "no_number":
            raise WrongValueError(token.line, token.text, "is a key that needs quotes", f'write "{token.text}" = ...')
        if token.kind not in ("word", "text", "number") or token.text == "for":
            raise self._expression(start)
        if not self._peek().is_mark("=:"):
            label = self._next() if self._peek().kind == "text" else None
            if self._peek().is_mark("{"):
                raise self._never_closed(opening)
            if label:
                remedy = f"write {token.text} = {label.text}"
                raise WrongValueError(token.line, token.text, "is not followed by '='", remedy)
            raise WrongValueError(token.line, token.text, "is not followed by '='", f"write {token.text} = ...")
        self._next()
        return unquoted(token) if token.kind == "text" else token.text

    def _end_of_entry(self, entry: Token, opening: Token) -> None:
        token = self._peek()
        if token.kind == "line" or token.is_mark(","):
            self._next()
        elif token.kind == "end":
            raise self._never_closed(opening)
        elif token.kind in ("text", "word", "number"):
            last = self._tokens[self._position - 1]
            shown, remedy = f"{last.text} {token.text}", f"write `{last.text},`, or each entry on its own line"
            raise WrongValueError(last.line, shown, "has no comma between two entries", remedy)
        elif not token.is_mark("}"):
            raise WrongValueError(entry.line, f"{entry.text} = ...", DATA_ONLY, "write the value itself")

    # Places and problems

    def _peek(self) -> Token:
        return self._tokens[self._position]

    def _next(self) -> Token:
        token = self._tokens[self._position]
        self._position = min(self._position + 1, len(self._tokens) - 1)
        return token

    def _skip_lines(self) -> Token:
        while self._peek().kind == "line":
            self._next()
        return self._peek()

    def _skip_expression(self, ends: str) -> None:
        """Skip everything up to the end of the line, or one of these marks, outside of brackets."""
        depth = 0
        while (token := self._peek()).kind != "end":
            if depth <= 0 and (token.kind == "line" or token.is_mark(ends)):
                return
            if token.kind == "heredoc":
                self._skip_heredoc(token.text.lstrip("<-"))
            depth += token.is_mark("{[(") - token.is_mark("}])")
            self._next()

    def _skip_heredoc(self, marker: str) -> None:
        """Skip a heredoc's lines up to its closing marker."""
        while (token := self._peek()).kind != "end" and not (token.text == marker and token.column == token.margin):
            self._next()

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
        if token.kind == "text" and self._tokens[self._position + 1].is_mark("=:"):
            return self._stop(token, token.text, "is a key in quotes", f"write {token.text[1:-1]} = ...")
        if token.kind == "open_text":
            return self._open_text(token)
        if self._text_of([token]).startswith(_CONFLICT):
            return self._stop(token, self._text_of([token]), "is a Git conflict marker", "resolve the conflict")
        if token.text in ("'", "`"):
            return self._stop(token, token.text, "is not a double quote", 'write double quotes: "..."')
        if token.text.isascii():
            return self._stop(token, f"'{token.text[:60]}'", "is not expected here", _WRITE)
        shown = f"U+{ord(token.text[0]):04X} {unicodedata.name(token.text[0], '')}".strip()
        remedy = "replace it with a plain space, quote, or letter"
        return self._stop(token, shown, "is not an HCL character outside of quotes", remedy)
