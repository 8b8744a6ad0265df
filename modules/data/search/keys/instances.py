"""Instance types of OpenSearch domains, and the largest gp3 volume of each.

[Amazon OpenSearch Service Developer Guide, Amazon OpenSearch Service quotas, EBS volume size quotas]
(https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html). The table has the families with
gp3 volumes whose limits we have read there; types with instance storage, and older ones, are left out. A test compares
it with the list from AWS's API in cfn-lint.
"""

import difflib
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

SMALLEST_VOLUME_GIB = 10
_GENERAL = {"large": 1024, "xlarge": 2048, "2xlarge": 3072, "4xlarge": 6144, "12xlarge": 18432}
_COMPUTE = {"large": 256, "xlarge": 512, "2xlarge": 1024, "4xlarge": 1536}
_MEMORY = {"large": 2048, "xlarge": 3072, "2xlarge": 6144, "4xlarge": 12288, "12xlarge": 24576}
#: GiB by family and size.
LARGEST_VOLUMES: Mapping[str, Mapping[str, int]] = {
    "c5": {**_COMPUTE, "9xlarge": 3584, "18xlarge": 7168},
    "c6g": {**_COMPUTE, "8xlarge": 3072, "12xlarge": 4608},
    "m5": _GENERAL,
    "m6g": {**_GENERAL, "8xlarge": 12288},
    "r5": _MEMORY,
    "r6g": {**_MEMORY, "8xlarge": 16384},
    "t3": {"small": 100, "medium": 200},
}
INSTANCE_TYPES = tuple(f"{family}.{size}.search" for family, sizes in LARGEST_VOLUMES.items() for size in sizes)
BURSTABLE = tuple(name for name in INSTANCE_TYPES if name.startswith("t3."))


def largest_volume_gib(instance_type: str) -> int:
    """Return the size of the largest gp3 volume that an instance of this type can have."""
    family, size, _ = instance_type.split(".")
    return LARGEST_VOLUMES[family][size]


def _instance_type(value: str) -> str:
    if value not in INSTANCE_TYPES:
        near = difflib.get_close_matches(value, INSTANCE_TYPES, n=3, cutoff=0.6)
        choice = f"write {' or '.join(near)}" if near else f"families are {', '.join(LARGEST_VOLUMES)}"
        remedy = f"{choice}; if it is new, add it with its limit to modules/data/search/keys/instances.py"
        raise broken_rule("is not an instance type of OpenSearch with a gp3 volume", remedy)
    return value


#: An instance type with its suffix: `m6g.large.search`.
InstanceType = Annotated[str, AfterValidator(_instance_type)]
