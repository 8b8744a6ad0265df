"""Whether the edge wing's blocks fit each other and what they stand on."""

from collections.abc import Iterator

from modules.access.settings.blocks import AccessBlocks
from modules.compute.settings.blocks import ComputeBlocks
from modules.data.settings.blocks import DataBlocks
from modules.edge.settings import claims, firewall_fitting, site_fitting
from modules.edge.settings.blocks import EdgeBlocks
from modules.foundation.refusals import Finding
from modules.network.settings.blocks import NetworkBlocks


def findings(
    blocks: EdgeBlocks, network: NetworkBlocks, access: AccessBlocks, data: DataBlocks, compute: ComputeBlocks
) -> Iterator[Finding]:
    """Yield what a block asks of another one, or of a lower wing, and does not get."""
    if blocks.firewall:
        yield from firewall_fitting.findings(blocks.firewall, compute.load_balancer, blocks.site)
    yield from site_fitting.findings(blocks.site, network, data, compute)
    yield from claims.findings(blocks, network, access, compute)


def warnings(blocks: EdgeBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield what is allowed and yet deserves a second look."""
    yield from site_fitting.warnings(blocks.site, compute)
