"""Origins of a site's distribution."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrigin,
    CloudfrontDistributionOriginCustomOriginConfig,
    CloudfrontDistributionOriginVpcOriginConfig,
)
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from cdktf_cdktf_provider_aws.cloudfront_vpc_origin import (
    CloudfrontVpcOrigin,
    CloudfrontVpcOriginVpcOriginEndpointConfig,
    CloudfrontVpcOriginVpcOriginEndpointConfigOriginSslProtocols,
)
from constructs import Construct

from modules.compute.load_balancer.load_balancer import LoadBalancer
from modules.data.bucket.buckets import Bucket
from modules.edge.site.checks import origin_name
from modules.edge.site.settings import SiteSettings
from modules.foundation.buckets import PrivateBucket
from modules.foundation.foundation import Foundation

PAGES, API = "pages", "api"
#: [OriginAccessControlConfig, Name]
#: (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html) and
#: [VpcOriginEndpointConfig, Name]
#: (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_VpcOriginEndpointConfig.html): the maximum length.
NAME_LIMIT = 64
HTTPS_PORT, HTTP_PORT = 443, 80
#: All clients of a load balancer support it, except outdated ones.
TLS = "TLSv1.2"
#: Seconds that an idle connection stays open: less than a load balancer's own 60, so that CloudFront closes the
#: connection and sends no request on one that the load balancer has closed.
KEEP_ALIVE = 30


class SiteOrigins(Construct):
    """The origins of one site: its buckets, and the load balancer of its `api` block.

    Creates: origin access control, with which CloudFront signs its requests to buckets; a VPC origin for an internal
    load balancer.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: SiteSettings,
        bucket: PrivateBucket,
        media: Mapping[str, Bucket],
        load_balancer: LoadBalancer | None,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._settings = settings
        self._names = foundation.names
        self._make = foundation.resources(self, "site")
        access_control_id = self._create_access_control()
        buckets = {PAGES: bucket.id, **{media_origin(label): each.id for label, each in media.items()}}
        self.all = [self._bucket(origin_id, each, access_control_id) for origin_id, each in buckets.items()]
        if load_balancer:
            self.all.append(self._load_balancer(load_balancer))

    def _create_access_control(self) -> str:
        return self._make(
            CloudfrontOriginAccessControl,
            self._name,
            name=self._names.of(f"site-{self._name}", NAME_LIMIT),
            description=f"CloudFront reads the buckets of the site {self._name}",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        ).id

    def _bucket(self, origin_id: str, bucket_id: str, access_control_id: str) -> CloudfrontDistributionOrigin:
        return CloudfrontDistributionOrigin(
            origin_id=origin_id,
            # The regional domain name: with the global one, S3 redirects for some time after a bucket is created.
            domain_name=f"{bucket_id}.s3.{self._names.region}.amazonaws.com",
            origin_access_control_id=access_control_id,
        )

    def _load_balancer(self, load_balancer: LoadBalancer) -> CloudfrontDistributionOrigin:
        name = origin_name(load_balancer.settings)
        assert name and self._settings.api, "a check requires a load balancer with a name that is not a wildcard"
        timeout = self._settings.api.origin_read_timeout
        if load_balancer.settings.internal:
            vpc_origin = CloudfrontDistributionOriginVpcOriginConfig(
                vpc_origin_id=self._create_vpc_origin(load_balancer),
                origin_keepalive_timeout=KEEP_ALIVE,
                origin_read_timeout=timeout,
            )
            return CloudfrontDistributionOrigin(origin_id=API, domain_name=name, vpc_origin_config=vpc_origin)
        custom_origin = CloudfrontDistributionOriginCustomOriginConfig(
            http_port=HTTP_PORT,
            https_port=HTTPS_PORT,
            origin_protocol_policy="https-only",
            origin_ssl_protocols=[TLS],
            origin_keepalive_timeout=KEEP_ALIVE,
            origin_read_timeout=timeout,
        )
        return CloudfrontDistributionOrigin(origin_id=API, domain_name=name, custom_origin_config=custom_origin)

    def _create_vpc_origin(self, load_balancer: LoadBalancer) -> str:
        """Create a VPC origin, and allow its traffic to the load balancer.

        [CloudFront Developer Guide, Restrict access with VPC origins]
        (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html): the
        requests come from CloudFront's IP addresses, not from those of the VPC.
        """
        load_balancer.allow_ingress_from_cloudfront()
        endpoint = CloudfrontVpcOriginVpcOriginEndpointConfig(
            name=self._names.of(f"site-{self._name}", NAME_LIMIT),
            arn=load_balancer.arn,
            http_port=HTTP_PORT,
            https_port=HTTPS_PORT,
            origin_protocol_policy="https-only",
            origin_ssl_protocols=[
                CloudfrontVpcOriginVpcOriginEndpointConfigOriginSslProtocols(items=[TLS], quantity=1)
            ],
        )
        return self._make(CloudfrontVpcOrigin, self._name, vpc_origin_endpoint_config=[endpoint]).id


def media_origin(label: str) -> str:
    """Return the origin ID of a `media` block."""
    return f"media-{label}"
