"""Markdown that contains values: a value can neither end its code nor begin anything else.

"GitHub Flavored Markdown Spec" (https://github.github.com/gfm/): nothing is interpreted in code, neither HTML nor
mentions, and a fence ends only at a line of at least as many backticks as it began with. GitLab also ignores quick
actions in code, such as `/merge` ("GitLab quick actions", https://docs.gitlab.com/user/project/quick_actions/).
"""

import re
import unicodedata
from collections.abc import Iterable

_BACKTICKS = re.compile(r"`+")
#: Outside code, these begin HTML, mentions, references, links, emphasis, and tables; not an underscore within a word.
_SPECIAL = re.compile(r"[\\*~\[\]|!#$%&<>@]|(?<!\w)_|_(?!\w)")
_CODE = re.compile(r"(`[^`]+`)")


def code(text: str) -> str:
    """Return the text as code within a line. A pipe is escaped, so that it also fits into a table."""
    text = visible(text).replace("|", r"\|")
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def fenced(lines: Iterable[str], language: str = "") -> list[str]:
    """Return the lines as a block of code."""
    shown = [visible(line) for line in lines]
    longest = max((len(run) for line in shown for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *shown, fence]


def prose(text: str) -> str:
    """Return a sentence, in which text between single backticks stays code."""
    text = visible(text)
    if "``" in text or text.count("`") % 2:
        text = text.replace("`", "'")
    parts = _CODE.split(text)
    return "".join(part if number % 2 else _escaped(part) for number, part in enumerate(parts))


def visible(text: str) -> str:
    """Return the text in one line: what would break the line, or is invisible, as its code point."""
    return "".join(each if _is_visible(each) else _code_point(each) for each in text)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};" if found[0] in "&<>@#!$%" else f"\\{found[0]}", text)


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")


def _code_point(character: str) -> str:
    return {"\n": r"\n", "\t": r"\t", "\r": r"\r"}.get(character, f"\\u{ord(character):04x}")
