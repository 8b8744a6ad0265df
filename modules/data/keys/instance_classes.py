"""DB instance classes and cache node types: families and their sizes, by engine.

[Amazon RDS User Guide, Supported DB engines for DB instance classes]
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html),
[Amazon Aurora User Guide, Supported DB engines for DB instance classes]
(https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.SupportAurora.html) and
[Amazon ElastiCache User Guide, Supported node types]
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html). The tables omit RDS families
that support none of our engine versions (m1 to m4, r3, r4, t1, t2). A test compares the tables with the lists from
AWS's API in cfn-lint. A class that AWS releases later must be added here before it can be used; otherwise a misspelled
class would fail only at the apply.
"""

import difflib
from collections.abc import Mapping

from modules.data.database.keys.engines import EngineName

_TO_16 = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"
_TO_24 = f"{_TO_16} 24xlarge"
_TO_32 = f"{_TO_24} 32xlarge"
_TO_48 = f"{_TO_24} 48xlarge"
_BURSTABLE = "micro small medium large xlarge 2xlarge"

_RDS = {
    "m5": _TO_24,
    "m5d": _TO_24,
    "m6g": _TO_16,
    "m6gd": _TO_16,
    "m6i": _TO_32,
    "m6id": _TO_32,
    "m6idn": _TO_32,
    "m6in": _TO_32,
    "m7g": _TO_16,
    "m7i": _TO_48,
    "m8a": _TO_48,
    "m8g": _TO_48,
    "m8gd": _TO_48,
    "m9g": _TO_48,
    "r5": _TO_24,
    "r5b": _TO_24,
    "r5d": _TO_24,
    "r6g": _TO_16,
    "r6gd": _TO_16,
    "r6i": _TO_32,
    "r6id": _TO_32,
    "r6idn": _TO_32,
    "r6in": _TO_32,
    "r7g": _TO_16,
    "r7i": _TO_48,
    "r8a": _TO_48,
    "r8g": _TO_48,
    "r8gd": _TO_48,
    "t3": _BURSTABLE,
    "t4g": _BURSTABLE,
    "x2g": _TO_16,
    "x2iedn": "xlarge 2xlarge 4xlarge 8xlarge 16xlarge 24xlarge 32xlarge",
}
#: The API lists more sizes of t3 and t4g for Aurora than the page; this table follows the page.
_AURORA = {
    "r5": _TO_24,
    "r6g": _TO_16,
    "r6i": _TO_32,
    "r6id": "24xlarge 32xlarge",
    "r7g": _TO_16,
    "r7i": _TO_48,
    "r8a": _TO_48,
    "r8g": _TO_48,
    "t3": "medium large",
    "t4g": "medium large",
    "x2g": _TO_16,
}
_OPTIMIZED_READS = {
    "r6gd": _TO_16.removeprefix("large "),
    "r8gd": _TO_48.removeprefix("large "),
}
DATABASE_CLASSES: Mapping[EngineName, Mapping[str, str]] = {
    "aurora-mysql": _AURORA,
    "aurora-postgresql": {**_AURORA, **_OPTIMIZED_READS},
    "mysql": _RDS,
    "postgres": _RDS,
}
_SMALL = "micro small medium"
CACHE_NODES: Mapping[str, str] = {
    "c7gn": _TO_16,
    "c8gn": _TO_16,
    "m4": "large xlarge 2xlarge 4xlarge 10xlarge",
    "m5": "large xlarge 2xlarge 4xlarge 12xlarge 24xlarge",
    "m6g": _TO_16,
    "m7g": _TO_16,
    "m8g": _TO_16,
    "r4": "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge",
    "r5": "large xlarge 2xlarge 4xlarge 12xlarge 24xlarge",
    "r6g": _TO_16,
    "r7g": _TO_16,
    "r8g": _TO_16,
    "t2": _SMALL,
    "t3": _SMALL,
    "t4g": _SMALL,
}
#: Node types with SSDs, which require data tiering; our caches have none: [Amazon ElastiCache User Guide, Data tiering]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/data-tiering.html).
TIERED_NODES: Mapping[str, str] = {"r6gd": _TO_16.removeprefix("large ")}


def instead_of(chosen: str, prefix: str, families: Mapping[str, str]) -> str:
    """Return the remedy for an instance class or a node type that the families do not have."""
    family, _, size = chosen.removeprefix(prefix).partition(".")
    if is_among(f"{prefix}{chosen}", prefix, families):
        return f'write "{prefix}{chosen}"'
    if family in families:
        choice = f"{family} has {', '.join(families[family].split())}"
    else:
        nearest = difflib.get_close_matches(family, families, n=2, cutoff=0.4)
        choice = f"families are {', '.join(sorted(families))}"
        similar = [f'"{prefix}{each}.{size}"' for each in nearest if size in families[each].split()]
        choice = f"write {' or '.join(similar)}; {choice}" if similar else choice
    return f"{choice}; if it is new, add it to modules/data/keys/instance_classes.py"


def is_among(chosen: str, prefix: str, families: Mapping[str, str]) -> bool:
    """Return whether a class such as `db.r7g.large`, with its prefix, is a size of one of the families."""
    family, _, size = chosen.removeprefix(prefix).partition(".")
    return chosen.startswith(prefix) and size in families.get(family, "").split()
