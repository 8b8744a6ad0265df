"""Names inside the VPC."""

from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordWeightedRoutingPolicy
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone, Route53ZoneVpc
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.vpc.vpc import Network

#: Seconds that clients may keep an answer: a name that is led to a restored database is followed within a minute.
TTL = 60


class PrivateZone(Construct):
    """The zone `<environment>.internal`, which only the VPC sees: names that stay when what they lead to is replaced.

    ICANN keeps `.internal` for private use, so no name of ours is ever someone else's on the internet.

    Creates: the zone; a record for each `lead` and `share`.
    """

    def __init__(self, scope: Construct, id: str, *, network: Network, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._make = foundation.resources(self, "network")
        self.name = f"{foundation.names.environment}.internal"
        zone = self._make(
            Route53Zone,
            "private",
            name=self.name,
            comment=f"{foundation.names.product} {foundation.names.environment}: names inside the VPC",
            vpc=[Route53ZoneVpc(vpc_id=network.vpc_id)],
            force_destroy=False,
        )
        self._zone_id = zone.zone_id

    def add_cname(self, what: str, name: str, target: str) -> str:
        """Let `<name>.<zone>` lead to the target, a name itself; return the whole name."""
        self._make(
            Route53Record,
            f"private_{what}",
            zone_id=self._zone_id,
            name=f"{name}.{self.name}",
            type="CNAME",
            ttl=TTL,
            records=[target],
        )
        return f"{name}.{self.name}"

    def add_weighted_cname(self, what: str, name: str, member: str, target: str) -> str:
        """Let `<name>.<zone>` lead to this target among others, each as often; return the whole name."""
        self._make(
            Route53Record,
            f"private_{what}_{member}",
            zone_id=self._zone_id,
            name=f"{name}.{self.name}",
            type="CNAME",
            ttl=TTL,
            records=[target],
            set_identifier=member,
            weighted_routing_policy=Route53RecordWeightedRoutingPolicy(weight=1),
        )
        return f"{name}.{self.name}"
