"""Checks of what the blocks of other modules need of the VPC."""

from collections.abc import Iterable, Iterator
from typing import Any

from modules.foundation.problems import Finding
from modules.network.vpc.keys.subnets import SubnetTier
from modules.network.vpc.settings import NetworkSettings

_Place = tuple[str, ...]


def needs_subnets(at: _Place, tier: SubnetTier, value: Any = None) -> Finding:
    """Return the problem of a block that needs subnets in an environment without a VPC."""
    return Finding(at, value, f"needs {tier} subnets, and there is no VPC", "write a `network` block")


def unknown_zones(at: _Place, zones: Iterable[str], network: NetworkSettings, tier: SubnetTier) -> Iterator[Finding]:
    """Yield a problem for each Availability Zone in which the VPC has no subnet of this tier."""
    for zone in sorted(set(zones) - set(network.availability_zones)):
        rule = f"is not an Availability Zone of the network, which has no {tier} subnet there"
        yield Finding(at, zone, rule, f"choose from {', '.join(network.availability_zones)}")


def unreachable(at: _Place, services: Iterable[str], network: NetworkSettings) -> Iterator[Finding]:
    """Yield a problem if the VPC has no route to some of the AWS services that AWS's own agents call."""
    if missing := _without_endpoint(services, network):
        rule = f"cannot reach {', '.join(missing)}: there is no NAT gateway, and no endpoint for them"
        yield Finding(at, None, rule, "add them to network.interface_endpoints, or write network.nat")


def unreachable_by_programs(at: _Place, services: Iterable[str], network: NetworkSettings) -> Iterator[Finding]:
    """Yield a problem if the VPC has no route to some of the AWS services that a program calls.

    Unlike ECS, EKS, and their agents, a program can use the proxy.
    """
    if not network.proxy and (missing := _without_endpoint(services, network)):
        rule = f"cannot reach {', '.join(missing)}: there is no NAT gateway, no endpoint for them, and no proxy"
        yield Finding(at, None, rule, "add them to network.interface_endpoints, or write network.nat or network.proxy")


def _without_endpoint(services: Iterable[str], network: NetworkSettings) -> list[str]:
    return [] if network.nat != "none" else sorted(set(services) - set(network.interface_endpoints))


def needs_direct_connect(at: _Place, value: Any, network: NetworkSettings) -> Iterator[Finding]:
    """Yield a problem for a key that means the corporate ranges, if the VPC has no Direct Connect."""
    if network.direct_connect is None:
        rule = "requires the ranges of network.direct_connect, and there is no such block"
        yield Finding(at, value, rule, "write network { direct_connect { ... } }, or remove it")
