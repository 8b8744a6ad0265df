"""Tables in Markdown."""

from collections.abc import Iterable


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table, without a line break at its end."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"|{'|'.join(_cell(each) for each in line)}|" for line in lines)


def _cell(text: str) -> str:
    return text if text == "---" else f" {text.replace('|', '&#124;')} "
