"""The `zone` blocks: public hosted zones of Route 53, created or existing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, TieredSettings, each_once
from modules.network.keys.domains import DomainName, is_under
from modules.network.zone.keys.delegation import DelegationSettings
from modules.network.zone.keys.health_check import HealthCheckSettings
from modules.network.zone.keys.record import RecordSettings

#: [AWS Certificate Manager User Guide, Set up to use AWS Certificate Manager, Configure a CAA record]
#: (https://docs.aws.amazon.com/acm/latest/userguide/setup.html#setup-caa): any of these allows ACM to issue
#: certificates.
AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")

#: [AWS Certificate Manager User Guide, Quotas, Number of domain names per ACM certificate]
#: (https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html): the default quota, which can be increased.
CERTIFICATE_NAMES_LIMIT = 10
#: [RequestCertificate, DomainName]
#: (https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html): the first name is also the common
#: name, which has at most 64 characters.
COMMON_NAME_LIMIT = 64


class ZoneSettings(TieredSettings):
    """A `zone` block: a public hosted zone of Route 53."""

    name: DomainName = Field(
        examples=["agora.example"], description="The domain name of the zone, without a trailing dot."
    )
    existing: bool = Field(
        default=False,
        description="Whether the zone exists already, created by the registrar or by hand; it is looked up by name.",
    )
    certificate_authorities: Annotated[tuple[DomainName, ...], AfterValidator(each_once)] = Field(
        default=(),
        description="Certificate authorities that may issue certificates for names in the zone (its CAA record); "
        "by default amazon.com in a zone that is created here, none in an existing one.",
    )
    query_logs: bool = Field(
        default=False, description="Whether every DNS query to the zone is written to a log group in us-east-1."
    )
    record: dict[Label, RecordSettings] = Field(
        default_factory=dict, description="DNS records that no other block creates, by label."
    )
    delegation: dict[Label, DelegationSettings] = Field(
        default_factory=dict, description="Subdomains delegated to other zones, by the name of their environment."
    )
    health_check: dict[Label, HealthCheckSettings] = Field(
        default_factory=dict, description="Health checks that records can use, by name."
    )

    @model_validator(mode="before")
    @classmethod
    def _amazon_only(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and not values.get("existing"):
            return {"certificate_authorities": AMAZON[:1], **values}
        return values

    @model_validator(mode="after")
    def _rules(self) -> "ZoneSettings":
        raise_findings(
            [
                *self._authority_findings(),
                *self._delegation_findings(),
                *self._name_findings(),
                *self._conflict_findings(),
                *self._health_findings(),
            ]
        )
        return self

    def delegated(self, label: str) -> str:
        """Return the subdomain's full name."""
        return self.delegation[label].name or f"{label}.{self.name}"

    def _authority_findings(self) -> Iterator[Finding]:
        authorities = self.certificate_authorities
        if authorities and not set(authorities) & set(AMAZON):
            rule = "prevent ACM from issuing certificates for names in the zone"
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
                    # [RFC 1034](https://www.rfc-editor.org/rfc/rfc1034), section 4.2.1: the parent zone would also need
                    # its address, as a glue record.
                    rule = f"is in {name} itself, so resolvers could not find its address"
                    here = ("delegation", label, "name_servers", str(index))
                    yield Finding(here, server, rule, "write the name servers that Route 53 assigned to the zone")

    def _name_findings(self) -> Iterator[Finding]:
        subdomains = {self.delegated(label): label for label in self.delegation}
        for label, record in self.record.items():
            at = ("record", label, "name")
            if not is_under(record.name.removeprefix("*."), self.name):
                rule, remedy = f"is not in the zone {self.name}", f'write "{record.name}.{self.name}", the full name'
                yield Finding(at, record.name, rule, remedy)
            for subdomain in subdomains:
                if is_under(record.name, subdomain):
                    # RFC 1034, section 4.2.1: below a delegation, resolvers no longer query the parent zone.
                    rule = f"is in {subdomain}, which delegation.{subdomains[subdomain]} delegates to another zone"
                    yield Finding(at, record.name, rule, "write the record in that zone's environment")
            if record.type == "CNAME" and record.name == self.name:
                # [RFC 1034, section 3.6.2](https://www.rfc-editor.org/rfc/rfc1034#section-3.6.2): a name with a CNAME
                # has no other records, and this one has NS and SOA.
                rule = "is the zone's own name, which cannot have a CNAME record"
                yield Finding(at, record.name, rule, "write an `alias` block in place of `type` and `records`")
            if record.type == "CAA" and record.name == self.name and self.certificate_authorities:
                rule = "already has a CAA record, from certificate_authorities"
                yield Finding(at, record.name, rule, "add the values there, or write certificate_authorities = []")

    def _conflict_findings(self) -> Iterator[Finding]:
        for (earlier, one), (label, other) in combinations(self.record.items(), 2):
            if one.name == other.name:
                yield from _conflicts(("record", label), other, one, earlier)

    def _health_findings(self) -> Iterator[Finding]:
        for label, record in self.record.items():
            if record.health_check and record.health_check not in self.health_check:
                known = ", ".join(self.health_check) or "none"
                rule = f"is not a health check of this zone ({known})"
                remedy = f'add `health_check "{record.health_check}" {{ ... }}` to the zone'
                yield Finding(("record", label, "health_check"), record.health_check, rule, remedy)
            check = self.health_check.get(record.health_check or "")
            if check and check.fqdn == record.name:
                rule = f"checks {check.fqdn}, the name that all of its records share, and not this record's target"
                remedy = "write the target's own name as the health check's host"
                yield Finding(("record", label, "health_check"), record.health_check, rule, remedy)


