"""Checks between the network module's blocks, and between them and the Region."""

from collections.abc import Iterator
from itertools import combinations

from modules.foundation.problems import Finding
from modules.network.blocks import NetworkBlocks
from modules.network.vpc.keys.region_zones import zone_findings


def findings(blocks: NetworkBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and the Region."""
    if blocks.network:
        yield from zone_findings(("network", "availability_zones"), blocks.network.availability_zones, blocks.region)
    for (label, zone), (later, other) in combinations(blocks.zone.items(), 2):
        if zone.name == other.name:
            # Route 53 creates both, but resolvers query only the one that the parent zone delegates to.
            rule = f"is also the name of zone.{label}, and resolvers use only one hosted zone"
            yield Finding(("zone", later, "name"), other.name, rule, "write another name, or remove the block")


def warnings(blocks: NetworkBlocks) -> Iterator[Finding]:
    """Yield settings that are allowed but probably not intended."""
    for finding in blocks.network.warnings() if blocks.network else ():
        yield finding.under("network")
