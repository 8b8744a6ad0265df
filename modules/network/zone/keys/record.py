"""The `record` blocks of a zone: DNS records that no other block creates."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import Label, Region, Settings, each_once
from modules.network.keys.domains import DomainName, RecordName, is_record_name

RecordType = Literal["A", "AAAA", "CAA", "CNAME", "MX", "SRV", "TXT"]

#: Seconds. Resolvers follow a changed record within five minutes.
TTL = 300
#: [ResourceRecordSet, Weight](https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html): 0 to
#: 255, a share of the sum of all weights of the name.
WEIGHT_LIMIT = 255
#: [Amazon Route 53 Developer Guide, Supported DNS record types, TXT record type]
#: (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat): characters of one
#: value.
TXT_LIMIT = 4000

#: [RFC 1035, section 3.3.9](https://www.rfc-editor.org/rfc/rfc1035#section-3.3.9), and [RFC 2782]
#: (https://www.rfc-editor.org/rfc/rfc2782): preferences, priorities, weights, and ports have 16 bits.
_NUMBER_LIMIT = 2**16 - 1
_NUMBER = re.compile(r"\d{1,5}")
#: Prefixes of TXT values of which a name may have only one: with two, mail receivers report an error. [RFC 7208]
#: (https://www.rfc-editor.org/rfc/rfc7208), section 3.2 (SPF), and [RFC 7489, section 6.6.3]
#: (https://www.rfc-editor.org/rfc/rfc7489#section-6.6.3) (DMARC).
_ONE_PER_NAME = ("v=spf1", "v=DMARC1")
_CAA = re.compile(r'(0|128) (issue|issuewild|iodef) "[^"]*"')


def _is_address(version: Literal[4, 6]) -> Callable[[str], bool]:
    def is_address(value: str) -> bool:
        try:
            return ipaddress.ip_address(value).version == version
        except ValueError:
            return False

    return is_address


def _is_name(value: str) -> bool:
    """Return whether the value may be a record's target, such as `k1._domainkey.mail.example`."""
    return is_record_name(value.removesuffix(".")) and not value.startswith("*")


def _is_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value)) and int(value) <= _NUMBER_LIMIT


def _is_numbered_name(numbers: int) -> Callable[[str], bool]:
    def is_numbered_name(value: str) -> bool:
        *leading, name = value.split(" ")
        return len(leading) == numbers and all(map(_is_number, leading)) and _is_name(name)

    return is_numbered_name


def _is_text(value: str) -> bool:
    return 0 < len(value) <= TXT_LIMIT and '"' not in value and value.isascii()


#: [Amazon Route 53 Developer Guide, Supported DNS record types]
#: (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html): the form of a value, and an
#: example.
_FORMS: Mapping[RecordType, tuple[Callable[[str], bool], str]] = {
    "A": (_is_address(4), "192.0.2.10"),
    "AAAA": (_is_address(6), "2001:db8::10"),
    "CAA": (lambda value: bool(_CAA.fullmatch(value)), r"0 issue \"amazon.com\""),
    "CNAME": (_is_name, "shops.example.net"),
    "MX": (_is_numbered_name(1), "10 mail.example.net"),
    "SRV": (_is_numbered_name(3), "10 5 5060 sip.example.net"),
    "TXT": (_is_text, "v=spf1 -all"),
}


#: Types of an alias record. For a target without IPv6 addresses, an AAAA record would have no value.
IPV4: tuple[str, ...] = ("A",)
DUAL_STACK: tuple[str, ...] = ("A", "AAAA")


def _zone_id(value: str) -> str:
    if not re.fullmatch(r"Z[A-Z0-9]{1,31}", value):
        raise broken_rule("is not the ID of a hosted zone", 'write the ID that AWS shows, such as "Z2FDTNDATAQYW2"')
    return value


class AliasSettings(Settings):
    """The `alias` block of a record: a load balancer or distribution that this environment does not create itself."""

    target: DomainName = Field(
        examples=["k8s-green.ap-northeast-2.elb.amazonaws.com"],
        description="The target's DNS name, such as that of a load balancer that a cluster's controller created.",
    )
    zone_id: Annotated[str, AfterValidator(_zone_id)] = Field(
        examples=["ZWKZPGTI48KDX"],
        description="The ID of the target's hosted zone, which AWS shows with its DNS name.",
    )
    evaluate_target_health: bool = Field(
        default=True, description="Whether Route 53 omits the record while the target has no healthy backends."
    )
    dual_stack: bool = Field(
        default=False, description="Whether the target also has IPv6 addresses, as every CloudFront distribution does."
    )


