"""The connection to the corporate network."""

from cdktf_cdktf_provider_aws.dx_gateway import DxGateway
from cdktf_cdktf_provider_aws.dx_gateway_association import DxGatewayAssociation
from cdktf_cdktf_provider_aws.vpn_gateway import VpnGateway
from cdktf_cdktf_provider_aws.vpn_gateway_route_propagation import VpnGatewayRoutePropagation
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.vpc.keys.direct_connect import DirectConnectSettings
from modules.network.vpc.vpc import Network


class DirectConnect(Construct):
    """A Direct Connect gateway associated with the VPC's virtual private gateway.

    Creates: the gateway (unless the settings name an existing one), the virtual private gateway, their association
    with the advertised prefixes, and route propagation to the app and data tiers: prefixes that the corporate router
    advertises become routes there. The virtual interface and its BGP key belong to the owner of the connection, who
    creates them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: DirectConnectSettings,
        network: Network,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        gateway_id = settings.gateway_id or self._create_gateway()
        self._vpn_gateway_id = self._create_vpn_gateway(network.vpc_id)
        prefixes = settings.allowed_prefixes or (network.cidr,)
        self._make(
            DxGatewayAssociation,
            "corporate",
            dx_gateway_id=gateway_id,
            associated_gateway_id=self._vpn_gateway_id,
            allowed_prefixes=[str(prefix) for prefix in prefixes],
        )
        for zone, table in network.routing.app_route_table_ids.items():
            self._propagate(f"app_{zone}", table)
        self._propagate("data", network.routing.data_route_table_id)

    def _create_gateway(self) -> str:
        return self._make(
            DxGateway,
            "corporate",
            name=self._foundation.names.of("corporate"),
            amazon_side_asn=str(self._settings.amazon_side_asn),
        ).id

    def _create_vpn_gateway(self, vpc_id: str) -> str:
        return self._make(
            VpnGateway,
            "corporate",
            vpc_id=vpc_id,
            amazon_side_asn=str(self._settings.amazon_side_asn),
            tags={"Name": self._foundation.names.of("corporate")},
        ).id

    def _propagate(self, name: str, route_table_id: str) -> None:
        self._make(
            VpnGatewayRoutePropagation,
            f"corporate_{name}",
            vpn_gateway_id=self._vpn_gateway_id,
            route_table_id=route_table_id,
        )
