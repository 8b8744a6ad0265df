"""Patterns of tags that start a build. An asterisk matches any number of characters."""

import re

from modules.foundation.problems import broken_rule

_ALLOWED = re.compile(r"[A-Za-z0-9._*-]{1,128}")
#: A pattern that matches every tag with three numbers, and few others.
VERSIONS = "*.*.*"


def tag_pattern(value: str) -> str:
    """Return the pattern if it selects tags. Raises an error for one that any tag could match."""
    if not _ALLOWED.fullmatch(value):
        rule = "is not a pattern of tags: letters, digits, and . _ - with * for any characters"
        raise broken_rule(rule, f'write one such as "{VERSIONS}" or "1.*.*"')
    if value.count(".") < 2 or "**" in value:
        # [Amazon EventBridge User Guide, Comparison operators, Wildcard matching]
        # (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html): no consecutive
        # wildcards.
        rule = "is not the pattern of a semantic version, and would also match tags such as latest or a branch"
        raise broken_rule(rule, f'write one with three numbers or wildcards, "{VERSIONS}" or "v1.*.*"')
    return value
