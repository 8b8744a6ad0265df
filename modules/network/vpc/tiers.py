"""Created subnets, with a type for each tier, so that a construct cannot be given the subnets of another tier.

Fargate, for example, starts no pods in public subnets: a cluster's nodes therefore require `AppSubnets`, which the
type checker enforces.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class _Subnets:
    ids: Mapping[str, str]
    """The subnets' IDs by the zone's letter."""
    cidr: ipaddress.IPv4Network
    """The whole range of the tier, including zones without a subnet."""

    def all_ids(self) -> list[str]:
        """Return the IDs in the order of the zones' letters."""
        return [self.ids[zone] for zone in sorted(self.ids)]


class PublicSubnets(_Subnets):
    """Subnets with a route to the internet gateway: load balancers and NAT gateways."""


class AppSubnets(_Subnets):
    """Subnets of tasks, functions, and pods: outbound through NAT gateways, inbound through load balancers."""


class DataSubnets(_Subnets):
    """Subnets of databases and caches: no route out of the VPC."""


class EndpointSubnets(_Subnets):
    """Subnets of interface endpoints: no route out of the VPC."""
