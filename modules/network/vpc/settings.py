"""The `network` block: the VPC, its Availability Zones, and its connections."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Cidr, NotAllowed, Settings, TieredSettings, TierException, each_once, tiered
from modules.network.vpc.keys.direct_connect import DirectConnectSettings
from modules.network.vpc.keys.interface_endpoints import InterfaceEndpoint
from modules.network.vpc.keys.proxy import ProxySettings
from modules.network.vpc.keys.subnets import (
    SUBNET_TIERS,
    AddressPlan,
    PlanTooLargeError,
    SubnetTier,
    default_prefix,
    needed_prefix,
    place,
    usable,
)

ZoneLetter = Literal["a", "b", "c", "d", "e", "f"]
Nat = Literal["none", "single", "per_zone"]

#: [Amazon VPC User Guide, VPC CIDR blocks](https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html) ([RFC
#: 1918](https://www.rfc-editor.org/rfc/rfc1918), and [RFC 6598](https://www.rfc-editor.org/rfc/rfc6598), which AWS also
#: allows for VPCs).
PRIVATE_RANGES = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
#: The shortest prefix among them.
WIDEST_PREFIX = 8
#: The same page: some AWS services use this range (Docker's bridge), and a VPC with this range conflicts with them.
DOCKER_RANGE = ipaddress.IPv4Network("172.17.0.0/16")
#: The same page: the largest and the smallest VPC.
VPC_PREFIXES = range(16, 29)
#: [Amazon VPC User Guide, Subnet CIDR blocks](https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
SUBNET_PREFIXES = range(16, 29)
#: [Application Load Balancers, Subnets for your load balancer]
#: (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html): at least a
#: /27, and eight free addresses.
SMALLEST_PUBLIC_PREFIX = 27


def _prefix_length(value: Any) -> int:
    if isinstance(value, str) and value[:1] == "/" and value[1:].isdecimal() and int(value[1:]) in SUBNET_PREFIXES:
        return int(value[1:])
    raise broken_rule("is not the size of a subnet", 'write a prefix length from "/16" to "/28", with the slash')


#: Prefixes and suffixes that S3 reserves.
_RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_BUCKET_NAME = re.compile(r"(?!.*\.\.)(?![0-9]+(\.[0-9]+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def _bucket_name(value: str) -> str:
    """Return the name if it is valid for a general purpose bucket.

    [Amazon S3 User Guide, General purpose bucket naming rules]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
    """
    if not _BUCKET_NAME.fullmatch(value):
        raise broken_rule(
            "is not the name of an S3 bucket: 3 to 63 lowercase letters, digits, hyphens, and single periods, with a "
            "letter or digit first and last",
            'write only the name, "partner-data-set", without s3:// and without a path',
        )
    if value.startswith(_RESERVED_BEGINNINGS) or value.endswith(_RESERVED_ENDS):
        raise broken_rule(
            "is not the name of a general purpose bucket: S3 reserves this prefix or suffix for other names",
            'write the name of the bucket itself, "partner-data-set"',
        )
    return value


BucketName = Annotated[str, AfterValidator(_bucket_name)]
PrefixLength = Annotated[int, BeforeValidator(_prefix_length), Field(ge=SUBNET_PREFIXES[0], le=SUBNET_PREFIXES[-1])]


class SubnetSizes(Settings):
    """The `subnet_sizes` block: the size of one zone's subnet in each tier."""

    public: PrefixLength | None = Field(
        default=None, examples=["/26"], description="Load balancers and NAT gateways; /26 by default, at least a /27."
    )
    app: PrefixLength | None = Field(
        default=None,
        examples=["/22"],
        description="Tasks, functions, and pods of all clusters; /23 per cluster by default.",
    )
    data: PrefixLength | None = Field(
        default=None, examples=["/26"], description="Databases and caches; /26 by default."
    )
    endpoint: PrefixLength | None = Field(
        default=None, examples=["/26"], description="Interface endpoints, one address each; /26 by default."
    )


