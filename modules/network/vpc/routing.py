"""Routing: the internet gateway, NAT gateways, and route tables."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.resources import kept_if
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.tiers import AppSubnets, DataSubnets, EndpointSubnets, PublicSubnets

ANYWHERE = "0.0.0.0/0"


class Routing(Construct):
    """Route tables of the four tiers.

    The app tier has one table per zone, so that changing from one NAT gateway to one per zone changes only routes. The
    data and endpoint tiers have one table each, without a route out of the VPC.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: NetworkSettings,
        foundation: Foundation,
        vpc_id: str,
        public: PublicSubnets | None,
        app: AppSubnets,
        data: DataSubnets,
        endpoint: EndpointSubnets,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        self._vpc_id = vpc_id
        self.public_route_table_id = self._create_public_table(public) if public else None
        self.nat_addresses: dict[str, str] = {}
        self._nat_gateways = self._create_nat_gateways(public) if public else {}
        self.app_route_table_ids = self._create_app_tables(app)
        self.data_route_table_id = self._create_table("data", data.ids)
        self.endpoint_route_table_id = self._create_table("endpoint", endpoint.ids)

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are."""
        gateways = self._nat_gateways.values()
        return {"nat_gateways": [MetricSource("AWS/NATGateway", {"NatGatewayId": gateway}) for gateway in gateways]}

    def _name(self, name: str) -> dict[str, str]:
        return {"Name": self._foundation.names.of(name)}

    def _create_public_table(self, public: PublicSubnets) -> str:
        gateway = self._make(InternetGateway, "internet", vpc_id=self._vpc_id, tags=self._name("internet"))
        table = self._create_table("public", public.ids)
        self._make(
            Route, "public_internet", route_table_id=table, destination_cidr_block=ANYWHERE, gateway_id=gateway.id
        )
        self._internet_gateway = gateway
        return table

    def _create_nat_gateways(self, public: PublicSubnets) -> dict[str, str]:
        """Return the NAT gateways' IDs by zone: one per zone, or one in the zone that the file names first."""
        zones = self._settings.availability_zones
        with_gateway = {"none": (), "single": zones[:1], "per_zone": zones}[self._settings.nat]
        return {zone: self._create_nat_gateway(zone, public.ids[zone]) for zone in with_gateway}

    def _create_nat_gateway(self, zone: str, subnet_id: str) -> str:
        address = self._make(
            Eip,
            f"nat_{zone}",
            domain="vpc",
            tags=self._name(f"nat-{zone}"),
            # Partners may have this address in their allow lists; a new one would be blocked.
            lifecycle=kept_if(self._foundation.is_production),
        )
        self.nat_addresses[zone] = address.public_ip
        gateway = self._make(
            NatGateway,
            f"nat_{zone}",
            allocation_id=address.allocation_id,
            subnet_id=subnet_id,
            tags=self._name(f"nat-{zone}"),
            depends_on=[self._internet_gateway],
        )
        return gateway.id

    def _create_app_tables(self, app: AppSubnets) -> dict[str, str]:
        """Return the route tables' IDs by zone."""
        tables = {zone: self._create_table(f"app_{zone}", {zone: subnet}) for zone, subnet in app.ids.items()}
        gateways = self._nat_gateways
        for zone, table in tables.items() if gateways else ():
            nearest = gateways.get(zone) or next(iter(gateways.values()))
            self._make(
                Route,
                f"app_{zone}_nat",
                route_table_id=table,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=nearest,
            )
        return tables

    def _create_table(self, name: str, subnet_ids: Mapping[str, str]) -> str:
        """Create a route table for these subnets, given by zone; return its ID."""
        table = self._make(RouteTable, name, vpc_id=self._vpc_id, tags=self._name(name.replace("_", "-"))).id
        tier = name.split("_")[0]
        for zone, subnet_id in subnet_ids.items():
            self._make(RouteTableAssociation, f"{tier}_{zone}", route_table_id=table, subnet_id=subnet_id)
        return table
