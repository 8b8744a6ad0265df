"""VPC, subnets, routes, and security groups."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from bench.service.roles import create_role

REGION = "ap-northeast-2"


class Network(Construct):
    """A VPC with public, app, and data subnets."""

    def __init__(
        self, scope: Construct, id: str, *, service_name: str, cidr_prefix: str, logs: CloudwatchLogGroup
    ) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.cidr_prefix = cidr_prefix
        self.logs = logs
        self._create_vpc()
        self._create_routes()
        self._create_security_groups()

    def _create_vpc(self) -> None:
        self.vpc = Vpc(
            self,
            "vpc",
            cidr_block=f"{self.cidr_prefix}.0.0/16",
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": self.service_name},
        )
        self.internet_gateway = InternetGateway(self, "internet_gateway", vpc_id=self.vpc.id)
        self.subnets = {
            f"{tier}_{zone}": Subnet(
                self,
                f"{tier}_{zone}",
                vpc_id=self.vpc.id,
                cidr_block=f"{self.cidr_prefix}.{tier_number * 16 + zone_number}.0/24",
                availability_zone=f"{REGION}{zone}",
                map_public_ip_on_launch=False,
                tags={"Name": f"{self.service_name}-{tier}-{zone}", "Tier": tier},
            )
            for tier_number, tier in enumerate(("public", "app", "data"))
            for zone_number, zone in enumerate("ac")
        }
        self.app_subnet_ids = [self.subnets["app_a"].id, self.subnets["app_c"].id]
        self.data_subnet_ids = [self.subnets["data_a"].id, self.subnets["data_c"].id]
        self.public_subnet_ids = [self.subnets["public_a"].id, self.subnets["public_c"].id]

    def _create_routes(self) -> None:
        address = Eip(self, "nat_address", domain="vpc")
        nat = NatGateway(self, "nat", allocation_id=address.allocation_id, subnet_id=self.subnets["public_a"].id)
        tables = {tier: RouteTable(self, f"{tier}_routes", vpc_id=self.vpc.id) for tier in ("public", "app", "data")}
        Route(
            self,
            "public_default",
            route_table_id=tables["public"].id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=self.internet_gateway.id,
        )
        Route(
            self,
            "app_default",
            route_table_id=tables["app"].id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat.id,
        )
        for name, subnet in self.subnets.items():
            RouteTableAssociation(
                self,
                f"{name}_routes_association",
                route_table_id=tables[name.split("_")[0]].id,
                subnet_id=subnet.id,
            )
        VpcEndpoint(
            self,
            "s3_endpoint",
            vpc_id=self.vpc.id,
            service_name=f"com.amazonaws.{REGION}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in tables.values()],
        )
        role = create_role(
            self, "flow_log_role", service=self.service_name, principal="vpc-flow-logs.amazonaws.com", logs=self.logs
        )
        FlowLog(
            self,
            "flow_log",
            vpc_id=self.vpc.id,
            traffic_type="ALL",
            log_destination=self.logs.arn,
            iam_role_arn=role.arn,
        )

    def _create_security_groups(self) -> None:
        self.security_groups = {
            name: SecurityGroup(
                self,
                f"{name}_security_group",
                name=f"{self.service_name}-{name}",
                description=f"{name} of {self.service_name}",
                vpc_id=self.vpc.id,
            )
            for name in ("balancer", "app", "data")
        }
        for source, target, port in (("balancer", "app", 8080), ("app", "data", 3306), ("app", "data", 6379)):
            VpcSecurityGroupIngressRule(
                self,
                f"{source}_to_{target}_{port}",
                security_group_id=self.security_groups[target].id,
                referenced_security_group_id=self.security_groups[source].id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            )
        for name, group in self.security_groups.items():
            VpcSecurityGroupEgressRule(
                self, f"{name}_egress", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
            )
