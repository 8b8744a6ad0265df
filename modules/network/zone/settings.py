"""The `zone` blocks: public zones of Route 53, made here or looked up."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Label, TieredSettings, each_once
from modules.network.keys.domains import DomainName, is_under
from modules.network.zone.keys.delegation import DelegationSettings
from modules.network.zone.keys.health_check import HealthCheckSettings
from modules.network.zone.keys.record import RecordSettings

#: "AWS Certificate Manager User Guide, Set up to use CAA records": any of them lets ACM issue.
AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")

#: [AWS Certificate Manager User Guide, Quotas, Number of domain names per ACM certificate]
#: (https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html). More are granted on request; we ask for none.
CERTIFICATE_NAMES_LIMIT = 10
#: [RequestCertificate, DomainName]
#: (https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html): the first name is the common name
#: too, which has 64 characters at most.
COMMON_NAME_LIMIT = 64


class ZoneSettings(TieredSettings):
    """A `zone` block: a public zone, whose names the whole internet sees."""

    name: DomainName = Field(
        examples=["agora.example"], description="The domain whose names the zone holds, without a dot at its end."
    )
    existing: bool = Field(
        default=False,
        description="Whether the zone is there already, made by the registrar or by hand; it is looked up by its name.",
    )
    certificate_authorities: Annotated[tuple[DomainName, ...], AfterValidator(each_once)] = Field(
        default=(),
        description="Who may issue certificates for names in the zone, as CAA records have them; "
        "by default amazon.com in a zone that is made here. None are written into one that exists.",
    )
    query_logs: bool = Field(
        default=False, description="Whether each question to the zone is written to a log group, in us-east-1."
    )
    record: dict[Label, RecordSettings] = Field(
        default_factory=dict, description="Names whose answers are not made from other blocks, by a label."
    )
    delegation: dict[Label, DelegationSettings] = Field(
        default_factory=dict, description="Subdomains that other zones hold, by the name of their environment."
    )
    health_check: dict[Label, HealthCheckSettings] = Field(
        default_factory=dict, description="What records give way by when it is ill, by name."
    )

    @model_validator(mode="before")
    @classmethod
    def _amazon_only(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and not values.get("existing"):
            return {"certificate_authorities": AMAZON[:1], **values}
        return values

    @model_validator(mode="after")
    def _rules(self) -> "ZoneSettings":
        refuse(
            [
                *self._authority_findings(),
                *self._delegation_findings(),
                *self._name_findings(),
                *self._answer_findings(),
                *self._health_findings(),
            ]
        )
        return self

    def delegated(self, label: str) -> str:
        """Return the subdomain's whole name."""
        return self.delegation[label].name or f"{label}.{self.name}"

    def _authority_findings(self) -> Iterator[Finding]:
        authorities = self.certificate_authorities
        if authorities and not set(authorities) & set(AMAZON):
            rule = "keep ACM from issuing certificates for names in the zone"
            yield Finding(("certificate_authorities",), list(authorities), rule, 'add "amazon.com"')

    def _delegation_findings(self) -> Iterator[Finding]:
        for label, delegation in self.delegation.items():
            name = self.delegated(label)
            if name == self.name or not is_under(name, self.name):
                rule = f"is not below the zone's own name, {self.name}"
                at = ("delegation", label, "name") if delegation.name else ("delegation", label)
                yield Finding(at, name, rule, f'write "{label}.{self.name}", or another name below it')
            for index, server in enumerate(delegation.name_servers):
                if is_under(server, name):
                    # RFC 1034, section 4.2.1: the parent would have to give its address too, as a glue record.
                    rule = f"is in {name} itself, so that nobody could ask for its address"
                    here = ("delegation", label, "name_servers", str(index))
                    yield Finding(here, server, rule, "write the name servers of Route 53, which are elsewhere")

    def _name_findings(self) -> Iterator[Finding]:
        subdomains = {self.delegated(label): label for label in self.delegation}
        for label, record in self.record.items():
            at = ("record", label, "name")
            if not is_under(record.name.removeprefix("*."), self.name):
                rule, remedy = f"is not in the zone {self.name}", f'write "{record.name}.{self.name}", the whole name'
                yield Finding(at, record.name, rule, remedy)
            for subdomain in subdomains:
                if is_under(record.name, subdomain):
                    # RFC 1034, section 4.2.1: below a cut the parent is no longer asked.
                    rule = f"is in {subdomain}, which delegation.{subdomains[subdomain]} gives to another zone"
                    yield Finding(at, record.name, rule, "write the record in that zone's environment")
            if record.type == "CNAME" and record.name == self.name:
                # RFC 1034, section 3.6.2: beside a CNAME there is nothing, and here are NS and SOA.
                rule = "is the zone's own name, and that cannot be a CNAME"
                yield Finding(at, record.name, rule, "write an `alias` block in place of type and values")
            if record.type == "CAA" and record.name == self.name and self.certificate_authorities:
                rule = "has its CAA record by certificate_authorities"
                yield Finding(at, record.name, rule, "write them there, or certificate_authorities = []")

    def _answer_findings(self) -> Iterator[Finding]:
        for (earlier, one), (label, other) in combinations(self.record.items(), 2):
            if one.name == other.name:
                yield from _clashes(("record", label), other, one, earlier)

    def _health_findings(self) -> Iterator[Finding]:
        for label, record in self.record.items():
            if record.health_check and record.health_check not in self.health_check:
                known = ", ".join(self.health_check) or "none"
                rule = f"is not a health check of this zone ({known})"
                remedy = f'write `health_check "{record.health_check}" {{ ... }}` beside the record'
                yield Finding(("record", label, "health_check"), record.health_check, rule, remedy)
            check = self.health_check.get(record.health_check or "")
            if check and check.host == record.name:
                rule = f"asks {check.host}, the name that all of the answers share, so that it says nothing of this one"
                remedy = "write a host that leads to this answer alone"
                yield Finding(("record", label, "health_check"), record.health_check, rule, remedy)


