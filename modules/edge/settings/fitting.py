"""Whether the edge wing's blocks fit each other and what they stand on."""

from collections.abc import Iterator

from modules.access.settings.blocks import AccessBlocks
from modules.compute.settings.blocks import ComputeBlocks
from modules.data.settings.blocks import DataBlocks
from modules.edge.settings import claims, firewall_fitting, site_fitting
from modules.edge.settings.blocks import EdgeBlocks
from modules.foundation.refusals import Finding
from modules.network.settings.blocks import NetworkBlocks
from modules.network.settings.certificate_names import certificate_warnings


def findings(
    blocks: EdgeBlocks, network: NetworkBlocks, access: AccessBlocks, data: DataBlocks, compute: ComputeBlocks
) -> Iterator[Finding]:
    """Yield what a block asks of another one, or of a lower wing, and does not get."""
    if blocks.firewall:
        yield from firewall_fitting.findings(blocks.firewall, compute.load_balancer, blocks.site)
    yield from site_fitting.findings(blocks.site, network, data, compute)
    yield from claims.findings(blocks, network, access, compute)


def warnings(blocks: EdgeBlocks, network: NetworkBlocks, compute: ComputeBlocks) -> Iterator[Finding]:
    """Yield what is allowed and yet deserves a second look."""
    for label, load_balancer in compute.load_balancer.items():
        yield from certificate_warnings(("load_balancer", label, "names"), load_balancer.names, network.zone)
    for label, site in blocks.site.items():
        yield from certificate_warnings(("site", label, "names"), site.names, network.zone)
    yield from site_fitting.warnings(blocks.site, compute)
