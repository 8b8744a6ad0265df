"""Cursor over the tokens of an HCL file."""

import re

from modules.hcl.tokens import Token, tokens


class Cursor:
    """The tokens of a text, and the position of the next one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.tokens = list(tokens(text))
        self.position = 0

    @property
    def previous(self) -> Token:
        """The token that was read last."""
        return self.tokens[self.position - 1]

    def peek(self) -> Token:
        """Return the next token without reading it."""
        return self.tokens[self.position]

    def next(self) -> Token:
        """Read and return the next token. The end of the file can be read again and again."""
        token = self.tokens[self.position]
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def skip_lines(self) -> Token:
        """Skip line breaks, and return the next token without reading it."""
        while self.peek().kind == "line":
            self.next()
        return self.peek()

    def skip_expression(self, ends: str) -> None:
        """Skip everything up to the end of the line, or one of these marks, outside of brackets."""
        depth = 0
        while (token := self.peek()).kind != "end":
            if depth <= 0 and (token.kind == "line" or token.is_mark(ends)):
                return
            if token.kind == "heredoc":
                self._skip_heredoc(token.text.lstrip("<-"))
            depth += token.is_mark("{[(") - token.is_mark("}])")
            self.next()

    def expression(self, start: int) -> str:
        """Skip the expression that begins at this position, and return it as it was written."""
        self.position = start
        self.skip_expression("},]")
        return self._text[self.tokens[start].start : self.peek().start]

    def rest_of_line(self, token: Token) -> str:
        """Return the text from a token to the end of its line, without a comment and shortened."""
        end = self._text.find("\n", token.start)
        found = self._text[token.start : end if end >= 0 else len(self._text)]
        return re.sub(r"\s*(#|//).*", "", found)[:60].strip()

    def _skip_heredoc(self, marker: str) -> None:
        """Skip a heredoc's lines up to its closing marker."""
        while (token := self.peek()).kind != "end" and not (token.text == marker and token.column == token.margin):
            self.next()