def _clashes(at: tuple[str, ...], record: RecordSettings, other: RecordSettings, earlier: str) -> Iterator[Finding]:
    """Yield why Route 53 does not take two records of one name; two answers of a type need one way to choose."""
    if not set(record.types) & set(other.types):
        if "CNAME" in (*record.types, *other.types):
            rule = f"answers {record.name} beside record.{earlier}, and beside a CNAME there can be nothing"
            yield Finding(at, None, rule, "give one of them another name")
    elif not (record.routing and other.routing):
        rule = f"answers {record.name} as record.{earlier} does, and nothing says which of them does when"
        yield Finding(at, None, rule, "put the values into one record, or write weight in both")
    elif record.routing != other.routing:
        rule = f"is routed by {record.routing}, and record.{earlier} of the same name by {other.routing}"
        yield Finding(at, None, rule, f"write {other.routing} in both")
    elif record.failover and record.failover == other.failover:
        rule = f"is what record.{earlier} of the same name is"
        yield Finding((*at, "failover"), record.failover, rule, "make one primary and one secondary")
    elif record.latency_region and record.latency_region == other.latency_region:
        rule = f"is the region of record.{earlier} too, and {record.name} has one answer a region"
        yield Finding((*at, "latency_region"), record.latency_region, rule, "write another region")


def zone_label_of(name: str, zones: Mapping[str, ZoneSettings]) -> str | None:
    """Return the label of the zone with the longest name that the domain name lies in, if it lies in any."""
    holding = [label for label, zone in zones.items() if is_under(name.removeprefix("*."), zone.name)]
    return max(holding, key=lambda label: len(zones[label].name), default=None)


def certificate_findings(
    at: tuple[str, ...], names: Sequence[str], zones: Mapping[str, ZoneSettings]
) -> Iterator[Finding]:
    """Yield what ACM does not take of names that share a certificate: those that lie in one zone."""
    for zone in sorted({label for name in names if (label := zone_label_of(name, zones))}):
        shared = [name for name in names if zone_label_of(name, zones) == zone]
        if len(shared) > CERTIFICATE_NAMES_LIMIT:
            rule = f"has {len(shared)} names in {zones[zone].name}, and a certificate of ACM has "
            rule += f"{CERTIFICATE_NAMES_LIMIT} by default"
            yield Finding(at, None, rule, f'write "*.{zones[zone].name}" for many, or a further block for the others')
        if min(map(len, shared)) > COMMON_NAME_LIMIT:
            rule = f"is longer than {COMMON_NAME_LIMIT} characters, as all of its certificate's names are"
            yield Finding(at, shared[0], rule, "add a shorter name; a certificate needs one")


def outside_zones(at: tuple[str, ...], name: str, zones: Mapping[str, ZoneSettings]) -> Iterator[Finding]:
    """Yield the finding that a domain name lies in none of the environment's zones, if it does."""
    if zone_label_of(name, zones) is not None:
        return
    ours = ", ".join(zone.name for zone in zones.values())
    if ours:
        rule, remedy = f"is in no zone of this environment ({ours})", "write a name under one of them, or a"
    else:
        rule, remedy = "is in no zone, for this environment has none", "take it out, or write a"
    yield Finding(at, name, rule, f"{remedy} `zone` block that holds it")
