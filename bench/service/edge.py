"""DNS, a firewall, and sign-in."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from cdktf_cdktf_provider_aws.cognito_user_pool import CognitoUserPool
from cdktf_cdktf_provider_aws.cognito_user_pool_client import CognitoUserPoolClient
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from cdktf_cdktf_provider_aws.wafv2_ip_set import Wafv2IpSet
from constructs import Construct


class Edge(Construct):
    """Resources in front of the load balancer."""

    def __init__(self, scope: Construct, id: str, *, service_name: str, load_balancer: Lb) -> None:
        super().__init__(scope, id)
        self.service_name = service_name
        self.load_balancer = load_balancer
        self._create_edge()

    def _create_edge(self) -> None:
        zone = Route53Zone(self, "zone", name=f"{self.service_name}.example.com")
        Route53Record(
            self,
            "record",
            zone_id=zone.zone_id,
            name=zone.name,
            type="A",
            alias=Route53RecordAlias(
                name=self.load_balancer.dns_name,
                zone_id=self.load_balancer.zone_id,
                evaluate_target_health=True,
            ),
        )
        CloudfrontOriginAccessControl(
            self,
            "origin_access",
            name=self.service_name,
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        )
        Wafv2IpSet(
            self,
            "blocked",
            name=self.service_name,
            scope="REGIONAL",
            ip_address_version="IPV4",
            addresses=["192.0.2.0/24"],
        )
        users = CognitoUserPool(self, "users", name=self.service_name)
        CognitoUserPoolClient(self, "users_client", name=self.service_name, user_pool_id=users.id)
