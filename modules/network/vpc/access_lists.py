"""The network ACL of the data tier: a second layer behind the security groups, which no block can change."""

import ipaddress
from typing import Literal

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl
from cdktf_cdktf_provider_aws.network_acl_rule import NetworkAclRule
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.tiers import AppSubnets, DataSubnets

#: [Amazon VPC User Guide, Ephemeral ports](https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html):
#: the client's side of a connection, for all common operating systems.
EPHEMERAL_PORTS = (1024, 65535)
ALL_PORTS = (0, 65535)
#: Rules are evaluated in the order of their numbers. The number of the first corporate range.
FIRST_CORPORATE_RULE = 200
#: The numbers of rules for clients that other modules add.
ADDED_RULES = {"vpn": 120}


class DataAccessList(Construct):
    """Allows TCP from the app tier, within the data tier, and from the corporate network; nothing else.

    Network ACLs are stateless: each direction needs a rule, and responses go to the client's ephemeral ports.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: NetworkSettings,
        foundation: Foundation,
        vpc_id: str,
        app: AppSubnets,
        data: DataSubnets,
    ) -> None:
        super().__init__(scope, id)
        self._make = foundation.resources(self, "network")
        self._id = self._make(
            NetworkAcl,
            "data",
            vpc_id=vpc_id,
            subnet_ids=data.all_ids(),
            tags={"Name": foundation.names.of("data")},
        ).id
        self._allow_clients("app", 100, app.cidr)
        self._rule("data", 110, "in", data.cidr, ALL_PORTS)
        self._rule("data", 110, "out", data.cidr, ALL_PORTS)
        for number, cidr in enumerate(settings.corporate_cidrs, FIRST_CORPORATE_RULE):
            self._allow_clients(f"corporate_{number - FIRST_CORPORATE_RULE + 1}", number, cidr)

    def allow_clients(self, peer: str, cidr: ipaddress.IPv4Network) -> None:
        """Allow connections from clients of another module, and the responses to them.

        Raises KeyError if `ADDED_RULES` has no number for the peer.
        """
        self._allow_clients(peer, ADDED_RULES[peer], cidr)

    def _allow_clients(self, peer: str, number: int, cidr: ipaddress.IPv4Network) -> None:
        """Allow connections from clients in this range, and the responses to them."""
        self._rule(peer, number, "in", cidr, ALL_PORTS)
        self._rule(peer, number, "out", cidr, EPHEMERAL_PORTS)

    def _rule(
        self,
        peer: str,
        number: int,
        direction: Literal["in", "out"],
        cidr: ipaddress.IPv4Network,
        ports: tuple[int, int],
    ) -> None:
        self._make(
            NetworkAclRule,
            f"data_{direction}_{peer}",
            network_acl_id=self._id,
            rule_number=number,
            egress=direction == "out",
            protocol="tcp",
            rule_action="allow",
            cidr_block=str(cidr),
            from_port=ports[0],
            to_port=ports[1],
        )