class RecordSettings(Settings):
    """A `record` block: the name, type, and values of a record, or one of several records that share a name."""

    renamed: ClassVar[Mapping[str, str]] = {"values": "records"}

    name: RecordName = Field(
        examples=["office.agora.example"], description="The full name, inside the zone; `*` may be its first label."
    )
    type: RecordType | None = Field(
        default=None, examples=["A"], description="A, AAAA, CAA, CNAME, MX, SRV, or TXT; none for an alias."
    )
    records: Annotated[tuple[str, ...], AfterValidator(each_once)] = Field(
        default=(), examples=[["192.0.2.10"]], description="The values, in the form of the type; TXT without quotes."
    )
    ttl: int = Field(
        default=TTL, ge=0, le=604_800, description="Seconds that resolvers may cache the record; at most a week."
    )
    alias: AliasSettings | None = Field(
        default=None, description="An AWS target instead of `records`, also allowed at the zone apex."
    )
    weight: int | None = Field(
        default=None,
        ge=0,
        le=WEIGHT_LIMIT,
        description="The record's weight among the records of the name: with 90 and 10, the second gets a tenth of the "
        "queries.",
    )
    latency_region: Region | None = Field(
        default=None, description="The Region of the target: users get the record with the lowest latency."
    )
    failover: Literal["primary", "secondary"] | None = Field(
        default=None, description="primary is used while it is healthy, secondary otherwise."
    )
    health_check: Label | None = Field(
        default=None, description="The zone's health check; while it is unhealthy, Route 53 omits the record."
    )

    @model_validator(mode="after")
    def _rules(self) -> "RecordSettings":
        raise_findings([*self._value_findings(), *self._routing_findings()])
        return self

    @property
    def routing(self) -> str | None:
        """The routing policy, by the key that sets it."""
        return next(iter(self._routings()), None)

    @property
    def types(self) -> tuple[str, ...]:
        """The DNS types of the record."""
        if self.alias:
            return DUAL_STACK if self.alias.dual_stack else IPV4
        return (str(self.type),)

    def _routings(self) -> list[str]:
        return [key for key in ("weight", "latency_region", "failover") if getattr(self, key) is not None]

    def _alias_findings(self, alias: AliasSettings) -> Iterator[Finding]:
        for key in ("type", "records"):
            if getattr(self, key):
                rule = "cannot be combined with an alias, which has the addresses of its target"
                yield Finding((key,), None, rule, "remove it, or remove the `alias` block")
        if alias.target == self.name:
            yield Finding(("alias", "target"), self.name, "is the record's own name", "write the target's name")

    def _value_findings(self) -> Iterator[Finding]:
        if self.alias:
            yield from self._alias_findings(self.alias)
            return
        if self.type is None or not self.records:
            yield Finding((), None, "has no value", "write `type` and `records`, or an `alias` block")
            return
        is_right, example = _FORMS[self.type]
        for index, value in enumerate(self.records):
            if not is_right(value):
                rule = f"is not a valid value of a record of type {self.type}"
                if self.type == "TXT" and value.startswith('"'):
                    rule += ": Groundwork adds the quotes of a zone file"
                yield Finding(("records", str(index)), value, rule, f'write one as "{example}"')
        if self.type == "TXT":
            yield from self._text_findings()
        if self.type == "CNAME":
            yield from self._canonical_name_findings()

    def _text_findings(self) -> Iterator[Finding]:
        for beginning in _ONE_PER_NAME:
            several = [value for value in self.records if value.lower().startswith(beginning.lower())]
            if len(several) > 1:
                rule = f"has {len(several)} values that begin with {beginning}, which mail receivers treat as an error"
                yield Finding(("records",), several, rule, "combine them into one")

    def _canonical_name_findings(self) -> Iterator[Finding]:
        if self.name in [value.removesuffix(".") for value in self.records]:
            yield Finding(("records",), self.name, "is the record's own name, which is a loop", "write another name")
        if len(self.records) > 1:
            # RFC 1034, section 3.6.2: a name is an alias of one other name.
            rule = "are several names, and a CNAME has exactly one"
            yield Finding(("records",), list(self.records), rule, "write one, or a weighted record for each")

    def _routing_findings(self) -> Iterator[Finding]:
        routings = self._routings()
        for key in routings[1:]:
            rule = f"cannot be combined with {routings[0]}: a record has one routing policy"
            yield Finding((key,), getattr(self, key), rule, "remove one of them")
        if self.health_check and not routings:
            rule = "has no effect: without a routing policy, no other record can take over"
            yield Finding(("health_check",), self.health_check, rule, "add weight, latency_region, or failover")
        monitored = self.health_check or (self.alias and self.alias.evaluate_target_health)
        if self.failover == "primary" and not monitored:
            rule = "is never unhealthy without a health check, so the secondary is never used"
            yield Finding(("failover",), self.failover, rule, "add health_check, or an alias that evaluates health")
