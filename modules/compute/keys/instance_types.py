"""EC2 instance types and their sizes.

`instance_types.json` lists them by family and size, each with vCPUs, MiB of memory, and network interfaces. The names
are from the enumeration `InstanceType` of EC2's service model, the sizes from DescribeInstanceTypes; null if they are
not known. `tests/aws_facts/test_tables.py` compares the file with both. A type that is newer than the file is added by
hand from `aws ec2 describe-instance-types`: a check by pattern alone would accept misspelled types.
"""

import difflib
import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

Architecture = Literal["arm64", "x86_64"]

#: [Amazon EC2 instance type naming conventions]
#: (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html): letters of the family, the
#: generation, letters of the options (and more of them after a hyphen, as in u7i-12tb and c7i-flex), the size.
_INSTANCE_TYPE = re.compile(
    r"(?P<family>[a-z]+)(?P<generation>[0-9]+)(?P<options>[a-z]*)(-[a-z0-9]+)?\."
    r"(nano|micro|small|medium|large|[0-9]*xlarge|metal(-[0-9]+xl)?)"
)


#: [CreateVolume, Size](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html): for a gp3 volume.
VOLUME_LIMIT_GIB = 65_536
TYPES_FILE = Path(__file__).with_name("instance_types.json")


class InstanceSize(NamedTuple):
    """The size of an instance."""

    vcpus: int
    memory_mib: int
    network_interfaces: int


@functools.cache
def instance_types() -> Mapping[str, InstanceSize | None]:
    """Return EC2's instance types, each with its size if that is known."""
    families: Mapping[str, Mapping[str, list[int] | None]] = json.loads(TYPES_FILE.read_text())
    return {
        f"{family}.{size}": InstanceSize(*numbers) if numbers else None
        for family, sizes in families.items()
        for size, numbers in sizes.items()
    }


def architecture_of(instance_type: str) -> Architecture | None:
    """Return the processor architecture; None if this is not an instance type.

    "Amazon EC2 instance type naming conventions, Processor families": a `g` among the options is Graviton; a1, the
    first Graviton, has none.
    """
    found = _INSTANCE_TYPE.fullmatch(instance_type)
    if found is None:
        return None
    return "arm64" if "g" in found["options"] or found["family"] == "a" else "x86_64"


def _instance_type(value: str) -> str:
    if value not in instance_types():
        nearest = difflib.get_close_matches(value.lower(), instance_types(), n=3, cutoff=0.6) or [
            "m7g.large",
            "t4g.small",
        ]
        raise broken_rule(
            "is not an EC2 instance type",
            f"write one of {', '.join(nearest)}; if it is new, add it to "
            "modules/compute/keys/instance_types.json from `aws ec2 describe-instance-types`",
        )
    if architecture_of(value) is None:
        raise broken_rule("is an instance type of unknown architecture", 'write one such as "m7g.large"')
    return value


InstanceType = Annotated[str, AfterValidator(_instance_type)]
