"""Pod capacity of nodes: how many pods a node supports, and how many addresses of its subnet it uses. Pure.

Each pod has an IP address of the node's subnet. With prefix delegation, the VPC CNI allocates them in /28 prefixes of
16 addresses, each in one address slot of a network interface ([Amazon EKS User Guide, Assign more IP addresses to
Amazon EKS nodes with prefixes](https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html)).
"""

import difflib
from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

#: A /28.
ADDRESSES_OF_PREFIX = 16
#: Prefixes that the CNI keeps ready in addition to those in use (`WARM_PREFIX_TARGET`), so that no pod start waits for
#: one.
WARM_PREFIXES = 1
#: Pods with the address of the node, which "max-pods-calculator.sh" adds: the CNI and kube-proxy.
PODS_OF_THE_NODE = 2
#: Limits from the same script: 110 pods up to 30 vCPUs, 250 above, because the kubelet supports no more.
MOST_PODS = 110
MOST_PODS_OF_LARGE = 250
LARGE_VCPUS = 30


class NetworkLimits(NamedTuple):
    """The network limits of an instance type."""

    interfaces: int
    addresses: int
    """IPv4 addresses per interface; the first one is its primary address."""
    vcpus: int


#: Limits by size, which are the same for general purpose, compute optimized, and memory optimized families from the
#: fifth generation on.
_SIZES = {
    "medium": NetworkLimits(2, 4, 1),
    "large": NetworkLimits(3, 10, 2),
    "xlarge": NetworkLimits(4, 15, 4),
    "2xlarge": NetworkLimits(4, 15, 8),
    "4xlarge": NetworkLimits(8, 30, 16),
    "8xlarge": NetworkLimits(8, 30, 32),
    "9xlarge": NetworkLimits(8, 30, 36),
    "12xlarge": NetworkLimits(8, 30, 48),
    "16xlarge": NetworkLimits(15, 50, 64),
    "18xlarge": NetworkLimits(15, 50, 72),
    "24xlarge": NetworkLimits(15, 50, 96),
    "32xlarge": NetworkLimits(15, 50, 128),
    "48xlarge": NetworkLimits(15, 50, 192),
}
_BURSTABLE = {
    "small": NetworkLimits(3, 4, 2),
    "medium": NetworkLimits(3, 6, 2),
    "large": NetworkLimits(3, 12, 2),
    "xlarge": NetworkLimits(4, 15, 4),
    "2xlarge": NetworkLimits(4, 15, 8),
}
_INTEL_5 = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge")
_GRAVITON_6 = ("medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
_SIZES_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("m5", "m5a", "r5"), _INTEL_5),
    "c5": ("large", "xlarge", "2xlarge", "4xlarge", "9xlarge", "12xlarge", "18xlarge", "24xlarge"),
    **dict.fromkeys(("c6i", "m6i", "r6i"), (*_INTEL_5, "32xlarge")),
    **dict.fromkeys(("c6a", "m6a", "r6a"), (*_INTEL_5, "32xlarge", "48xlarge")),
    **dict.fromkeys(("c7i", "m7i", "r7i"), (*_INTEL_5, "48xlarge")),
    **dict.fromkeys(("c7a", "m7a", "r7a"), ("medium", *_INTEL_5, "32xlarge", "48xlarge")),
    **dict.fromkeys(("c6g", "m6g", "r6g", "c7g", "m7g", "r7g"), _GRAVITON_6),
    **dict.fromkeys(("c8g", "m8g", "r8g"), (*_GRAVITON_6, "24xlarge", "48xlarge")),
}
#: From [Amazon EC2 instance type specifications]
#: (https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-type-specifications.html) (DescribeInstanceTypes,
#: NetworkInfo and VCpuInfo).
NETWORK_LIMITS: Mapping[str, NetworkLimits] = {
    **{f"{family}.{size}": _SIZES[size] for family, sizes in _SIZES_OF.items() for size in sizes},
    **{f"{family}.{size}": limits for family in ("t3", "t3a", "t4g") for size, limits in _BURSTABLE.items()},
    "t3a.small": NetworkLimits(2, 4, 2),
}


def nearest_types(instance_type: str) -> list[str]:
    """Return the known types with the most similar names."""
    return difflib.get_close_matches(instance_type, NETWORK_LIMITS, n=3, cutoff=0.5)


def max_pods(limits: NetworkLimits) -> int:
    """Return the maximum number of pods of a node with prefix delegation, as in "max-pods-calculator.sh"."""
    slots = limits.interfaces * (limits.addresses - 1)
    most = MOST_PODS_OF_LARGE if limits.vcpus > LARGE_VCPUS else MOST_PODS
    return min(slots * ADDRESSES_OF_PREFIX + PODS_OF_THE_NODE, most)


def addresses_of_node(limits: NetworkLimits, pods: int) -> int:
    """Return how many subnet addresses a node with that many pods uses.

    These are the prefixes in use, those kept ready, and the primary address of each interface that holds them.
    """
    slots = limits.interfaces * (limits.addresses - 1)
    prefixes = min(ceil(pods / ADDRESSES_OF_PREFIX) + WARM_PREFIXES, slots)
    interfaces = ceil(prefixes / (limits.addresses - 1))
    return interfaces + prefixes * ADDRESSES_OF_PREFIX
