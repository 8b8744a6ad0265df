"""Tokens of an HCL file, each with its place."""

import re
from collections.abc import Iterator
from typing import NamedTuple

#: Characters that, directly after digits, mean that the token is not a number: 1_000, 0x64, 100%, 10.0.0.0/8, 18:30.
_RUN_ON = r"(?:[\w.%-]|/(?![/*])|:(?=\d))"
#: The kinds of tokens; the first that matches is used ([HCL Native Syntax Specification, Lexical Elements]
#: (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md)).
_KINDS = {
    "blank": r"[ \t\r]+",
    "comment": r"#[^\n]*|//[^\n]*|/\*.*?\*/",
    "open_comment": r"/\*.*",
    "line": r"\n",
    "text": r'"(?:\\[^\n]|[^"\\\n])*"',
    "open_text": r'"[^\n]*',
    "heredoc": r"<<-?\w+",
    "number": rf"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?!{_RUN_ON})",
    "no_number": rf"-?[0-9]{_RUN_ON}*",
    "word": r"[^\W\d][\w-]*",
    "mark": r"[{}()\[\],:]|=(?![=>])",
    # Operators, and characters that have no meaning in HCL.
    "other": r"==|=>|.",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()), re.DOTALL)


class Token(NamedTuple):
    """One word, string, number, or mark."""

    kind: str
    text: str
    line: int
    start: int
    column: int
    margin: int
    """The column of the line's first token."""

    def is_mark(self, marks: str) -> bool:
        """Return whether it is one of these marks."""
        return self.kind == "mark" and self.text in marks


def tokens(text: str) -> Iterator[Token]:
    """Yield the text's tokens without spaces and comments, and finally one of the kind "end"."""
    line, line_start, margin = 1, 0, -1
    for match in _TOKEN.finditer(text):
        kind, column = match.lastgroup or "", match.start() - line_start
        if kind not in ("blank", "comment"):
            margin = column if margin < 0 else margin
            yield Token(kind, match[0], line, match.start(), column, margin)
        if breaks := match[0].count("\n"):
            line, line_start, margin = line + breaks, match.start() + match[0].rindex("\n") + 1, -1
    yield Token("end", "", line, len(text), 0, 0)
