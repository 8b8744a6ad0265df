"""Whether the edge wing's blocks fit each other and what they stand on."""

from collections.abc import Iterator

from modules.compute.settings.blocks import ComputeBlocks
from modules.edge.settings import firewall_fitting
from modules.edge.settings.blocks import EdgeBlocks
from modules.foundation.refusals import Finding


def findings(blocks: EdgeBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield what a block asks of another one, or of a lower wing, and does not get."""
    if blocks.firewall:
        yield from firewall_fitting.findings(blocks.firewall, compute.load_balancer)
