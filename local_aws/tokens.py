"""Tokens of the small languages of CloudWatch: metric math, and the rules of composite alarms."""

import re
from collections.abc import Callable


def tokens(pattern: re.Pattern[str], text: str, error: Callable[[str], Exception]) -> list[re.Match[str]]:
    """Return the tokens of a text. Raises the error that `error` returns for the rest that is no token."""
    found, position = [], 0
    while position < len(text.rstrip()):
        token = pattern.match(text, position)
        if not token:
            raise error(text[position:].strip())
        found.append(token)
        position = token.end()
    return found
