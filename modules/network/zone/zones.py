"""Public hosted zones and their records."""

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
from modules.foundation.resources import address_of, kept_if
from modules.network.keys.domains import is_under
from modules.network.zone.keys.record import TTL
from modules.network.zone.settings import ZoneSettings

#: [Supported DNS record types, TXT record type]
#: (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat): a longer value is
#: split into several strings, which the provider separates by `\"\"`.
TXT_STRING_LIMIT = 255


@dataclass(frozen=True)
class Routing:
    """The routing policy of one of several records with the same name and type: weight, latency, or failover."""

    identifier: str
    """Unique among the records of the name, including those of other environments."""
    weight: int | None = None
    """The record's share among the records of the name, 0 to 255."""
    latency_region: str | None = None
    """The Region of the target: users get the record with the lowest latency."""
    failover: Literal["primary", "secondary"] | None = None
    health_check_id: str | None = None
    """While this health check is unhealthy, Route 53 omits the record."""


class PublicZone(Construct):
    """A public zone, created here or looked up by its name.

    Creates: the zone, unless it exists; a record for each `record`, one or two for each `alias`, one for each name
    that certificates validate.
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
        self._validations: dict[str, Route53Record] = {}
        self._addresses: dict[str, list[Route53Record]] = {}
        self._waiting: dict[str, list[TerraformResource]] = {}

    def record(
        self, key: str, name: str, type: str, values: Sequence[str], ttl: int = TTL, routing: Routing | None = None
    ) -> None:
        """Add a record; `key` is unique in the zone and part of the resource's address, so it must not change."""
        record = self._make(
            Route53Record,
            f"{self._label}_{key}",
            zone_id=self.zone_id,
            name=self._checked(name),
            type=type,
            ttl=ttl,
            records=[_split(value) if type == "TXT" else value for value in values],
            **_routing_arguments(routing),
        )
        self._note_address(name, record)

    def alias(
        self,
        key: str,
        name: str,
        *,
        target: str,
        target_zone_id: str,
        types: Sequence[str],
        evaluate_target_health: bool = True,
        routing: Routing | None = None,
    ) -> None:
        """Add alias records for a load balancer or distribution.

        `types` are A, and AAAA if the target has IPv6 addresses.
        """
        for type in types:
            record = self._make(
                Route53Record,
                f"{self._label}_{key}_{type.lower()}",
                zone_id=self.zone_id,
                name=self._checked(name),
                type=type,
                alias=Route53RecordAlias(
                    name=target, zone_id=target_zone_id, evaluate_target_health=evaluate_target_health
                ),
                **_routing_arguments(routing),
            )
            self._note_address(name, record)

    def after_address(self, name: str, resource: TerraformResource) -> None:
        """Make the resource depend on the records that give the name an address, including those of higher modules."""
        self._waiting.setdefault(name, []).append(resource)
        for record in self._addresses.get(name, []):
            _wait(resource, record)

    def validation_record(self, name: str, certificate: AcmCertificate, option: str) -> Route53Record:
        """Return the record with which ACM validates the name, shared by all certificates for it.

        Within an account, ACM uses the same record for a name and its wildcard in all Regions ([AWS Certificate Manager
        User Guide, AWS Certificate Manager DNS validation]
        (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html)). `option` is the name as the certificate
        lists it.
        """
        if name not in self._validations:
            self._checked(name)
            options = f"{certificate.fqn}.domain_validation_options"
            self._validations[name] = self._make(
                Route53Record,
                f"{self._label}_proof_{part_of_address(name)}",
                zone_id=self.zone_id,
                name=_of_option(options, option, "resource_record_name"),
                type="CNAME",
                ttl=TTL,
                records=[_of_option(options, option, "resource_record_value")],
                # It may exist already, with the same value, for a certificate that was requested by hand.
                allow_overwrite=True,
            )
        return self._validations[name]

    def _create(self, foundation: Foundation) -> Route53Zone:
        return self._make(
            Route53Zone,
            self._label,
            name=self.name,
            comment=f"{foundation.names.product} {foundation.names.environment}: names on the internet",
            force_destroy=False,
            # A zone that is created again gets other name servers, while its parent still delegates to the old ones.
            lifecycle=kept_if(foundation.is_production),
        )

    def _look_up(self) -> DataAwsRoute53Zone:
        return self._make(DataAwsRoute53Zone, self._label, name=self.name, private_zone=False)

    def _note_address(self, name: str, record: Route53Record) -> None:
        if record.type_input in ("A", "AAAA", "CNAME"):
            self._addresses.setdefault(name, []).append(record)
            for resource in self._waiting.get(name, []):
                _wait(resource, record)

    def _checked(self, name: str) -> str:
        if not is_under(name.removeprefix("*."), self.name):
            raise ValueError(f"{name} is not in the zone {self.name}")
        return name


def part_of_address(name: str) -> str:
    """Return a domain name as a part of an address: two underscores for a dot, one for a hyphen."""
    return name.replace(".", "__")


def _wait(resource: TerraformResource, record: Route53Record) -> None:
    address = address_of(record)
    resource.depends_on = [*(resource.depends_on or []), address]


def _routing_arguments(routing: Routing | None) -> dict[str, Any]:
    """Return the arguments of a record for its routing policy."""
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


def _split(value: str) -> str:
    return '""'.join(value[start : start + TXT_STRING_LIMIT] for start in range(0, len(value), TXT_STRING_LIMIT))
