"""The records of an environment file's zones: records, delegations, health checks, certificate authorities."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.zone.keys.health_check import HealthCheckSettings
from modules.network.zone.keys.record import RecordSettings
from modules.network.zone.settings import ZoneSettings
from modules.network.zone.zones import PublicZone, Routing

#: Seconds that resolvers may cache a subdomain's name servers. Two days are common; with one hour, a zone that was
#: created again is found within the hour, at the cost of one more query per hour.
DELEGATION_TTL = 3600


class ZoneRecords(Construct):
    """The records that a `zone` block lists.

    Creates: the CAA record, the NS records of subdomains, health checks, the records of the `record` blocks.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        label: str,
        zone: PublicZone,
        settings: ZoneSettings,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = label
        self._zone = zone
        self._foundation = foundation
        self._make = foundation.resources(self, "zone")
        if settings.certificate_authorities:
            self._create_caa_record(settings)
        for subdomain, delegation in settings.delegation.items():
            name, servers = settings.delegated(subdomain), delegation.name_servers
            zone.record(f"delegation_{subdomain}", name, "NS", servers, ttl=DELEGATION_TTL)
        self._health_checks = {
            name: self._create_health_check(name, check) for name, check in settings.health_check.items()
        }
        for name, record in settings.record.items():
            self._create_record(name, record)

    def _create_caa_record(self, settings: ZoneSettings) -> None:
        """Name the certificate authorities. Without `issuewild`, `issue` applies to wildcards too ([RFC 8659]
        (https://www.rfc-editor.org/rfc/rfc8659)).
        """
        values = [f'0 issue "{authority}"' for authority in settings.certificate_authorities]
        self._zone.record("caa", self._zone.name, "CAA", values)

    def _create_health_check(self, name: str, settings: HealthCheckSettings) -> str:
        """Return the ID of a new health check."""
        match = "_STR_MATCH" if settings.search_string else ""
        check = self._make(
            Route53HealthCheck,
            f"{self._label}_{name}",
            type=f"{settings.protocol.upper()}{match}",
            fqdn=settings.fqdn,
            port=settings.port,
            resource_path=None if settings.protocol == "tcp" else settings.resource_path,
            search_string=settings.search_string,
            request_interval=settings.request_interval,
            failure_threshold=settings.failure_threshold,
            # A load balancer selects the certificate by the name in the TLS handshake.
            enable_sni=True if settings.protocol == "https" else None,
            tags={"Name": self._foundation.names.of(name)},
            # If a health check is deleted while records use it, their routing "can't be predicted" ([DeleteHealthCheck]
            # (https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHealthCheck.html)).
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return check.id

    def _create_record(self, label: str, settings: RecordSettings) -> None:
        key, routing = f"record_{label}", self._routing(label, settings)
        if settings.alias:
            self._zone.alias(
                key,
                settings.name,
                target=settings.alias.target,
                target_zone_id=settings.alias.zone_id,
                types=settings.types,
                evaluate_target_health=settings.alias.evaluate_target_health,
                routing=routing,
            )
        else:
            values, ttl = settings.records, settings.ttl
            self._zone.record(key, settings.name, str(settings.type), values, ttl=ttl, routing=routing)

    def _routing(self, label: str, settings: RecordSettings) -> Routing | None:
        if settings.routing is None:
            return None
        return Routing(
            # Environments in several Regions may each have a record of the same name in one zone.
            f"{self._foundation.names.environment}-{label}",
            weight=settings.weight,
            latency_region=settings.latency_region,
            failover=settings.failover,
            health_check_id=self._health_checks[settings.health_check] if settings.health_check else None,
        )
