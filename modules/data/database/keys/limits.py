"""Limits that a database has from its instance class: memory and connections."""

import math

from modules.data.database.keys.fields import DatabaseFields

#: GiB of the size `large`, by the beginning of the family's name, the longest first. [Hardware specifications for DB
#: instance classes]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html).
_LARGE_GIB = {"x2iedn": 64, "x2g": 32, "t": 8, "m": 8, "r": 16}
_FACTORS = {"micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1, "xlarge": 2}
#: [Aurora Serverless v2 capacity]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html).
_GIB_PER_CAPACITY_UNIT = 2
GIB = 2**30


def memory_gib(database: DatabaseFields) -> float:
    """Return the memory of an instance, of a serverless one at its maximum capacity."""
    if database.serverless_v2_scaling:
        return database.serverless_v2_scaling.max_capacity * _GIB_PER_CAPACITY_UNIT
    assert database.instance_class, "checked by the rules"
    family, _, size = database.instance_class.removeprefix("db.").partition(".")
    large = next(gib for beginning, gib in _LARGE_GIB.items() if family.startswith(beginning))
    factor = _FACTORS.get(size) or 2 * int(size.removesuffix("xlarge"))
    return large * factor


def max_connections(database: DatabaseFields) -> int:
    """Return the maximum number of connections: the parameter `max_connections`, or the engine's default.

    Aurora MySQL: [Maximum connections to an Aurora MySQL DB instance]
    (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Managing.Performance.html) has a table,
    45 for 2 GiB and 1000 for 16 GiB, which grows by as much with each doubling. The others: [Quotas and constraints for
    Amazon RDS, Maximum number of database connections]
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html), a formula with the memory that RDS leaves
    to the engine. It is a little less than the memory of the class, so the real maximum is a little lower.
    """
    written = {**database.parameters, **database.static_parameters}.get("max_connections", "")
    if written.isdigit():
        return int(written)
    gib = memory_gib(database)
    if database.engine == "aurora-mysql":
        doublings = math.log2(gib)
        return max(round(45 * doublings), 1000 * round(doublings - 3), 45)
    if database.engine == "mysql":
        return int(gib * GIB / 12_582_880)
    return min(int(gib * GIB / 9_531_392), 5000)
