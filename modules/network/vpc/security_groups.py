"""Security groups, with rules as separate resources, so that adding one changes no other."""

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import TypedDict

from cdktf_cdktf_provider_aws import security_group
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule

from modules.foundation.resources import Resources
from modules.network.vpc.proxy import Proxy

HTTPS = 443


class Peer(TypedDict, total=False):
    """The other end of a rule: exactly one of these arguments of the provider."""

    referenced_security_group_id: str
    cidr_ipv4: str
    prefix_list_id: str


#: AWS's public endpoints and the internet, whose addresses cannot be listed.
ANYWHERE = Peer(cidr_ipv4="0.0.0.0/0")


def members_of(security_group_id: str) -> Peer:
    """Return the members of a security group."""
    return Peer(referenced_security_group_id=security_group_id)


def ranges(cidrs: Iterable[IPv4Network]) -> dict[str, Peer]:
    """Return ranges by the part that identifies each in its rule's address, so that adding one changes no other."""
    return {str(cidr).replace(".", "_").replace("/", "_"): Peer(cidr_ipv4=str(cidr)) for cidr in cidrs}


class SecurityGroup:
    """A security group that allows no traffic except what its rules name.

    Creates: the group, with its name also as a tag, which the console shows; a rule for each call of
    `allow_ingress_from` and `allow_egress_to`.
    """

    def __init__(self, make: Resources, address: str, *, name: str, description: str, vpc_id: str) -> None:
        """`address` is the end of the group's address in Terraform."""
        self._make = make
        self.id: str = make(
            security_group.SecurityGroup,
            address,
            name=name,
            description=description,
            vpc_id=vpc_id,
            tags={"Name": name},
        ).id

    def allow_ingress_from(
        self, address: str, source: Peer, port: int, description: str
    ) -> VpcSecurityGroupIngressRule:
        """Allow inbound TCP traffic from `source`; `address` is the end of the rule's address in Terraform."""
        return allow_ingress_from(self._make, address, self.id, source, port, description)

    def allow_egress_to(
        self, address: str, destination: Peer, port: int, description: str, *, protocol: str = "tcp"
    ) -> VpcSecurityGroupEgressRule:
        """Allow outbound traffic to `destination`; `address` is the end of the rule's address in Terraform."""
        return self._make(
            VpcSecurityGroupEgressRule,
            address,
            security_group_id=self.id,
            description=description,
            **destination,
            ip_protocol=protocol,
            from_port=port,
            to_port=port,
        )

    def allow_egress_to_proxy(self, address: str, proxy: Proxy) -> None:
        """Allow outbound traffic to the network's proxy; `address` is the beginning of the rules' addresses."""
        for key, destination in ranges(proxy.cidrs).items():
            self.allow_egress_to(f"{address}_to_proxy_{key}", destination, proxy.port, "To the proxy")


def allow_ingress_from(
    make: Resources, address: str, security_group_id: str, source: Peer, port: int, description: str
) -> VpcSecurityGroupIngressRule:
    """Allow inbound TCP traffic to a security group that was created elsewhere."""
    return make(
        VpcSecurityGroupIngressRule,
        address,
        security_group_id=security_group_id,
        description=description,
        **source,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
    )
