"""Names that the whole internet sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.route53_record import (
    Route53Record,
    Route53RecordAlias,
    Route53RecordFailoverRoutingPolicy,
    Route53RecordLatencyRoutingPolicy,
    Route53RecordWeightedRoutingPolicy,
)
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.resources import kept_if
from modules.network.keys.domains import is_under
from modules.network.zone.keys.record import TTL
from modules.network.zone.settings import ZoneSettings

#: "DNS record types, TXT": a longer value is several strings in one record; `\"\"` divides them for the provider.
TXT_STRING_LIMIT = 255


@dataclass(frozen=True)
class Routing:
    """When a record answers that is one of several of its name and type: by one of weight, latency and failover."""

    identifier: str
    """Unique among the records of the name, those of other environments among them."""
    weight: int | None = None
    """Its share among those of the name, 0 to 255."""
    latency_region: str | None = None
    """The region that it is in: users get the one that is nearest in time."""
    failover: Literal["primary", "secondary"] | None = None
    health_check_id: str | None = None
    """The health check without whose consent it is left out."""


class PublicZone(Construct):
    """A public zone, made here or looked up by its name.

    Creates: the zone, unless it exists; a record for each `record`, two for each `alias`, one for each name that
    certificates ask to prove.
    """

    def __init__(
        self, scope: Construct, id: str, *, label: str, settings: ZoneSettings, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._label = label
        self._make = foundation.resources(self, "zone")
        self.name = settings.name
        zone = self._look_up() if settings.existing else self._create(foundation)
        self.zone_id = zone.zone_id
        self.name_servers = zone.name_servers
        self._proofs: dict[str, Route53Record] = {}
        self._addresses: dict[str, list[Route53Record]] = {}
        self._waiting: dict[str, list[TerraformResource]] = {}

    def record(
        self, what: str, name: str, type: str, values: Sequence[str], ttl: int = TTL, routing: Routing | None = None
    ) -> None:
        """Answer for the name with these values; `what` is unique in the zone and stays, the address has it."""
        record = self._make(
            Route53Record,
            f"{self._label}_{what}",
            zone_id=self.zone_id,
            name=self._own(name),
            type=type,
            ttl=ttl,
            records=[_divided(value) if type == "TXT" else value for value in values],
            **_routed(routing),
        )
        self._note_address(name, record)

    def alias(
        self,
        what: str,
        name: str,
        *,
        target: str,
        target_zone_id: str,
        types: Sequence[str],
        evaluate_target_health: bool = True,
        routing: Routing | None = None,
    ) -> None:
        """Answer for the name with the addresses of a load balancer or distribution.

        `types` are A, and AAAA for a target that has IPv6 addresses: for one without, it would answer nothing.
        """
        for type in types:
            record = self._make(
                Route53Record,
                f"{self._label}_{what}_{type.lower()}",
                zone_id=self.zone_id,
                name=self._own(name),
                type=type,
                alias=Route53RecordAlias(
                    name=target, zone_id=target_zone_id, evaluate_target_health=evaluate_target_health
                ),
                **_routed(routing),
            )
            self._note_address(name, record)

    def after_address(self, name: str, resource: TerraformResource) -> None:
        """Let the resource wait for the records that give the name an address, those of higher modules among them."""
        self._waiting.setdefault(name, []).append(resource)
        for record in self._addresses.get(name, []):
            _wait(resource, record)

    def prove(self, name: str, certificate: AcmCertificate, proven: str) -> Route53Record:
        """Return the record by which ACM sees that the name is ours, one for all certificates that ask.

        ACM asks for the same record for a name, its wildcard, and both in any region, as long as it is one account
        ("AWS Certificate Manager User Guide, DNS validation"). `proven` is the name as the certificate has it.
        """
        if name not in self._proofs:
            self._own(name)
            options = f"{certificate.fqn}.domain_validation_options"
            self._proofs[name] = self._make(
                Route53Record,
                f"{self._label}_proof_{part_of_address(name)}",
                zone_id=self.zone_id,
                name=_of_option(options, proven, "resource_record_name"),
                type="CNAME",
                ttl=TTL,
                records=[_of_option(options, proven, "resource_record_value")],
                # It may be there from a certificate that was made by hand, with the very same value.
                allow_overwrite=True,
            )
        return self._proofs[name]

    def _create(self, foundation: Foundation) -> Route53Zone:
        return self._make(
            Route53Zone,
            self._label,
            name=self.name,
            comment=f"{foundation.names.product} {foundation.names.environment}: names on the internet",
            force_destroy=False,
            # A zone that is made anew has other name servers, and its parent goes on naming the old ones.
            lifecycle=kept_if(foundation.is_production),
        )

    def _look_up(self) -> DataAwsRoute53Zone:
        return self._make(DataAwsRoute53Zone, self._label, name=self.name, private_zone=False)

    def _note_address(self, name: str, record: Route53Record) -> None:
        if record.type_input in ("A", "AAAA", "CNAME"):
            self._addresses.setdefault(name, []).append(record)
            for resource in self._waiting.get(name, []):
                _wait(resource, record)

    def _own(self, name: str) -> str:
        if not is_under(name.removeprefix("*."), self.name):
            raise ValueError(f"{name} is not in the zone {self.name}")
        return name


def part_of_address(name: str) -> str:
    """Return a domain name as a part of an address; two underscores for a dot, one for a hyphen."""
    return name.replace(".", "__")


def _wait(resource: TerraformResource, record: Route53Record) -> None:
    address = f"{record.terraform_resource_type}.{record.friendly_unique_id}"
    resource.depends_on = [*(resource.depends_on or []), address]


def _routed(routing: Routing | None) -> dict[str, Any]:
    """Return a record's arguments for its routing."""
    if routing is None:
        return {}
    arguments: dict[str, Any] = {"set_identifier": routing.identifier, "health_check_id": routing.health_check_id}
    if routing.weight is not None:
        arguments["weighted_routing_policy"] = Route53RecordWeightedRoutingPolicy(weight=routing.weight)
    if routing.latency_region:
        arguments["latency_routing_policy"] = Route53RecordLatencyRoutingPolicy(region=routing.latency_region)
    if routing.failover:
        arguments["failover_routing_policy"] = Route53RecordFailoverRoutingPolicy(type=routing.failover.upper())
    return arguments


def _of_option(options: str, name: str, attribute: str) -> str:
    return f'${{one([for option in {options} : option.{attribute} if option.domain_name == "{name}"])}}'


def _divided(value: str) -> str:
    return '""'.join(value[start : start + TXT_STRING_LIMIT] for start in range(0, len(value), TXT_STRING_LIMIT))
