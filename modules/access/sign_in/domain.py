"""Domains of a user pool's managed login pages."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cognito_user_pool_domain import CognitoUserPoolDomain
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.resources import Resources
from modules.network.zone.certificates import CLOUDFRONT_REGION, create_certificate
from modules.network.zone.keys.record import DUAL_STACK
from modules.network.zone.zones import PublicZone


@dataclass(frozen=True)
class Domain:
    """The domain of a user pool's managed login pages."""

    name: str
    """The name that a load balancer needs: of a prefix domain, only the prefix."""
    url: str


def create_prefix_domain(make: Resources, *, prefix: str, pool_id: str, region: str) -> Domain:
    """Create a domain below amazoncognito.com."""
    domain = make(CognitoUserPoolDomain, "domain", domain=prefix, user_pool_id=pool_id)
    return Domain(domain.domain, f"https://{prefix}.auth.{region}.amazoncognito.com")


def create_custom_domain(
    scope: Construct, *, make: Resources, name: str, pool_id: str, zone: PublicZone, foundation: Foundation
) -> Domain:
    """Create a custom domain, which Cognito serves through CloudFront.

    Creates: the domain, its certificate in us-east-1, its alias records.
    """
    certificate_arn = create_certificate(
        scope, purpose="sign_in", names=[name], zone=zone, foundation=foundation, region=CLOUDFRONT_REGION
    )
    domain = make(CognitoUserPoolDomain, "domain", domain=name, user_pool_id=pool_id, certificate_arn=certificate_arn)
    # "Using your own domain for managed login": Cognito requires that the parent domain has an A record.
    zone.after_address(name.partition(".")[2], domain)
    zone.alias(
        "sign_in",
        name,
        target=domain.cloudfront_distribution,
        target_zone_id=domain.cloudfront_distribution_zone_id,
        types=DUAL_STACK,
        # Route 53 does not evaluate the health of CloudFront distributions.
        evaluate_target_health=False,
    )
    return Domain(domain.domain, f"https://{name}")