class FlowLogSettings(Settings):
    """The `flow_logs` block: the flow logs of the VPC, which are always on."""

    renamed: ClassVar[Mapping[str, str]] = {"destination": "log_destination_type", "traffic": "traffic_type"}

    log_destination_type: Literal["s3", "cloud-watch-logs"] = Field(
        default="s3",
        description="The environment's log bucket (Parquet, cheapest to store), or a log group (fastest to search).",
    )
    traffic_type: Literal["ALL", "ACCEPT", "REJECT"] = Field(
        default="ALL",
        description="The traffic to record; ALL by default, because the investigation of an incident needs the "
        "accepted traffic.",
    )


class NetworkSettings(TieredSettings):
    """The `network` block: a VPC with four tiers of subnets in two or three Availability Zones."""

    cidr: Cidr = Field(
        examples=["10.20.32.0/19"],
        description="The range of the VPC, /16 to /28; it cannot be changed later, and must not overlap the range of "
        "another network.",
    )
    availability_zones: tuple[ZoneLetter, ...] = Field(
        examples=[["a", "c"]],
        description="Two or three Availability Zones, by letter. A third can be added later: the ranges of the subnets "
        "leave room for it.",
    )
    internet: bool = Field(
        default=True,
        description="Whether the VPC has an internet gateway. Without one, it has no public subnets either.",
    )
    nat: Annotated[
        Nat,
        NotAllowed(
            ("single",),
            "if its Availability Zone fails, the others lose their internet access",
            'write nat = "per_zone"',
        ),
    ] = tiered(
        development="single",
        staging="single",
        production="per_zone",
        exception=TierException(lambda data: data.get("internet") is False, "none", "without `internet`"),
        description="NAT gateways: none, single (a failure of its Availability Zone cuts off the others), or per_zone.",
    )
    clusters: int = Field(
        default=1,
        ge=1,
        le=4,
        description="The number of EKS clusters that the app subnets have room for; 2 allows a new cluster beside the "
        "old one. It cannot be changed later, because the ranges of the subnets would change.",
    )
    subnet_sizes: SubnetSizes = Field(
        default=SubnetSizes(), description="The sizes of the subnets, if the defaults do not fit."
    )
    reserved_cidrs: Annotated[tuple[Cidr, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[["10.0.0.0/12"]],
        description="Ranges of other teams and Regions, which this VPC must not overlap.",
    )
    interface_endpoints: Annotated[tuple[InterfaceEndpoint, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[["ecr.api", "ecr.dkr", "logs"]],
        description="AWS services to reach through interface endpoints, by short name. S3 and DynamoDB always have a "
        "gateway endpoint. Most interface endpoints accept only principals of this account.",
    )
    readable_buckets: Annotated[tuple[BucketName, ...], AfterValidator(each_once)] = Field(
        default=(),
        examples=[["partner-data-set"]],
        description="Other owners' buckets that may be listed and read from inside the VPC. Its S3 endpoint allows "
        "only these, this environment's buckets, and the buckets that AWS services need.",
    )
    flow_logs: FlowLogSettings = Field(
        default=FlowLogSettings(), description="The VPC's flow logs, which are always on."
    )
    direct_connect: DirectConnectSettings | None = Field(
        default=None, description="The connection to the corporate network."
    )
    proxy: ProxySettings | None = Field(
        default=None,
        description="The HTTP proxy through which programs reach the internet and AWS services without an endpoint.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "NetworkSettings":
        raise_findings(
            [*self._zone_findings(), *self._egress_findings(), *self._range_findings(), *self._size_findings()]
        )
        return self

    @property
    def corporate_cidrs(self) -> tuple[ipaddress.IPv4Network, ...]:
        """The ranges of the corporate network; none without Direct Connect."""
        return self.direct_connect.corporate_cidrs if self.direct_connect else ()

    @property
    def prefixes(self) -> dict[SubnetTier, int]:
        """The prefix length of a zone's subnet in each tier."""
        return {tier: getattr(self.subnet_sizes, tier) or default_prefix(tier, self.clusters) for tier in SUBNET_TIERS}

    @property
    def plan(self) -> AddressPlan:
        """The range of each tier and subnet."""
        return AddressPlan.of(self.cidr, self.prefixes)

    @property
    def foreign_cidrs(self) -> list[tuple[tuple[str, ...], ipaddress.IPv4Network]]:
        """The ranges of other networks, each with its key."""
        return [
            *((("reserved_cidrs",), cidr) for cidr in self.reserved_cidrs),
            *((("direct_connect", "corporate_cidrs"), cidr) for cidr in self.corporate_cidrs),
        ]

    def warnings(self) -> Iterator[Finding]:
        """Yield settings that are valid but probably unintended."""
        needed = needed_prefix(self.prefixes)
        if self.cidr.prefixlen < needed:
            yield Finding(
                ("cidr",),
                self.cidr,
                f"is larger than needed: a /{needed} has room for four zones of these subnets. The range "
                "cannot be changed later, and no network that is connected to this one (peering, VPN, "
                "Direct Connect) may use it",
                f"write {self.cidr.network_address}/{needed}, or larger subnet_sizes",
            )

    def _zone_findings(self) -> Iterator[Finding]:
        zones, at = self.availability_zones, ("availability_zones",)
        if not 2 <= len(zones) <= 3:
            yield Finding(
                at,
                list(zones),
                "does not have two or three zones: the failure of a single zone would stop the service, "
                "and a fourth only adds cost",
                'write two or three, ["a", "c"]',
            )
        for one, other in combinations(zones, 2):
            if one == other:
                yield Finding(at, list(zones), f"names zone {one} twice", "name each zone once")
            elif place(one) == place(other):
                yield Finding(
                    at,
                    list(zones),
                    f"names {one} and {other}, which share a place in the address plan (letters four apart)",
                    f"choose another zone in place of {other}",
                )

    def _egress_findings(self) -> Iterator[Finding]:
        if not self.internet and self.nat != "none":
            yield Finding(
                ("nat",),
                self.nat,
                "needs an internet gateway, and internet = false",
                'write nat = "none" (programs can use a `proxy`), or internet = true',
            )
        if self.proxy and not (self.proxy.cidrs or self.corporate_cidrs):
            yield Finding(
                ("proxy", "cidrs"),
                None,
                "is missing: without direct_connect, security groups need the proxy's ranges to allow egress to it",
                'write the range of its hosts, cidrs = ["10.130.8.0/24"]',
            )

    def _range_findings(self) -> Iterator[Finding]:
        cidr, at = self.cidr, ("cidr",)
        if cidr.prefixlen not in VPC_PREFIXES:
            yield Finding(
                at,
                cidr,
                "is not the size of a VPC, which is /16 to /28",
                "write a /20 to start with, 10.20.48.0/20",
            )
        if not any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
            yield Finding(
                at,
                cidr,
                "is not a private range: public hosts in the range could not be reached",
                "choose one inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, or 100.64.0.0/10",
            )
        if cidr.overlaps(DOCKER_RANGE):
            yield Finding(at, cidr, f"overlaps {DOCKER_RANGE}, which AWS services use themselves", "choose another")
        for key, foreign in self.foreign_cidrs:
            if foreign.prefixlen < WIDEST_PREFIX:
                rule = f"is wider than /{WIDEST_PREFIX}, the largest private range, and leaves no range for a VPC"
                yield Finding(key, foreign, rule, "write the ranges that are in use, 10.128.0.0/9")

    def _size_findings(self) -> Iterator[Finding]:
        if self.cidr.prefixlen not in VPC_PREFIXES:
            return
        try:
            _ = self.plan
        except PlanTooLargeError as error:
            yield Finding(
                ("cidr",),
                self.cidr,
                f"is too small: {error}",
                f"write a /{error.needed}, or smaller subnet_sizes or fewer clusters (now {self.clusters}; "
                "neither can be changed later)",
            )
        if self.prefixes["public"] > SMALLEST_PUBLIC_PREFIX:
            yield Finding(
                ("subnet_sizes", "public"),
                f"/{self.prefixes['public']}",
                "is too small for a load balancer, which needs a /27",
                'write "/27" or larger',
            )
        room, wanted = usable(self.prefixes["endpoint"]), len(set(self.interface_endpoints))
        if wanted > room:
            yield Finding(
                ("subnet_sizes", "endpoint"),
                f"/{self.prefixes['endpoint']}",
                f"has only {room} usable addresses for {wanted} interface endpoints",
                "write a larger size",
            )
