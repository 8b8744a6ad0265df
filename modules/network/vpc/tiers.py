"""Built subnets, a type for each tier: what belongs into one tier cannot be handed another.

The fan site put its load balancer into the private subnets of its service, and no traffic came. Here a load
balancer asks for `PublicSubnets`, and a type checker, an editor and the synth refuse any other.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class _Subnets:
    ids: Mapping[str, str]
    """The subnet's id by its zone's letter."""
    cidr: ipaddress.IPv4Network
    """The tier's whole range, of the zones that are not built as well."""

    def all_ids(self) -> list[str]:
        """Return the ids in the order of the zones' letters."""
        return [self.ids[zone] for zone in sorted(self.ids)]


class PublicSubnets(_Subnets):
    """Subnets with a route to the internet gateway: load balancers and NAT gateways."""


class AppSubnets(_Subnets):
    """Subnets of tasks, functions and pods: out by NAT where there is any, in by load balancers."""


class DataSubnets(_Subnets):
    """Subnets of databases and caches: no way out."""


class EndpointSubnets(_Subnets):
    """Subnets of interface endpoints: no way out."""
