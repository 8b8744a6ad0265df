"""The tags of every resource: what AWS takes as one, and which are ours."""

import re
from collections.abc import Iterator, Mapping

from modules.foundation.problems import Finding

#: [Tag Editor User Guide, Tag naming limits and requirements]
#: (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html).
KEY_LIMIT = 128
VALUE_LIMIT = 256
TAGS_LIMIT = 50
#: Tags that Groundwork writes: of every resource, and of some. A value of somebody else's would lose to ours, and
#: `backup` is what AWS Backup chooses by.
OURS = ("product", "environment", "tier", "managed_by", "Name", "backup")
#: What is left of AWS's limit.
ROOM = TAGS_LIMIT - len(OURS)
#: [IAM User Guide, Rules for tagging in IAM and AWS STS](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html):
#: the strictest of the services that get the tags, in its characters, and since it compares keys without their case.
_TEXT = re.compile(r"[\w +\-=.:/@]*")
_CHARACTERS = "letters, digits, spaces and _ . : / = + - @"


def tag_findings(tags: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what AWS does not take as a tag of every resource, and what would not be written."""
    if len(tags) > ROOM:
        rule = f"are {len(tags)}; a resource takes {TAGS_LIMIT}, of which {len(OURS)} are Groundwork's own"
        yield Finding(("tags",), None, rule, f"write {ROOM} at most")
    earlier: dict[str, str] = {}
    for key, value in tags.items():
        wrong = _wrong_with_key(key, earlier) or _wrong_with_value(value)
        if wrong:
            yield Finding(("tags", key), value, *wrong)
        earlier.setdefault(key.lower(), key)


def _wrong_with_key(key: str, earlier: Mapping[str, str]) -> tuple[str, str] | None:
    """Return rule and remedy when the key is none."""
    if not key or len(key) > KEY_LIMIT:
        return f"has a key of {len(key)} characters, and AWS takes 1 to {KEY_LIMIT}", "write another key"
    if not _TEXT.fullmatch(key):
        return f"has a key with characters that IAM does not take: {_CHARACTERS} only", "write the key with these"
    if key.lower().startswith("aws:"):
        return "has a key that begins with aws:, which AWS keeps for itself", "write the key without it"
    ours = next((each for each in OURS if each.lower() == key.lower()), None)
    if ours:
        return (
            f"would be overwritten: {ours} is a tag that Groundwork writes itself",
            "take it out, or write another key",
        )
    if key.lower() in earlier:
        rule = f"has a key that differs from {earlier[key.lower()]} only in case, and IAM takes these for one"
        return rule, "keep one of them"
    return None


def _wrong_with_value(value: str) -> tuple[str, str] | None:
    if len(value) > VALUE_LIMIT:
        return f"has {len(value)} characters, and AWS takes {VALUE_LIMIT} in a value", "write a shorter value"
    if not _TEXT.fullmatch(value):
        return f"has characters that IAM does not take: {_CHARACTERS} only", "write the value with these"
    return None
