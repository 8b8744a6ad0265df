"""Limits of databases against the memory of the instance types that EC2 publishes."""

import json
from types import SimpleNamespace
from typing import Any

from modules.compute.keys.instance_types import TYPES_FILE
from modules.data.database.keys.limits import memory_gib
from modules.data.keys.instance_classes import DATABASE_CLASSES


def test_memory_of_every_class_is_that_of_the_instance_type() -> None:
    """RDS classes have the memory of the EC2 type of the same name; x2g exists in RDS only."""
    published = json.loads(TYPES_FILE.read_text())
    names = {(family, size) for each in DATABASE_CLASSES.values() for family in each for size in each[family].split()}
    compared = {name: published[name[0]][name[1]] for name in names if published.get(name[0], {}).get(name[1])}
    assert {family for family, _ in names} - {family for family, _ in compared} == {"x2g"}
    for (family, size), (_, mib, _) in compared.items():
        database: Any = SimpleNamespace(serverless_v2_scaling=None, instance_class=f"db.{family}.{size}")
        assert memory_gib(database) == mib / 1024, (family, size)
