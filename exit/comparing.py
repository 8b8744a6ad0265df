"""Comparison of two synthesized stacks: each difference with the resource's address and the key.

A pair may change three values, and each only to what the pair is pinned to: the version of CDKTF in the metadata, the
provider's version, and how the provider's source is written. Another source would be another provider to the state.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exit.pairs import Pair

#: Terraform completes a source with its registry and namespace. The state has the complete address.
SOURCES = ("aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws")
METADATA_VERSION = ("//", "metadata", "version")
PROVIDER = ("terraform", "required_providers", "aws")
#: The value of a key that only the other side has.
ABSENT = "(absent)"

Path_ = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A value that differs: where, in this checkout, and in the renamed copy."""

    stack: str
    address: str
    """The resource's address, or the block at the top of the file."""
    key: str
    here: Any
    there: Any

    def __str__(self) -> str:
        return f"{self.stack}: {self.address}: {self.key}: {json.dumps(self.here)} -> {json.dumps(self.there)}"


def stacks(output: Path) -> dict[str, Any]:
    """Return each stack that CDKTF wrote into the folder, by its name."""
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(output.glob("stacks/*/cdk.tf.json"))}


def compare(here: dict[str, Any], there: dict[str, Any], pair: Pair) -> list[Difference]:
    """Return what differs beyond the three values."""
    return [
        _difference(stack, path, values)
        for stack in sorted(here.keys() | there.keys())
        for path, *values in _differing(here.get(stack, ABSENT), there.get(stack, ABSENT), ())
        if not _is_expected(path, values, pair)
    ]


def _differing(here: Any, there: Any, path: Path_) -> Iterator[tuple[Path_, Any, Any]]:
    if isinstance(here, dict) and isinstance(there, dict):
        for key in sorted(here.keys() | there.keys()):
            yield from _differing(here.get(key, ABSENT), there.get(key, ABSENT), (*path, key))
    elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        for index, values in enumerate(zip(here, there, strict=True)):
            yield from _differing(*values, (*path, str(index)))
    # Python's 1 equals True and 1.0; Terraform's do not.
    elif json.dumps(here) != json.dumps(there):
        yield path, here, there


def _is_expected(path: Path_, values: list[Any], pair: Pair) -> bool:
    here, there = values
    if path == (*PROVIDER, "source"):
        return here in SOURCES and there in SOURCES
    return (path, there) in ((METADATA_VERSION, pair.library_version), ((*PROVIDER, "version"), pair.provider))


def _difference(stack: str, path: Path_, values: list[Any]) -> Difference:
    """Name the resource as Terraform does: its type and its name are the first two keys below `resource`."""
    size = {"resource": 3, "data": 3}.get(path[0], 1) if path else 0
    named = path[1:size] if path[:1] == ("resource",) else path[:size]
    return Difference(stack, ".".join(named) or "stack", ".".join(path[size:]) or "(all)", *values)
