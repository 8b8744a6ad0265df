"""Who may reach a load balancer, and whom it reaches."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.compute.settings.load_balancer import LoadBalancerSettings
from modules.foundation.foundation import Foundation
from modules.network.vpc import Network

#: "Restrict access to Application Load Balancers": where CloudFront's requests come from. The list counts as 55 of a
#: security group's 60 rules, so it opens one port only.
CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing"
PORTS = {"https": 443, "http": 80}


class LoadBalancerGroup(Construct):
    """The security group of a load balancer.

    Creates: the group; a rule for each port and origin that may reach it; with each `lead` a way out to one target,
    and the target's way in.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: LoadBalancerSettings,
        network: Network,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._make = foundation.resources(self, "load_balancer")
        self._led: set[tuple[str, int]] = set()
        group_name = foundation.names.of(f"load-balancer-{name}")
        self.id: str = self._make(
            SecurityGroup,
            name,
            name=group_name,
            description=f"Load balancer {foundation.names.of(name)}: who may reach it, and its targets",
            vpc_id=network.vpc_id,
            tags={"Name": group_name},
        ).id
        for protocol in PORTS if settings.answers_http else ("https",):
            for origin, source in self._origins(settings, network).items():
                self._let_in(protocol, origin, source)

    def lead(self, security_group_id: str, port: int, name: str) -> None:
        """Let requests out to a target and into it; `name` says who it is. Once for each target and port."""
        if (name, port) in self._led:
            return
        self._led.add((name, port))
        self._make(
            VpcSecurityGroupEgressRule,
            f"{self._name}_to_{name}_{port}",
            security_group_id=self.id,
            description=f"To {name}",
            referenced_security_group_id=security_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )
        self._make(
            VpcSecurityGroupIngressRule,
            f"{self._name}_into_{name}_{port}",
            security_group_id=security_group_id,
            description=f"From the load balancer {self._name}",
            referenced_security_group_id=self.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )

    def reach_cognito(self) -> None:
        """Let the load balancer ask Cognito who a user is; its pages have no addresses that could be named."""
        self._make(
            VpcSecurityGroupEgressRule,
            f"{self._name}_to_cognito",
            security_group_id=self.id,
            description="To Cognito, which says who a user is",
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
        )

    def _origins(self, settings: LoadBalancerSettings, network: Network) -> Mapping[str, Mapping[str, Any]]:
        """Return what the rules let in, by the name that each has in its address."""
        match settings.reachable_from:
            case "internet":
                return {"internet": {"cidr_ipv4": "0.0.0.0/0"}}
            case "cloudfront":
                prefix_list = self._make(DataAwsEc2ManagedPrefixList, self._name, name=CLOUDFRONT)
                return {"cloudfront": {"prefix_list_id": prefix_list.id}}
            case "vpc":
                return {"vpc": {"cidr_ipv4": str(network.cidr)}}
            case "corporate":
                corporate = network.settings.direct_connect
                return _ranges(corporate.corporate_cidrs if corporate else ())
            case ranges:
                return _ranges(ranges)

    def _let_in(self, protocol: str, origin: str, source: Mapping[str, Any]) -> None:
        self._make(
            VpcSecurityGroupIngressRule,
            f"{self._name}_{protocol}_from_{origin}",
            security_group_id=self.id,
            description=f"{protocol.upper()} from {origin}",
            ip_protocol="tcp",
            from_port=PORTS[protocol],
            to_port=PORTS[protocol],
            **source,
        )


def _ranges(cidrs: tuple[ipaddress.IPv4Network, ...]) -> dict[str, dict[str, str]]:
    return {str(cidr).replace(".", "_").replace("/", "_"): {"cidr_ipv4": str(cidr)} for cidr in cidrs}
