"""Tables of instance classes, node types, and zones against the lists from AWS's API in cfn-lint and Moto."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest

from modules.data.database.keys.engines import EngineName
from modules.data.keys.instance_classes import CACHE_NODES, DATABASE_CLASSES, TIERED_NODES
from modules.data.search.keys.instances import INSTANCE_TYPES, LARGEST_VOLUMES
from modules.foundation.settings import REGIONS
from modules.network.vpc.keys.region_zones import USUAL_ZONES, ZONES

CFN_LINT = files("cfnlint") / "data" / "schemas" / "extensions"
OFFERINGS = files("moto") / "ec2" / "resources" / "instance_type_offerings" / "availability-zone"
#: Major versions that a `database` block allows.
MAJORS = re.compile(r"\^\((1[3-8]|8\\\.[04])\\?\.")
#: Burstable classes of Aurora that the API lists and the page does not: see modules/data/keys/instance_classes.py.
AURORA_BURSTABLE = re.compile(r"db\.t\dg?\.(?!medium|large)")
#: Zone letters that Moto's account did not have: b of Tokyo in old accounts, any two of three in N. California.
OTHER_LETTERS = {"ap-northeast-1": "b", "us-west-1": "c"}


def content(*path: str) -> Any:
    return json.loads(CFN_LINT.joinpath(*path).read_text())


def enums(value: Any) -> Iterator[str]:
    """Yield the values of each `enum` of a schema."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from inner if key == "enum" else enums(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from enums(inner)


def classes(families: Mapping[str, str], prefix: str) -> set[str]:
    return {f"{prefix}.{family}.{size}" for family, sizes in families.items() for size in sizes.split()}


@pytest.fixture(scope="module")
def offered() -> dict[str, set[str]]:
    """Return the instance classes of each engine, in any region, that support a version that a block allows."""
    supported = {
        name
        for rule in content("aws_rds_dbinstance", "db_instance_class.json")["allOf"]
        if MAJORS.match(rule["if"]["properties"]["EngineVersion"]["pattern"])
        for name in enums(rule["then"])
    }
    found: dict[str, set[str]] = {}
    for region in content("aws_rds_dbinstance", "dbinstanceclass_enum.json").values():
        for rule in region["allOf"]:
            engine = rule["if"]["properties"]["Engine"].get("const", "")
            found.setdefault(engine, set()).update(supported.intersection(enums(rule["then"])))
    return found


@pytest.mark.parametrize("engine", DATABASE_CLASSES)
def test_instance_classes_equal_those_of_the_api(engine: EngineName, offered: dict[str, set[str]]) -> None:
    ours = classes(DATABASE_CLASSES[engine], "db")
    theirs = offered[engine] - {"db.serverless"}
    if engine.startswith("aurora"):
        theirs = {name for name in theirs if not AURORA_BURSTABLE.match(name)}
    assert ours == theirs


def test_node_types_equal_those_of_the_api() -> None:
    theirs = set(enums(content("aws_elasticache_cachecluster", "cachenodetype_enum.json")))
    assert classes({**CACHE_NODES, **TIERED_NODES}, "cache") == theirs


def test_instance_types_of_searches_are_all_sizes_of_their_families_in_the_api() -> None:
    theirs = set(enums(content("aws_opensearchservice_domain", "clusterconfig_instancetype_enum.json")))
    assert set(INSTANCE_TYPES) == {name for name in theirs if name.split(".")[0] in LARGEST_VOLUMES}


@pytest.mark.parametrize("path", sorted(OFFERINGS.iterdir(), key=str), ids=lambda path: path.name.partition(".")[0])
def test_zones_equal_those_with_instance_offerings(path: Any) -> None:
    region = path.name.partition(".")[0]
    rows = json.loads(gzip.decompress(path.read_bytes()))
    letters = {row["Location"].removeprefix(region) for row in rows} | set(OTHER_LETTERS.get(region, ""))
    assert "".join(sorted(letters)) == ZONES.get(region, USUAL_ZONES)


def test_zones_are_of_existing_regions() -> None:
    assert ZONES.keys() <= set(REGIONS)
