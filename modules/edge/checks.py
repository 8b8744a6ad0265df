"""Checks of the edge module's blocks against each other and against those of lower modules."""

from collections.abc import Iterator

from modules.edge import claims
from modules.edge.blocks import EdgeBlocks
from modules.edge.firewall import checks as firewall_checks
from modules.edge.site import checks as site_checks
from modules.foundation.problems import Finding


def findings(blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and the blocks of lower modules."""
    yield from firewall_checks.findings(blocks)
    yield from site_checks.findings(blocks)
    yield from claims.findings(blocks)


def warnings(blocks: EdgeBlocks) -> Iterator[Finding]:
    """Yield settings that are allowed but probably not intended."""
    yield from site_checks.warnings(blocks)
