"""The VPC and its subnets."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from cdktf_cdktf_provider_aws.default_route_table import DefaultRouteTable
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.resources import kept_if
from modules.network.vpc.access_lists import DataAccessList
from modules.network.vpc.flow_logs import FlowLogs
from modules.network.vpc.keys.subnets import SubnetTier
from modules.network.vpc.proxy import proxy_of
from modules.network.vpc.routing import Routing
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.tiers import AppSubnets, DataSubnets, EndpointSubnets, PublicSubnets

Subnets = TypeVar("Subnets", PublicSubnets, AppSubnets, DataSubnets, EndpointSubnets)


@dataclass(frozen=True)
class _TaggedSubnet:
    tier: SubnetTier
    subnet: Subnet
    tags: dict[str, str]


class Network(Construct):
    """A VPC with four tiers of subnets in two or three Availability Zones.

    Creates: VPC, subnets, internet gateway, NAT gateways with their addresses, route tables, the data tier's
    network ACL, flow logs. Removes all rules from the default security group and all routes from the default route
    table.
    """

    def __init__(self, scope: Construct, id: str, *, settings: NetworkSettings, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self.settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        self._tagged: list[_TaggedSubnet] = []
        self.cidr = settings.cidr
        self.proxy = proxy_of(settings, foundation.names.region)
        self._create_vpc()
        self._close_defaults()
        self.public = self._create_subnets(PublicSubnets, "public") if settings.internet else None
        self.app = self._create_subnets(AppSubnets, "app")
        self.data = self._create_subnets(DataSubnets, "data")
        self.endpoint = self._create_subnets(EndpointSubnets, "endpoint")
        self.routing = Routing(
            self,
            "routing",
            settings=settings,
            foundation=foundation,
            vpc_id=self.vpc_id,
            public=self.public,
            app=self.app,
            data=self.data,
            endpoint=self.endpoint,
        )
        self._data_access_list = DataAccessList(
            self,
            "data-access-list",
            settings=settings,
            foundation=foundation,
            vpc_id=self.vpc_id,
            app=self.app,
            data=self.data,
        )
        FlowLogs(self, "flow-logs", settings=settings.flow_logs, foundation=foundation, vpc_id=self.vpc_id)

    def tag_subnets(self, tier: SubnetTier, tags: Mapping[str, str]) -> None:
        """Add tags to a tier's subnets, in addition to the existing ones. A subnet's resource holds all of its tags."""
        for each in self._tagged:
            if each.tier == tier:
                each.tags.update(tags)
                each.subnet.tags = dict(each.tags)

    def allow_data_clients(self, peer: str, cidr: ipaddress.IPv4Network) -> None:
        """Allow TCP connections from this range through the network ACL of the data tier; `peer` is its name there.

        Security groups decide who in the range may connect.
        """
        self._data_access_list.allow_clients(peer, cidr)

    def _create_vpc(self) -> None:
        vpc = self._make(
            Vpc,
            "vpc",
            cidr_block=str(self.cidr),
            # Private DNS names of interface endpoints, RDS, and EKS need both.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            # A free CloudWatch metric of used addresses; pods can exhaust them.
            enable_network_address_usage_metrics=True,
            instance_tenancy="default",
            tags={"Name": self._foundation.names.of("vpc")},
            lifecycle=kept_if(self._foundation.is_production),
        )
        self.vpc_id = vpc.id
        self._default_route_table_id = vpc.default_route_table_id

    def _close_defaults(self) -> None:
        """Adopt the default security group and route table, and remove their rules and routes."""
        name = {"Name": self._foundation.names.of("default-closed")}
        self._make(DefaultSecurityGroup, "default", vpc_id=self.vpc_id, ingress=[], egress=[], tags=name)
        self._make(
            DefaultRouteTable, "default", default_route_table_id=self._default_route_table_id, route=[], tags=name
        )

    def _create_subnets(self, kind: type[Subnets], tier: SubnetTier) -> Subnets:
        ids: dict[str, str] = {zone: self._create_subnet(tier, zone) for zone in self.settings.availability_zones}
        return kind(ids, self.settings.plan.tiers[tier])

    def _create_subnet(self, tier: SubnetTier, zone: str) -> str:
        names = self._foundation.names
        tags = {"Name": names.of(f"{tier}-{zone}"), "subnet_tier": tier}
        subnet = self._make(
            Subnet,
            f"{tier}_{zone}",
            vpc_id=self.vpc_id,
            availability_zone=f"{names.region}{zone}",
            cidr_block=str(self.settings.plan.subnet(tier, zone)),
            # Resources that need a public address (NAT gateways, load balancers) request it themselves.
            map_public_ip_on_launch=False,
            tags=dict(tags),
            lifecycle=kept_if(self._foundation.is_production),
        )
        self._tagged.append(_TaggedSubnet(tier, subnet, tags))
        return subnet.id
