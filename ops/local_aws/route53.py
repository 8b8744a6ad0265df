"""Route 53: private zones as the provider asks for them.

AWS: CreateHostedZone with a VPC makes a private zone; HostedZoneConfig.PrivateZone is read only. Moto 5.2.5
goes by PrivateZone alone, so that the provider, which gives the VPC only, gets a public zone and wants to
associate the VPC at every plan. Added: the VPC decides.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Let the VPC of a request make Moto's zone a private one."""
    from moto.route53.responses import Route53

    from ops.local_aws.extend import add

    add(Route53, _private_with_vpc(Route53.create_hosted_zone))


def _private_with_vpc(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def create_hosted_zone(response: Any) -> Any:
        if response._get_param("VPC.VPCId"):
            response.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
        return create(response)

    return create_hosted_zone
