"""Websites in a private bucket behind CloudFront."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionRestrictions,
    CloudfrontDistributionRestrictionsGeoRestriction,
    CloudfrontDistributionViewerCertificate,
)
from constructs import Construct

from modules.compute.load_balancer.load_balancer import LoadBalancer
from modules.data.bucket.buckets import Bucket
from modules.data.bucket.settings import OLD_VERSIONS_DAYS
from modules.edge.site.access import decrypt_statement, hide_sid, hide_statement, read_sid, read_statement
from modules.edge.site.behaviors import SiteBehaviors
from modules.edge.site.checks import bucket_of
from modules.edge.site.keys.paths import ROOT_PAGE
from modules.edge.site.keys.publishing import HASHED, PAGES, RELEASES
from modules.edge.site.logs import deliver_logs
from modules.edge.site.origins import SiteOrigins
from modules.edge.site.policies import SitePolicies
from modules.edge.site.settings import SiteSettings
from modules.foundation.buckets import PrivateBucket
from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.foundation.policies import sid
from modules.network.module import NetworkModule
from modules.network.zone.certificates import CLOUDFRONT_REGION, certificate_metrics, create_certificate
from modules.network.zone.keys.record import DUAL_STACK
from modules.network.zone.zones import part_of_address

#: [Supported protocols and ciphers between viewers and CloudFront]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html):
#: TLS 1.3 and 1.2 with forward secrecy.
TLS_POLICY = "TLSv1.2_2021"


class Site(Construct):
    """A public website in a private bucket that only its CloudFront distribution reads.

    Creates: bucket, certificate in us-east-1, origins, cache and response headers policies, CloudFront function,
    distribution, its permission to read the bucket and the media, alias records, access logs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: SiteSettings,
        load_balancer: LoadBalancer | None,
        media: Mapping[str, Bucket],
        web_acl_arn: str | None,
        network: NetworkModule,
        foundation: Foundation,
    ) -> None:
        """`media` has the buckets by the labels of the `media` blocks, `load_balancer` is that of the `api` block."""
        super().__init__(scope, id)
        self.name = name
        self.settings = settings
        self._foundation = foundation
        self._make = foundation.resources(self, "site")
        #: The customer managed key of the bucket, if any. Whoever reads or writes objects needs access to it too.
        self.key = foundation.object_key if settings.encryption == "kms" else None
        self.bucket = self._create_bucket()
        self._certificate_arn = self._create_certificate(network)
        self._create_distribution(
            origins=self._origins(load_balancer, media),
            certificate_arn=self._certificate_arn,
            web_acl_arn=web_acl_arn,
        )
        self._grant_read(media)
        self._create_dns_names(network)
        if settings.access_logs:
            deliver_logs(self._make, name, distribution_arn=self.distribution_arn, foundation=foundation)

    @property
    def metrics(self) -> dict[str, Sequence[MetricSource]]:
        """The resources whose metrics say how it is, by what they are; CloudFront publishes them in us-east-1."""
        dimensions = {"DistributionId": self.distribution_id, "Region": "Global"}
        return {
            "distribution": [MetricSource("AWS/CloudFront", dimensions, CLOUDFRONT_REGION)],
            "certificates": [certificate_metrics(self._certificate_arn, CLOUDFRONT_REGION)],
        }

    @property
    def publish_commands(self) -> list[str]:
        """The commands that a pipeline without `ops publish` runs in the folder of built pages, in this order."""
        bucket = f"s3://{self.bucket.name}"
        hashed = [path.removeprefix("/") for path in self.settings.hashed_paths]
        only = " ".join(f"--include '{pattern}'" for pattern in hashed)
        others = "".join(f" --exclude '{pattern}'" for pattern in hashed)
        first = f"aws s3 sync . {bucket} --exclude '*' {only} --cache-control '{HASHED}'"
        return [
            # Before the pages that use them, and without --delete: pages that are open in a browser use the old ones.
            *([first] if hashed else []),
            f"aws s3 sync . {bucket}{others} --exclude '{RELEASES}*' --delete --cache-control '{PAGES}'",
            f"aws cloudfront create-invalidation --distribution-id {self.distribution_id} --paths '/*'",
        ]

    def _create_bucket(self) -> PrivateBucket:
        foundation, label = self._foundation, bucket_of(self.name)
        bucket = PrivateBucket(
            self,
            "bucket",
            make=self._make,
            purpose=self.name,
            name=foundation.names.bucket(label),
            key=self.key,
            expire_after_days=None,
            expire_old_versions_after_days=OLD_VERSIONS_DAYS[foundation.tier],
            protected=foundation.is_production,
            force_destroy=self.settings.force_destroy,
        )
        self._foundation.log_bucket.log_access_to(bucket, label, make=self._make, address=self.name)
        return bucket

    def _create_certificate(self, network: NetworkModule) -> str:
        names = self.settings.names
        return create_certificate(
            self,
            purpose=f"site_{self.name}",
            names=names,
            zone=network.zone_of(names[0]),
            foundation=self._foundation,
            region=CLOUDFRONT_REGION,
        )

    def _origins(self, load_balancer: LoadBalancer | None, media: Mapping[str, Bucket]) -> SiteOrigins:
        return SiteOrigins(
            self,
            "origins",
            name=self.name,
            settings=self.settings,
            bucket=self.bucket,
            media=media,
            load_balancer=load_balancer,
            foundation=self._foundation,
        )

    def _behaviors(self) -> SiteBehaviors:
        policies = SitePolicies(self, "policies", name=self.name, settings=self.settings, foundation=self._foundation)
        return SiteBehaviors(
            self,
            "behaviors",
            name=self.name,
            settings=self.settings,
            policies=policies,
            foundation=self._foundation,
        )

    def _create_distribution(self, *, origins: SiteOrigins, certificate_arn: str, web_acl_arn: str | None) -> None:
        settings, behaviors = self.settings, self._behaviors()
        name = self._foundation.names.of(f"site-{self.name}")
        distribution = self._make(
            CloudfrontDistribution,
            self.name,
            enabled=True,
            comment=name,
            aliases=list(settings.names),
            default_root_object=ROOT_PAGE.removeprefix("/"),
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=f"PriceClass_{settings.price_class.capitalize()}",
            web_acl_id=web_acl_arn,
            origin=origins.all,
            default_cache_behavior=behaviors.default,
            ordered_cache_behavior=behaviors.ordered or None,
            custom_error_response=behaviors.errors or None,
            viewer_certificate=CloudfrontDistributionViewerCertificate(
                acm_certificate_arn=certificate_arn, minimum_protocol_version=TLS_POLICY, ssl_support_method="sni-only"
            ),
            restrictions=CloudfrontDistributionRestrictions(geo_restriction=_countries(settings)),
            tags={"Name": name},
        )
        self.distribution_id: str = distribution.id
        self.distribution_arn: str = distribution.arn
        self.domain_name: str = distribution.domain_name
        self._zone_id: str = distribution.hosted_zone_id

    def _grant_read(self, media: Mapping[str, Bucket]) -> None:
        arn, name = self.distribution_arn, read_sid(self.name)
        self.bucket.add_statements(
            read_statement(name, arn, [f"{self.bucket.arn}/*"]),
            # Withdrawn pages are still there.
            hide_statement(hide_sid(self.name), [f"{self.bucket.arn}/{RELEASES}*"]),
        )
        if self.key:
            self.key.add_statements(decrypt_statement(name, arn))
        for label, bucket in media.items():
            objects = [f"{bucket.arn}{path}" for path in self.settings.media[label].paths]
            bucket.add_statements(read_statement(f"{name}Media{sid(label)}", arn, objects))
        if not self.key and (key := next((bucket.key for bucket in media.values() if bucket.key), None)):
            # All buckets of the environment share the key.
            key.add_statements(decrypt_statement(name, arn))

    def _create_dns_names(self, network: NetworkModule) -> None:
        for name in self.settings.names:
            network.zone_of(name).alias(
                f"site_{part_of_address(name.replace('*', 'any'))}",
                name,
                target=self.domain_name,
                target_zone_id=self._zone_id,
                types=DUAL_STACK,
                # [AliasTarget, EvaluateTargetHealth]
                # (https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html): false is the only
                # value allowed for CloudFront.
                evaluate_target_health=False,
            )


def _countries(settings: SiteSettings) -> CloudfrontDistributionRestrictionsGeoRestriction:
    if settings.geo_restriction is None:
        return CloudfrontDistributionRestrictionsGeoRestriction(restriction_type="none")
    allow, deny = settings.geo_restriction.allow, settings.geo_restriction.deny
    return CloudfrontDistributionRestrictionsGeoRestriction(
        restriction_type="whitelist" if allow else "blacklist", locations=list(allow or deny)
    )
