"""Domains of a user pool's managed login pages."""

from cdktf_cdktf_provider_aws.cognito_user_pool_domain import CognitoUserPoolDomain
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.zone.certificates import CLOUDFRONT_REGION, Certificate
from modules.network.zone.keys.record import DUAL_STACK
from modules.network.zone.zones import PublicZone


class PrefixDomain(Construct):
    """A Cognito prefix domain.

    Creates: a domain below amazoncognito.com.
    """

    def __init__(self, scope: Construct, id: str, *, prefix: str, pool_id: str, foundation: Foundation) -> None:
        super().__init__(scope, id)
        make = foundation.resources(self, "sign_in")
        domain = make(CognitoUserPoolDomain, "domain", domain=prefix, user_pool_id=pool_id)
        #: The name that a load balancer needs: only the prefix.
        self.name = domain.domain
        self.url = f"https://{prefix}.auth.{foundation.names.region}.amazoncognito.com"


class CustomDomain(Construct):
    """A custom domain, which Cognito serves through CloudFront.

    Creates: the domain, its certificate in us-east-1, its alias records.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, pool_id: str, zone: PublicZone, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        certificate = Certificate(
            self,
            "certificate",
            what="sign_in",
            names=[name],
            zone=zone,
            foundation=foundation,
            region=CLOUDFRONT_REGION,
        )
        make = foundation.resources(self, "sign_in")
        domain = make(
            CognitoUserPoolDomain, "domain", domain=name, user_pool_id=pool_id, certificate_arn=certificate.arn
        )
        # [Amazon Cognito Developer Guide, Using your own domain for managed login]
        # (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html): Cognito
        # requires that the parent domain has an A record.
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
        self.name = domain.domain
        self.url = f"https://{name}"
