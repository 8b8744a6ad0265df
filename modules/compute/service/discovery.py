"""Private DNS names of services, which ECS resolves to the healthy tasks."""

from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace
from cdktf_cdktf_provider_aws.service_discovery_service import (
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
    ServiceDiscoveryServiceHealthCheckCustomConfig,
)
from constructs import Construct

from modules.compute.service.keys.names import namespace_name
from modules.foundation.foundation import Foundation
from modules.network.vpc.vpc import Network

#: Seconds that callers may cache an answer, and so may still call a task that has stopped.
TTL = 10


class ServiceNames(Construct):
    """The private namespace of an environment's services (AWS Cloud Map).

    Creates: the namespace and with it a private hosted zone; a Cloud Map service for each `register`.
    """

    def __init__(self, scope: Construct, id: str, *, network: Network, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._make = foundation.resources(self, "service")
        names = foundation.names
        self._namespace = self._make(
            ServiceDiscoveryPrivateDnsNamespace,
            "names",
            name=namespace_name(names.environment),
            description=f"{names.product} {names.environment}: services inside the VPC",
            vpc=network.vpc_id,
        )

    def register(self, label: str) -> str:
        """Return the ARN of a Cloud Map service, in which ECS registers the tasks' addresses."""
        return self._make(
            ServiceDiscoveryService,
            label,
            name=label,
            dns_config=ServiceDiscoveryServiceDnsConfig(
                namespace_id=self._namespace.id,
                routing_policy="MULTIVALUE",
                dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=TTL)],
            ),
            # ECS reports the health of tasks; Route 53 health checks cannot reach into the VPC.
            health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(failure_threshold=1),
        ).arn
