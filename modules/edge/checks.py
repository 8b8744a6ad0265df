"""Checks of the edge module's blocks against each other and against those of lower modules."""

from collections.abc import Iterator

from modules.access.blocks import AccessBlocks
from modules.compute.blocks import ComputeBlocks
from modules.data.blocks import DataBlocks
from modules.edge import claims
from modules.edge.blocks import EdgeBlocks
from modules.edge.firewall import checks as firewall_checks
from modules.edge.site import checks as site_checks
from modules.foundation.problems import Finding
from modules.network.blocks import NetworkBlocks


def findings(
    blocks: EdgeBlocks, network: NetworkBlocks, access: AccessBlocks, data: DataBlocks, compute: ComputeBlocks
) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and the blocks of lower modules."""
    if blocks.firewall:
        yield from firewall_checks.findings(blocks.firewall, compute.load_balancer, blocks.site)
    yield from site_checks.findings(blocks.site, network, data, compute)
    yield from claims.findings(blocks, network, access, compute)


def warnings(blocks: EdgeBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield settings that are allowed but probably not intended."""
    yield from site_checks.warnings(blocks.site, compute)
