"""Checks between the `vpn` block and the network."""

from collections.abc import Iterator

from modules.access.blocks import AccessBlocks
from modules.access.vpn.settings import VpnSettings
from modules.foundation.problems import Finding
from modules.network.vpc.checks import needs_subnets, unknown_zones
from modules.network.vpc.settings import NetworkSettings
from modules.network.zone.settings import outside_zones


def findings(settings: VpnSettings, blocks: AccessBlocks) -> Iterator[Finding]:
    """Yield what the VPN requires of the network and the zones, and they lack."""
    if settings.hostname:
        yield from outside_zones(("vpn", "hostname"), settings.hostname, blocks.zone)
    network = blocks.network
    if network is None:
        yield needs_subnets(("vpn",), "public")
        return
    if not network.internet:
        rule = "needs a public subnet, and with network.internet = false there is none"
        yield Finding(("vpn",), None, rule, "write network { internet = true }, or remove the block")
    zone = settings.availability_zone
    yield from unknown_zones(("vpn", "availability_zone"), [zone], network, "public")
    yield from _overlaps(settings, network)


def _overlaps(settings: VpnSettings, network: NetworkSettings) -> Iterator[Finding]:
    """Yield the networks whose addresses a client could not reach, since they would be its own VPN's."""
    for at, cidr in ((("cidr",), network.cidr), *network.foreign_cidrs):
        if settings.client_cidr.overlaps(cidr):
            rule = f"overlaps {'.'.join(('network', *at))} {cidr}, which clients could then not reach"
            remedy = 'choose a range outside it, for example "172.30.0.0/22"'
            yield Finding(("vpn", "client_cidr"), settings.client_cidr, rule, remedy)
