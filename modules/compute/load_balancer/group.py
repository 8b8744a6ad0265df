"""Security groups of load balancers."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from constructs import Construct

from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.foundation.foundation import Foundation
from modules.network.vpc.security_groups import (
    ANYWHERE,
    HTTPS,
    Peer,
    SecurityGroup,
    allow_ingress_from,
    members_of,
    ranges,
)
from modules.network.vpc.vpc import Network

#: The addresses of CloudFront's origin-facing servers: [CloudFront Developer Guide, Use the CloudFront managed prefix
#: list]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html#managed-prefix-list).
CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing"
PORTS = {"https": HTTPS, "http": 80}


class LoadBalancerGroup(Construct):
    """The security group of a load balancer.

    Creates: the group; an ingress rule for each port and source; with `allow_ingress_from_cloudfront` one for
    CloudFront; with each `allow_egress_to` an egress rule to one target, and the target's ingress rule.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: LoadBalancerSettings,
        network: Network,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._make = foundation.resources(self, "load_balancer")
        self._targets: set[tuple[str, int]] = set()
        self._allows_cloudfront = False
        group_name = foundation.names.of(f"load-balancer-{name}")
        self._group = SecurityGroup(
            self._make,
            name,
            name=group_name,
            description=f"Load balancer {foundation.names.of(name)}: who may reach it, and its targets",
            vpc_id=network.vpc_id,
        )
        self.id = self._group.id
        if settings.reachable_from == "cloudfront":
            self.allow_ingress_from_cloudfront()
        for protocol in PORTS if settings.answers_http else ("https",):
            for origin, source in _origins(settings, network).items():
                self._allow_ingress(protocol, origin, source)

    def allow_ingress_from_cloudfront(self) -> None:
        """Allow CloudFront's servers on HTTPS. A second call has no effect.

        One port only: the prefix list counts as 55 of the 60 rules of a security group.
        """
        if self._allows_cloudfront:
            return
        self._allows_cloudfront = True
        prefix_list = self._make(DataAwsEc2ManagedPrefixList, self._name, name=CLOUDFRONT)
        self._allow_ingress("https", "cloudfront", Peer(prefix_list_id=prefix_list.id))

    def allow_egress_to(self, security_group_id: str, port: int, name: str) -> None:
        """Allow requests to a target, on both sides; `name` identifies it. A repeated target and port has no effect."""
        if (name, port) in self._targets:
            return
        self._targets.add((name, port))
        self._group.allow_egress_to(f"{self._name}_to_{name}_{port}", members_of(security_group_id), port, f"To {name}")
        description = f"From the load balancer {self._name}"
        allow_ingress_from(
            self._make, f"{self._name}_into_{name}_{port}", security_group_id, members_of(self.id), port, description
        )

    def allow_egress_to_cognito(self) -> None:
        """Allow requests to Cognito, which identifies users; its endpoints have no fixed addresses."""
        description = "To Cognito, which says who a user is"
        self._group.allow_egress_to(f"{self._name}_to_cognito", ANYWHERE, HTTPS, description)

    def _allow_ingress(self, protocol: str, origin: str, source: Peer) -> None:
        description = f"{protocol.upper()} from {origin}"
        self._group.allow_ingress_from(f"{self._name}_{protocol}_from_{origin}", source, PORTS[protocol], description)


def _origins(settings: LoadBalancerSettings, network: Network) -> Mapping[str, Peer]:
    """Return the sources that the rules of each port allow, by the name in the rule's address."""
    match settings.reachable_from:
        case "internet":
            return {"internet": ANYWHERE}
        case "cloudfront":
            return {}
        case "vpc":
            return {"vpc": Peer(cidr_ipv4=str(network.cidr))}
        case "corporate":
            return ranges(network.settings.corporate_cidrs)
        case cidrs:
            return ranges(cidrs)
