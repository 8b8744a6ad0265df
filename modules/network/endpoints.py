"""Ways to AWS's own services that do not leave the VPC."""

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.vpc import Network


class Endpoints(Construct):
    """S3 and DynamoDB by gateway, and the interface endpoints that the settings name.

    Creates: two gateway endpoints (free of charge) in the route tables of the app and public tiers; each interface
    endpoint in all zones of the endpoint tier with its private DNS name, and one security group for all of them,
    open on 443 to the VPC.
    """

    def __init__(self, scope: Construct, id: str, *, network: Network, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._network = network
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        for service in ("s3", "dynamodb"):
            self._create_gateway_endpoint(service)
        services = sorted(set(network.settings.interface_endpoints))
        if services:
            security_group_id = self._create_security_group()
            for service in services:
                self._create_interface_endpoint(service, security_group_id)

    def _create_gateway_endpoint(self, service: str) -> None:
        routing = self._network.routing
        public = [routing.public_route_table_id] if routing.public_route_table_id else []
        self._make(
            VpcEndpoint,
            f"endpoint_{service}",
            vpc_id=self._network.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=self._service_name(service),
            route_table_ids=[*routing.app_route_table_ids.values(), *public],
            tags={"Name": self._foundation.names.of(service)},
        )

    def _create_security_group(self) -> str:
        """Return the id of a group that lets the VPC in on 443, and nothing out: an endpoint only answers."""
        name = self._foundation.names.of("endpoints")
        group = self._make(
            SecurityGroup,
            "endpoints",
            name=name,
            description="Interface endpoints: HTTPS from the VPC",
            vpc_id=self._network.vpc_id,
            tags={"Name": name},
        )
        self._make(
            VpcSecurityGroupIngressRule,
            "endpoints_https",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            cidr_ipv4=str(self._network.cidr),
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
        )
        return group.id

    def _create_interface_endpoint(self, service: str, security_group_id: str) -> None:
        self._make(
            VpcEndpoint,
            f"endpoint_{service.replace('.', '_')}",
            vpc_id=self._network.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=self._service_name(service),
            subnet_ids=self._network.endpoint.all_ids(),
            security_group_ids=[security_group_id],
            # The service's usual name leads to the endpoint: no client needs another address.
            private_dns_enabled=True,
            tags={"Name": self._foundation.names.of(service.replace(".", "-"))},
        )

    def _service_name(self, service: str) -> str:
        return f"com.amazonaws.{self._foundation.names.region}.{service}"
