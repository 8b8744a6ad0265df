"""Access to a bucket, as written in blocks of the compute module: `read_write:uploads/`."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

_ACCESS = re.compile(r"(read|write|read_write)(?::([^/*?][^*?]*))?")


def _bucket_access(value: str) -> str:
    if not _ACCESS.fullmatch(value):
        rule = "is not a kind of bucket access"
        prefix = value.partition(":")[2]
        if _ACCESS.fullmatch(value.partition(":")[0]) and prefix:
            rule = "has a prefix that begins with / or contains * or ?"
            meant = prefix.lstrip("/").partition("*")[0].partition("?")[0]
            raise broken_rule(rule, f'write only the beginning of the object keys: "{value.partition(":")[0]}:{meant}"')
        raise broken_rule(rule, 'write read, write, or read_write, with a prefix to limit it: "write:uploads/"')
    return value


BucketAccess = Annotated[str, AfterValidator(_bucket_access)]


def bucket_rights(buckets: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the buckets, each with read, write, or read_write and the prefix."""
    found = {label: _ACCESS.fullmatch(value) for label, value in buckets.items()}
    return {label: (match[1], match[2] or "") for label, match in found.items() if match}
