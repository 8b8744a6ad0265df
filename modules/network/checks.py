"""Checks of the network module's blocks against each other and against those of lower modules."""

from collections.abc import Iterator
from itertools import combinations

from modules.foundation.problems import Finding
from modules.network.blocks import NetworkBlocks
from modules.network.vpc.keys.region_zones import zone_findings


def findings(blocks: NetworkBlocks, region: str) -> Iterator[Finding]:
    """Yield what a block asks of another one, or of the region, and does not get."""
    if blocks.network:
        yield from zone_findings(("network", "availability_zones"), blocks.network.availability_zones, region)
    for (label, zone), (later, other) in combinations(blocks.zone.items(), 2):
        if zone.name == other.name:
            # Route 53 makes both, and the internet asks one of them.
            rule = f"is zone.{label}'s name too, and the internet asks one zone only"
            yield Finding(("zone", later, "name"), other.name, rule, "write another name, or take the block out")
