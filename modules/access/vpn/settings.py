"""The `vpn` block: an OpenVPN server on one EC2 instance."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.names import Names
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.ranges import too_wide
from modules.foundation.settings import Cidr, Label, TieredSettings, each_once, tiered
from modules.network.keys.domains import DomainName
from modules.network.vpc.settings import PRIVATE_RANGES, ZoneLetter

#: Types of one or two vCPUs, since OpenVPN encrypts in one thread. All have Graviton processors: the AMI stays, so a
#: type with another processor could not start. All support simplified automatic recovery:
#: [Amazon EC2 User Guide, Configure simplified automatic recovery on an Amazon EC2 instance]
#: (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-configuration-recovery.html).
HostType = Literal["t4g.micro", "t4g.small", "t4g.medium", "c7g.medium", "c7g.large"]
#: [OpenVPN 2.6 manual, --server](https://openvpn.net/community-docs/community-articles/openvpn-2-6-manual.html): the
#: range of an address pool; a /29 has room for five clients.
CLIENT_PREFIXES = range(16, 30)
#: [Amazon VPC quotas](https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html): inbound rules of a
#: security group.
RULES_LIMIT = 60
#: The longest validity that Apple's systems accept for server certificates, here also of clients.
CERTIFICATE_DAYS_LIMIT = 825


class VpnSettings(TieredSettings):
    """The `vpn` block: an OpenVPN server in a public subnet, and whom its clients reach.

    `python -m ops vpn user add NAME` issues a profile.
    """

    allowed_cidrs: Annotated[tuple[Cidr, ...], AfterValidator(each_once)] = Field(
        min_length=1,
        max_length=RULES_LIMIT,
        examples=[["203.0.113.0/24"]],
        description="Public ranges that clients connect from. In production, they cannot be the whole internet.",
    )
    client_cidr: Cidr = Field(
        examples=["172.30.0.0/22"],
        description="The range of the clients' addresses inside the VPN, /16 to /29. It must overlap no network that a "
        "client can reach. Clients appear in the VPC with the server's address.",
    )
    availability_zone: ZoneLetter = Field(
        examples=["a"],
        description="The Availability Zone of the server and its data volume. It cannot be changed later: the volume "
        "with the certificates would be lost.",
    )
    hostname: DomainName | None = Field(
        default=None,
        examples=["vpn.agora.example"],
        description="The name in clients' profiles, in one of the environment's zones; by default, the Elastic IP "
        "address. Profiles that were issued before a change keep the former name.",
    )
    protocol: Literal["udp", "tcp"] = Field(
        default="udp", description="The transport protocol. tcp is slower, and passes networks that block UDP."
    )
    port: int = Field(default=1194, ge=1, le=65535, description="The port that the server listens on.")
    split_tunnel: bool = Field(
        default=True,
        description="Whether only traffic to the VPC goes through the VPN. Otherwise, all traffic of clients does, and "
        "their traffic to the internet comes from the Elastic IP address.",
    )
    databases: Annotated[tuple[Label, ...], AfterValidator(each_once)] = Field(
        default=(), examples=[["main"]], description="Databases that clients can connect to, with their own login."
    )
    caches: Annotated[tuple[Label, ...], AfterValidator(each_once)] = Field(
        default=(), examples=[["sessions"]], description="Caches that clients can connect to."
    )
    searches: Annotated[tuple[Label, ...], AfterValidator(each_once)] = Field(
        default=(), examples=[["logs"]], description="OpenSearch domains whose dashboards clients can open."
    )
    eks: Annotated[tuple[Label, ...], AfterValidator(each_once)] = Field(
        default=(), examples=[["main"]], description="EKS clusters whose API server clients can reach."
    )
    instance_type: HostType = tiered(
        development="t4g.micro",
        staging="t4g.micro",
        production="t4g.small",
        description="The instance type. A change stops the server for a few minutes. Internal load balancers with "
        'reachable_from = "vpc" can be reached without a key here.',
    )
    certificate_days: int = Field(
        default=365,
        ge=1,
        le=CERTIFICATE_DAYS_LIMIT,
        description="Days for which a new profile is valid. A leaver's profile is revoked, whatever its age.",
    )
    reboot_time: str = Field(
        default="18:30",
        pattern=r"^[0-2]\d:[0-5]\d$",
        description="The time, in UTC, at which the server restarts if a security update requires it. Updates are "
        "installed daily. The default is 3:30 in Seoul.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "VpnSettings":
        raise_findings([*self._source_findings(), *self._client_range_findings()])
        return self

    @property
    def reaches_data(self) -> bool:
        """Whether clients reach something in the data subnets."""
        return bool(self.databases or self.caches or self.searches)

    def _source_findings(self) -> Iterator[Finding]:
        at = ("allowed_cidrs",)
        for wide in too_wide(self.allowed_cidrs) if self.is_production else ():
            rule = "is not allowed in production: it is larger than a /8, which no office or provider has"
            yield Finding(at, wide, rule, 'write the ranges that people connect from, ["203.0.113.0/24"]')
        for cidr in self.allowed_cidrs:
            if any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
                rule = "never matches: clients connect over the internet, from public addresses"
                yield Finding(at, cidr, rule, "write the public range of the clients, or remove it")

    def _client_range_findings(self) -> Iterator[Finding]:
        at, cidr = ("client_cidr",), self.client_cidr
        if cidr.prefixlen not in CLIENT_PREFIXES:
            rule = "is not the size of an address pool, which is /16 to /29"
            yield Finding(at, cidr, rule, 'write a /22, "172.30.0.0/22"')
        if not any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
            rule = "is not a private range: public hosts in the range could not be reached"
            yield Finding(
                at, cidr, rule, "choose one inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, or 100.64.0.0/10"
            )


def instance_name(names: Names) -> str:
    """Return the tag `Name` of the instance."""
    return names.of("vpn")


def users_document(names: Names) -> str:
    """Return the name of the SSM document that manages users."""
    return names.of("vpn-users", DOCUMENT_NAME_LIMIT)


def configuration_document(names: Names) -> str:
    """Return the name of the SSM document that configures the server."""
    return names.of("vpn-configuration", DOCUMENT_NAME_LIMIT)


def resolver(network: ipaddress.IPv4Network) -> str:
    """Return the address of the VPC's DNS server.

    [Amazon VPC User Guide, Understanding Amazon DNS]
    (https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html): the base of the range plus two.
    """
    return str(network.network_address + 2)


#: [CreateDocument, Name](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html).
DOCUMENT_NAME_LIMIT = 128