def _conflicts(at: tuple[str, ...], record: RecordSettings, other: RecordSettings, earlier: str) -> Iterator[Finding]:
    """Yield why Route 53 rejects two records of one name; two records of one type need the same routing policy."""
    if not set(record.types) & set(other.types):
        if "CNAME" in (*record.types, *other.types):
            rule = (
                f"has the same name as record.{earlier}, {record.name}, and a name with a CNAME record cannot "
                "have other records"
            )
            yield Finding(at, None, rule, "give one of them another name")
    elif not (record.routing and other.routing):
        rule = (
            f"has the same name and type as record.{earlier}, {record.name}, and at least one of them has no "
            "routing policy"
        )
        yield Finding(at, None, rule, "put the values into one record, or write weight in both")
    elif record.routing != other.routing:
        rule = f"is routed by {record.routing}, and record.{earlier} of the same name by {other.routing}"
        yield Finding(at, None, rule, f"write {other.routing} in both")
    elif record.failover and record.failover == other.failover:
        rule = f"is also the value of record.{earlier} of the same name"
        yield Finding((*at, "failover"), record.failover, rule, "make one primary and one secondary")
    elif record.latency_region and record.latency_region == other.latency_region:
        rule = f"is also the Region of record.{earlier}, and {record.name} can have one record per Region"
        yield Finding((*at, "latency_region"), record.latency_region, rule, "write another Region")


def zone_label_of(name: str, zones: Mapping[str, ZoneSettings]) -> str | None:
    """Return the label of the zone with the longest name that contains the domain name, or None."""
    containing = [label for label, zone in zones.items() if is_under(name.removeprefix("*."), zone.name)]
    return max(containing, key=lambda label: len(zones[label].name), default=None)


def certificate_findings(
    at: tuple[str, ...], names: Sequence[str], zones: Mapping[str, ZoneSettings]
) -> Iterator[Finding]:
    """Yield why ACM would reject a certificate; all of the names in one zone share a certificate."""
    for zone in sorted({label for name in names if (label := zone_label_of(name, zones))}):
        shared = [name for name in names if zone_label_of(name, zones) == zone]
        if len(shared) > CERTIFICATE_NAMES_LIMIT:
            rule = f"has {len(shared)} names in {zones[zone].name}, and an ACM certificate has at most "
            rule += f"{CERTIFICATE_NAMES_LIMIT} by default"
            yield Finding(at, None, rule, f'write "*.{zones[zone].name}", or move names to another block')
        if min(map(len, shared)) > COMMON_NAME_LIMIT:
            rule = f"is longer than {COMMON_NAME_LIMIT} characters, like all names of its certificate"
            yield Finding(at, shared[0], rule, "add a shorter name; a certificate needs one")


def outside_zones(at: tuple[str, ...], name: str, zones: Mapping[str, ZoneSettings]) -> Iterator[Finding]:
    """Yield a problem if the domain name is in none of the environment's zones."""
    if zone_label_of(name, zones) is not None:
        return
    known = ", ".join(zone.name for zone in zones.values())
    if known:
        rule, remedy = f"is in no zone of this environment ({known})", "write a name below one of them, or add a"
    else:
        rule, remedy = "is in no zone, since this environment has none", "remove it, or add a"
    yield Finding(at, name, rule, f"{remedy} `zone` block that contains it")
