"""Names of services inside the VPC, which ECS keeps: each leads to the tasks that are well."""

from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace
from cdktf_cdktf_provider_aws.service_discovery_service import (
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
    ServiceDiscoveryServiceHealthCheckCustomConfig,
)
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.vpc.vpc import Network

#: Seconds that callers may keep an answer: a task that ended is asked for so long at most.
TTL = 10


def namespace_name(environment: str) -> str:
    """Return the namespace's name.

    Not `<environment>.internal`, which is the zone of databases: Cloud Map makes a zone of its own, and Route 53
    refuses a second one of the same name in a VPC. Below it a name is looked up in the longer zone.
    """
    return f"svc.{environment}.internal"


def service_host(label: str, environment: str) -> str:
    """Return the name by which a service is called."""
    return f"{label}.{namespace_name(environment)}"


class ServiceNames(Construct):
    """The private namespace of an environment's services (AWS Cloud Map).

    Creates: the namespace and with it a private zone of Route 53; a name for each `register`.
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
        """Return the ARN of a service's place in the namespace, which ECS fills with its tasks' addresses."""
        return self._make(
            ServiceDiscoveryService,
            label,
            name=label,
            dns_config=ServiceDiscoveryServiceDnsConfig(
                namespace_id=self._namespace.id,
                routing_policy="MULTIVALUE",
                dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=TTL)],
            ),
            # ECS says who is well; Route 53 cannot look into the VPC.
            health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(failure_threshold=1),
        ).arn
