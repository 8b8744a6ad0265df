"""The `record` blocks of a zone: names whose answers are not made from other blocks."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import Label, Region, Settings, each_once
from modules.network.keys.domains import DomainName, RecordName, is_record_name

RecordType = Literal["A", "AAAA", "CAA", "CNAME", "MX", "SRV", "TXT"]

#: Seconds that resolvers may keep an answer: a name that is led elsewhere is followed within five minutes.
TTL = 300
#: "ChangeResourceRecordSets, Weight": 0 to 255, a share of the sum of all weights under the name.
WEIGHT_LIMIT = 255
#: "Amazon Route 53 Developer Guide, DNS record types, TXT": characters of one value.
TXT_LIMIT = 4000

#: RFC 1035, section 3.3.9, and RFC 2782: preferences, priorities, weights and ports have 16 bits.
_NUMBER_LIMIT = 2**16 - 1
_NUMBER = re.compile(r"\d{1,5}")
#: Beginnings of texts of which a name has one at most: two make receivers give up. RFC 7208, section 3.2 (SPF), and
#: RFC 7489, section 6.6.3 (DMARC).
_ONE_OF_A_NAME = ("v=spf1", "v=DMARC1")
_CAA = re.compile(r'(0|128) (issue|issuewild|iodef) "[^"]*"')


def _is_address(version: Literal[4, 6]) -> Callable[[str], bool]:
    def is_address(value: str) -> bool:
        try:
            return ipaddress.ip_address(value).version == version
        except ValueError:
            return False

    return is_address


def _is_name(value: str) -> bool:
    """Return whether it is a name that an answer may lead to, `k1._domainkey.mail.example` among them."""
    return is_record_name(value.removesuffix(".")) and not value.startswith("*")


def _is_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value)) and int(value) <= _NUMBER_LIMIT


def _is_numbered_name(numbers: int) -> Callable[[str], bool]:
    def is_numbered_name(value: str) -> bool:
        *counted, name = value.split(" ")
        return len(counted) == numbers and all(map(_is_number, counted)) and _is_name(name)

    return is_numbered_name


def _is_text(value: str) -> bool:
    return 0 < len(value) <= TXT_LIMIT and '"' not in value and value.isascii()


#: "Amazon Route 53 Developer Guide, Supported DNS record types": what a value looks like, and one that does.
_FORMS: Mapping[RecordType, tuple[Callable[[str], bool], str]] = {
    "A": (_is_address(4), "192.0.2.10"),
    "AAAA": (_is_address(6), "2001:db8::10"),
    "CAA": (lambda value: bool(_CAA.fullmatch(value)), r"0 issue \"amazon.com\""),
    "CNAME": (_is_name, "shops.example.net"),
    "MX": (_is_numbered_name(1), "10 mail.example.net"),
    "SRV": (_is_numbered_name(3), "10 5 5060 sip.example.net"),
    "TXT": (_is_text, "v=spf1 -all"),
}


#: Types of an alias record: a target without IPv6 addresses answers AAAA with nothing.
IPV4: tuple[str, ...] = ("A",)
DUAL_STACK: tuple[str, ...] = ("A", "AAAA")


def _zone_id(value: str) -> str:
    if not re.fullmatch(r"Z[A-Z0-9]{1,31}", value):
        raise broken_rule("is not a hosted zone's id", 'write it as AWS prints it beside the name, "Z2FDTNDATAQYW2"')
    return value


class AliasSettings(Settings):
    """The `alias` block of a record: a load balancer or distribution that this environment does not make itself."""

    target: DomainName = Field(
        examples=["k8s-green.ap-northeast-2.elb.amazonaws.com"],
        description="Its own name, of the load balancer that a cluster's controller made, say.",
    )
    zone_id: Annotated[str, AfterValidator(_zone_id)] = Field(
        examples=["ZWKZPGTI48KDX"], description="The hosted zone of its kind and region, which AWS prints beside it."
    )
    evaluate_target_health: bool = Field(
        default=True, description="Whether its answer is left out while nothing behind it is healthy."
    )
    dual_stack: bool = Field(
        default=False, description="Whether the target has IPv6 addresses too, as every CloudFront distribution does."
    )


class RecordSettings(Settings):
    """A `record` block: one name, one type, its values; or one of several answers that share the name."""

    name: RecordName = Field(
        examples=["office.agora.example"], description="The whole name, in the zone; `*` may be its first label."
    )
    type: RecordType | None = Field(
        default=None, examples=["A"], description="A, AAAA, CAA, CNAME, MX, SRV or TXT; none for an alias."
    )
    values: Annotated[tuple[str, ...], AfterValidator(each_once)] = Field(
        default=(), examples=[["192.0.2.10"]], description="The answers, as the type has them; TXT without quotes."
    )
    ttl: int = Field(
        default=TTL, ge=0, le=604_800, description="Seconds that resolvers may keep the answer; a week at most."
    )
    alias: AliasSettings | None = Field(
        default=None, description="A target in AWS instead of values, at the zone's own name too."
    )
    weight: int | None = Field(
        default=None,
        ge=0,
        le=WEIGHT_LIMIT,
        description="This answer's share among those of the name: 90 and 10 send a tenth to the new cluster.",
    )
    latency_region: Region | None = Field(
        default=None, description="The region that the answer is in: users get the one that is nearest in time."
    )
    failover: Literal["primary", "secondary"] | None = Field(
        default=None, description="primary answers while it is healthy, secondary otherwise."
    )
    health_check: Label | None = Field(
        default=None, description="The zone's health check without whose consent the answer is left out."
    )

    @model_validator(mode="after")
    def _rules(self) -> "RecordSettings":
        refuse([*self._value_findings(), *self._routing_findings()])
        return self

    @property
    def routing(self) -> str | None:
        """The kind of routing, by the key that asks for it."""
        return next(iter(self._routings()), None)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that it answers."""
        if self.alias:
            return DUAL_STACK if self.alias.dual_stack else IPV4
        return (str(self.type),)

    def _routings(self) -> list[str]:
        return [key for key in ("weight", "latency_region", "failover") if getattr(self, key) is not None]

    def _alias_findings(self, alias: AliasSettings) -> Iterator[Finding]:
        for key in ("type", "values"):
            if getattr(self, key):
                rule = "stands beside an alias, which answers with its target's addresses"
                yield Finding((key,), None, rule, "take it out, or take the `alias` block out")
        if alias.target == self.name:
            yield Finding(("alias", "target"), self.name, "is the name itself", "write the target's own name")

    def _value_findings(self) -> Iterator[Finding]:
        if self.alias:
            yield from self._alias_findings(self.alias)
            return
        if self.type is None or not self.values:
            yield Finding((), None, "has nothing to answer", "write `type` and `values`, or an `alias` block")
            return
        is_right, example = _FORMS[self.type]
        for index, value in enumerate(self.values):
            if not is_right(value):
                rule = f"is not a value of a record of type {self.type}"
                if self.type == "TXT" and value.startswith('"'):
                    rule += ": the quotes of a zone file are set by us"
                yield Finding(("values", str(index)), value, rule, f'write one as "{example}"')
        if self.type == "TXT":
            yield from self._text_findings()
        if self.type == "CNAME":
            yield from self._canonical_name_findings()

    def _text_findings(self) -> Iterator[Finding]:
        for beginning in _ONE_OF_A_NAME:
            several = [value for value in self.values if value.lower().startswith(beginning.lower())]
            if len(several) > 1:
                rule = f"has {len(several)} texts that begin with {beginning}, an error to everyone who asks for them"
                yield Finding(("values",), several, rule, "join them into one")

    def _canonical_name_findings(self) -> Iterator[Finding]:
        if self.name in [value.removesuffix(".") for value in self.values]:
            yield Finding(("values",), self.name, "leads to the name itself, and so nowhere", "write another name")
        if len(self.values) > 1:
            # RFC 1034, section 3.6.2: a name is an alias of one other name.
            rule = "are several names, and a CNAME leads to one"
            yield Finding(("values",), list(self.values), rule, "write one, or a weighted record for each")

    def _routing_findings(self) -> Iterator[Finding]:
        routings = self._routings()
        for key in routings[1:]:
            rule = f"stands beside {routings[0]}, and a record is routed in one way"
            yield Finding((key,), getattr(self, key), rule, "take one of them out")
        if self.health_check and not routings:
            rule = "has no other answer to give way to"
            yield Finding(("health_check",), self.health_check, rule, "write weight, latency_region or failover too")
        watched = self.health_check or (self.alias and self.alias.evaluate_target_health)
        if self.failover == "primary" and not watched:
            rule = "is never found to be unhealthy, so that the secondary never answers"
            yield Finding(("failover",), self.failover, rule, "write health_check, or an alias that evaluates health")
