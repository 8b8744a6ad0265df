"""Tags of every resource: what AWS accepts, and which tags Groundwork sets itself."""

import re
from collections.abc import Iterator, Mapping

from modules.foundation.problems import Finding

#: [Tag Editor User Guide, Tag naming limits and requirements]
#: (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html).
KEY_LIMIT = 128
VALUE_LIMIT = 256
TAGS_LIMIT = 50
#: Tags that Groundwork sets on every resource, or on some. A different value in an environment file would be
#: overwritten, and AWS Backup selects resources by `backup`.
OURS = ("product", "environment", "tier", "managed_by", "Name", "backup")
#: How many tags AWS's limit leaves for environment files.
ROOM = TAGS_LIMIT - len(OURS)
#: [IAM User Guide, Rules for tagging in IAM and AWS STS](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html):
#: IAM is the strictest of the services: it allows the fewest characters, and its keys are not case sensitive.
_TEXT = re.compile(r"[\w +\-=.:/@]*")
_CHARACTERS = "letters, digits, spaces and _ . : / = + - @"


def tag_findings(tags: Mapping[str, str]) -> Iterator[Finding]:
    """Yield tags that AWS does not accept on every resource, and tags that Groundwork would overwrite."""
    if len(tags) > ROOM:
        rule = f"has {len(tags)} keys; a resource can have {TAGS_LIMIT} tags, of which Groundwork sets {len(OURS)}"
        yield Finding(("tags",), None, rule, f"write at most {ROOM}")
    earlier: dict[str, str] = {}
    for key, value in tags.items():
        problem = _key_problem(key, earlier) or _value_problem(value)
        if problem:
            yield Finding(("tags", key), value, *problem)
        earlier.setdefault(key.lower(), key)


def _key_problem(key: str, earlier: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the rule and remedy if the key is not valid."""
    if not key or len(key) > KEY_LIMIT:
        return f"has a key of {len(key)} characters, but AWS allows 1 to {KEY_LIMIT}", "write another key"
    if not _TEXT.fullmatch(key):
        rule = f"has a key with characters that IAM does not allow: it allows {_CHARACTERS}"
        return rule, "write the key with these characters only"
    if key.lower().startswith("aws:"):
        return "has a key that begins with aws:, which AWS reserves for itself", "write the key without it"
    ours = next((each for each in OURS if each.lower() == key.lower()), None)
    if ours:
        return (
            f"would be overwritten: Groundwork sets the tag {ours} itself",
            "remove it, or write another key",
        )
    if key.lower() in earlier:
        rule = f"has a key that differs from {earlier[key.lower()]} only in case, and IAM treats both as the same key"
        return rule, "keep one of them"
    return None


def _value_problem(value: str) -> tuple[str, str] | None:
    if len(value) > VALUE_LIMIT:
        return f"has {len(value)} characters, but AWS allows {VALUE_LIMIT} in a value", "write a shorter value"
    if not _TEXT.fullmatch(value):
        rule = f"has characters that IAM does not allow: it allows {_CHARACTERS}"
        return rule, "write the value with these characters only"
    return None
