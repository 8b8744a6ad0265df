"""Layout of the AWS bindings that can be made lazy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "cdktf_cdktf_provider_aws"
ASSEMBLY = "@cdktf/provider-aws"
VERSION = "20.1.0"
# The last release for CDKTF has the same form. CDK Terrain's bindings are lazy by themselves in Python: docs/exit.md.
VERSIONS = (VERSION, "21.22.1")

# The statement in `_jsii/__init__.py` with which jsii's generator loads the assembly of a package.
_LOADS = tuple(f'JSIIAssembly.load(\n    "{ASSEMBLY}", "{version}",' for version in VERSIONS)
# The last statement in a package's `__init__` before the imports of its submodules.
_PUBLISH = "\npublication.publish()\n"
_EAGER_IMPORT = re.compile(r"from \. import (\w+)")


@dataclass(frozen=True)
class Layout:
    """The content of a package with the expected release and form."""

    #: The source of its `__init__` without the imports of the submodules.
    source: str
    submodules: frozenset[str]


def recognize(package: Path) -> Layout | None:
    """Return the layout of the package in this folder; None if it has another release or form."""
    try:
        assembly = (package / "_jsii" / "__init__.py").read_text(encoding="utf-8")
        source = (package / "__init__.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    before, publish, after = source.partition(_PUBLISH)
    statements = [line for line in after.splitlines() if line and not line.startswith("#")]
    submodules = [found[1] for found in map(_EAGER_IMPORT.fullmatch, statements) if found]
    known = (
        any(load in assembly for load in _LOADS)
        and 0 < len(submodules) == len(statements)
        and not _EAGER_IMPORT.search(before)
        and {entry.name for entry in package.iterdir()}.issuperset(submodules)
    )
    return Layout(before + publish, frozenset(submodules)) if known else None


def jsii_name(submodule: str) -> str:
    """Return jsii's name for a Python submodule: `s3_bucket` is `@cdktf/provider-aws.s3Bucket`."""
    return f"{ASSEMBLY}.{re.sub(r'_([a-z0-9])', lambda found: found[1].upper(), submodule)}"
