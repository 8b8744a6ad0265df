"""Access strings of cache users, in the syntax of Valkey's ACL."""

import difflib
import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: [Valkey, ACL](https://valkey.io/topics/acl/), "Command categories", and the categories of the modules of ElastiCache
#: (JSON, Bloom filters, search).
CATEGORIES = (
    "admin", "all", "bitmap", "blocking", "bloom", "connection", "dangerous", "fast", "geo", "hash", "hyperloglog",
    "json", "keyspace", "list", "pubsub", "read", "scripting", "search", "set", "slow", "sortedset", "stream", "string",
    "transaction", "write",
)  # fmt: skip
#: The same page: keys (~, or %R~ %W~ %RW~), channels (&), commands, and command categories.
_WORD = re.compile(
    r"~\S+|%(R|W|RW|WR)~\S+|&\S+|[+-]@[a-z]+|[+-][a-z][a-z0-9._-]*(\|[a-z0-9._-]+)?|"
    r"allkeys|resetkeys|allchannels|resetchannels|allcommands|nocommands",
    re.IGNORECASE,
)
_EXAMPLE = 'write keys and commands, such as "~app:* +@read +@write"'


def _access(value: str) -> str:
    words = value.split()
    if any(word.startswith((">", "#", "<", "!")) or word in ("nopass", "resetpass", "reset") for word in words):
        raise broken_rule(
            "sets or clears a password; users log in with IAM authentication and have no password", _EXAMPLE
        )
    if any(word in ("on", "off") for word in words):
        raise broken_rule("has on or off, which Groundwork sets", _EXAMPLE)
    for rule, remedy in _invalid_words(value):
        raise broken_rule(rule, remedy)
    if not any(word.startswith(("+", "allcommands")) for word in words):
        raise broken_rule("allows no command", _EXAMPLE)
    return value


def _invalid_words(value: str) -> Iterator[tuple[str, str]]:
    """Yield the rule and the remedy for each invalid word. Parentheses enclose a selector."""
    for word in value.replace("(", " ").replace(")", " ").split():
        category = word[2:].lower() if word[1:2] == "@" else ""
        if not _WORD.fullmatch(word):
            yield f"has {word}, which is not a valid ACL rule", f"{_EXAMPLE}: ~ keys, & channels, + and - commands"
        elif category and category not in CATEGORIES:
            nearest = difflib.get_close_matches(category, CATEGORIES, n=3, cutoff=0.5) or CATEGORIES
            choice = ", ".join(f"{word[:2]}{each}" for each in nearest)
            yield f"has {word}, and there is no such command category", f"write one of {choice}"


#: The `access` of a cache's `user` block.
Access = Annotated[str, AfterValidator(_access)]
