"""The data tier's network ACL: a second lock behind the security groups, that no service can open."""

import ipaddress
from typing import Literal

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl
from cdktf_cdktf_provider_aws.network_acl_rule import NetworkAclRule
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.tiers import AppSubnets, DataSubnets

#: "Amazon VPC User Guide, Ephemeral ports": a client's side of a connection, of all systems that come in question.
EPHEMERAL_PORTS = (1024, 65535)
ALL_PORTS = (0, 65535)
#: Rules are tried in the order of their numbers; the corporate ranges begin at a number of their own.
FIRST_CORPORATE_RULE = 200


class DataAccessList(Construct):
    """TCP between app and data tiers, within the data tier, and from the corporate network; nothing else.

    A network ACL keeps no state: each way needs its rule, and answers go to the client's ephemeral ports.
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
        self._answer("app", 100, app.cidr)
        self._rule("data", 110, "in", data.cidr, ALL_PORTS)
        self._rule("data", 110, "out", data.cidr, ALL_PORTS)
        for number, cidr in enumerate(settings.corporate_cidrs, FIRST_CORPORATE_RULE):
            self._answer(f"corporate_{number - FIRST_CORPORATE_RULE + 1}", number, cidr)

    def _answer(self, who: str, number: int, cidr: ipaddress.IPv4Network) -> None:
        """Let clients of this range connect, and be answered."""
        self._rule(who, number, "in", cidr, ALL_PORTS)
        self._rule(who, number, "out", cidr, EPHEMERAL_PORTS)

    def _rule(
        self,
        who: str,
        number: int,
        direction: Literal["in", "out"],
        cidr: ipaddress.IPv4Network,
        ports: tuple[int, int],
    ) -> None:
        self._make(
            NetworkAclRule,
            f"data_{direction}_{who}",
            network_acl_id=self._id,
            rule_number=number,
            egress=direction == "out",
            protocol="tcp",
            rule_action="allow",
            cidr_block=str(cidr),
            from_port=ports[0],
            to_port=ports[1],
        )
