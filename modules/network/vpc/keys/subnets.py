"""The address plan: the range of each subnet, calculated from the VPC's range and the prefix lengths alone.

There are four tiers, each with room for four zones (a service uses no more than four; two or three are created). The
four places of a tier are adjacent and form one range, so that a rule can name the whole tier. A zone's place follows
from its letter alone, so adding a zone changes neither the name nor the range of an existing subnet.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Network = ipaddress.IPv4Network
SubnetTier = Literal["public", "app", "data", "endpoint"]

SUBNET_TIERS: tuple[SubnetTier, ...] = get_args(SubnetTier)
PLACES = 4

#: [Amazon VPC User Guide, Subnet CIDR blocks](https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html): AWS
#: reserves the first four addresses and the last one.
RESERVED_BY_AWS = 5

#: Default prefix lengths of a zone's subnet. App subnets hold tasks, functions, and pods, each with its own address:
#: 507 per zone and cluster. The other subnets hold a few addresses per service.
DEFAULT_PREFIXES: Mapping[SubnetTier, int] = {"public": 26, "app": 23, "data": 26, "endpoint": 26}


def default_prefix(tier: SubnetTier, clusters: int) -> int:
    """Return a tier's default prefix length; the app tier doubles until every cluster has room."""
    if tier != "app":
        return DEFAULT_PREFIXES[tier]
    return DEFAULT_PREFIXES[tier] - (clusters - 1).bit_length()


def place(zone: str) -> int:
    """Return the zone's place in each tier, 0 to 3. Letters four apart (a and e, b and f) share a place."""
    return (ord(zone) - ord("a")) % PLACES


def usable(prefix: int) -> int:
    """Return the number of addresses in a subnet of this prefix length that AWS does not reserve."""
    return int(2 ** (32 - prefix)) - RESERVED_BY_AWS


class PlanTooLargeError(ValueError):
    """The tiers do not fit in the VPC; the message is the sum, `needed` the prefix length that fits."""

    def __init__(self, sum_shown: str, needed: int) -> None:
        super().__init__(sum_shown)
        self.needed = needed


@dataclass(frozen=True)
class AddressPlan:
    """The range of each tier, inside the VPC's range."""

    cidr: Network
    prefixes: Mapping[SubnetTier, int]
    tiers: Mapping[SubnetTier, Network]

    @classmethod
    def of(cls, cidr: Network, prefixes: Mapping[SubnetTier, int]) -> "AddressPlan":
        """Arrange the tiers, the largest first, so that each begins at a multiple of its own size, without a gap.

        Raises PlanTooLargeError if they do not fit.
        """
        if needed_prefix(prefixes) < cidr.prefixlen:
            raise PlanTooLargeError(_sum_shown(cidr, prefixes), needed_prefix(prefixes))
        tiers: dict[SubnetTier, Network] = {}
        start = int(cidr.network_address)
        for tier in sorted(SUBNET_TIERS, key=lambda tier: (prefixes[tier], SUBNET_TIERS.index(tier))):
            tiers[tier] = Network((start, prefixes[tier] - _PLACE_BITS))
            start += tiers[tier].num_addresses
        return cls(cidr, prefixes, tiers)

    def subnet(self, tier: SubnetTier, zone: str) -> Network:
        """Return the range of a tier's subnet in the zone with this letter."""
        start = int(self.tiers[tier].network_address) + place(zone) * 2 ** (32 - self.prefixes[tier])
        return Network((start, self.prefixes[tier]))


_PLACE_BITS = (PLACES - 1).bit_length()


def needed_prefix(prefixes: Mapping[SubnetTier, int]) -> int:
    """Return the prefix length of the smallest VPC in which the tiers fit."""
    return 32 - (_addresses(prefixes) - 1).bit_length()


def _addresses(prefixes: Mapping[SubnetTier, int]) -> int:
    return sum(PLACES * 2 ** (32 - prefix) for prefix in prefixes.values())


def _sum_shown(cidr: Network, prefixes: Mapping[SubnetTier, int]) -> str:
    """Return the calculation: `app 4 x /22 + ... = 4864 addresses, a /20 has 4096`."""
    terms = " + ".join(f"{tier} {PLACES} x /{prefixes[tier]}" for tier in SUBNET_TIERS)
    total = _addresses(prefixes)
    return f"{terms} = {total} addresses, a /{cidr.prefixlen} has {cidr.num_addresses}"


def first_free(prefix: int, taken: list[Network], near: Network) -> Network | None:
    """Return the first range of this size that overlaps no taken range, after `near` or else before it."""
    parents = (Network("10.0.0.0/8"), Network("172.16.0.0/12"), Network("192.168.0.0/16"))
    around = sorted(parents, key=lambda parent: not parent.overlaps(near))
    for parent in around:
        for start in (max(int(near.network_address), int(parent.network_address)), int(parent.network_address)):
            found = _next_free(prefix, taken, parent, start)
            if found:
                return found
    return None


def _next_free(prefix: int, taken: list[Network], parent: Network, start: int) -> Network | None:
    """Return the first free range at or after `start` inside the parent."""
    size = 2 ** (32 - prefix)
    address = -(-start // size) * size
    while address + size - 1 <= int(parent.broadcast_address):
        found = Network((address, prefix))
        blocking = [network for network in taken if network.overlaps(found)]
        if not blocking:
            return found
        end = max(int(network.broadcast_address) for network in blocking) + 1
        address = max(address + size, -(-end // size) * size)
    return None
