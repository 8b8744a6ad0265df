"""Reading files: the text, or a problem that says why the file cannot be read."""

import re
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from modules.foundation.problems import Problem, SettingsError, raise_problems

#: The largest file that is read, in bytes: thirty times the size of a complete production environment.
SIZE_LIMIT = 256 * 1024

_KINDS = ((stat.S_ISDIR, "is a folder, not a file"), (stat.S_ISREG, ""))
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: Invisible characters: control characters except tabs and line breaks, zero-width spaces, and marks that change the
#: text direction ([Unicode Technical Report 36, Bidirectional Text Spoofing]
#: (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing)).
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


def read_bytes(path: Path) -> bytes:
    """Return the file's content. Raises SettingsError if it is not a file, cannot be read, or is too large."""
    try:
        status = path.stat()
        rule = next((rule for is_kind, rule in _KINDS if is_kind(status.st_mode)), "is a device or pipe, not a file")
        if rule:
            raise _error(path, rule, "replace it with an environment file, or remove it")
        if status.st_size > SIZE_LIMIT:
            rule = f"has {status.st_size} bytes; an environment file can have at most {SIZE_LIMIT}"
            raise _error(path, rule, "remove everything that is not a setting")
        return path.read_bytes()
    except OSError as error:
        # The reason comes from the operating system: a broken link, a loop of links, no permission.
        link = f"is a link to {path.readlink()} and " if path.is_symlink() else ""
        reason = (error.strerror or type(error).__name__).lower()
        raise _error(path, f"{link}cannot be read: {reason}", "make it readable, or remove it") from None


def read_text(path: Path) -> str:
    """Return the file's text with Unix line breaks. Raises SettingsError if it is not UTF-8, or empty."""
    content = read_bytes(path)
    if content.startswith(_UTF_16):
        raise _error(path, "is UTF-16", "save the file in UTF-8")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        subject = f"byte 0x{content[error.start]:02x}"
        line = content[: error.start].count(b"\n") + 1
        raise _error(path, "is not UTF-8", "save the file in UTF-8", subject, line) from None
    if not text.strip():
        remedy = "write an environment into it, or remove it; envs/dev.hcl is an example"
        raise _error(path, "is empty", remedy, line=1)
    raise_problems(_invisible_characters(path, text))
    return text


def _invisible_characters(path: Path, text: str) -> Iterator[Problem]:
    if found := _INVISIBLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        shown = f"U+{ord(found[0]):04X} {unicodedata.name(found[0], 'control character')}"
        yield Problem(path.as_posix(), line, shown, "is an invisible character", "remove it")


def _error(path: Path, rule: str, remedy: str, subject: str = "the file", line: int = 0) -> SettingsError:
    return SettingsError([Problem(path.as_posix(), line, subject, rule, remedy)])
