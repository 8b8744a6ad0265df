"""The private hosted zone of the VPC."""

from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordWeightedRoutingPolicy
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone, Route53ZoneVpc
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.vpc.vpc import Network

#: Seconds. After a restore, clients follow the name to the new database within a minute.
TTL = 60


class PrivateZone(Construct):
    """The private hosted zone `<environment>.internal` of the VPC, whose names stay when their targets are replaced.

    ICANN reserves `.internal` for private use, so no name in it can exist on the internet.

    Creates: the zone; a record for each `add_cname` and `add_weighted_cname`.
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

    def add_cname(self, key: str, name: str, target: str) -> str:
        """Add a CNAME record from `<name>.<zone>` to the target; return the full name."""
        self._make(
            Route53Record,
            f"private_{key}",
            zone_id=self._zone_id,
            name=f"{name}.{self.name}",
            type="CNAME",
            ttl=TTL,
            records=[target],
        )
        return f"{name}.{self.name}"

    def add_weighted_cname(self, key: str, name: str, member: str, target: str) -> str:
        """Add the target to the CNAME records of `<name>.<zone>`, all of equal weight; return the full name."""
        self._make(
            Route53Record,
            f"private_{key}_{member}",
            zone_id=self._zone_id,
            name=f"{name}.{self.name}",
            type="CNAME",
            ttl=TTL,
            records=[target],
            set_identifier=member,
            weighted_routing_policy=Route53RecordWeightedRoutingPolicy(weight=1),
        )
        return f"{name}.{self.name}"
