"""Cache policies and response headers policies of a site."""

from typing import Any

from cdktf_cdktf_provider_aws.cloudfront_cache_policy import (
    CloudfrontCachePolicy,
    CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin,
)
from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfig,
)
from constructs import Construct

from modules.edge.site.keys.publishing import YEAR
from modules.edge.site.settings import SiteSettings
from modules.foundation.foundation import Foundation

#: IDs from [Use managed cache policies]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html), [Use managed
#: origin request policies]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html), and
#: [Use managed response headers policies]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html).
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"

#: [CreateCachePolicy, Name](https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html) and
#: [CreateResponseHeadersPolicy, Name]
#: (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateResponseHeadersPolicy.html): the maximum
#: length.
NAME_LIMIT = 128


class SitePolicies(Construct):
    """The cache and response headers policies of one site.

    Creates: cache policies for pages and for hashed files; response headers policies for pages and each `media` block.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, settings: SiteSettings, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._name = name
        self._settings = settings
        self._names = foundation.names
        self._make = foundation.resources(self, "site")
        self.pages = self._cache("pages", settings.page_cache_seconds)
        self.hashed = self._cache("hashed", YEAR) if settings.hashed_paths else None
        self.page_headers = self._headers("pages", settings.what_pages_may)
        self.media_headers = {
            label: self._headers(f"media-{label}", media.content_security_policy)
            for label, media in settings.media.items()
        }

    def _cache(self, kind: str, seconds: int) -> str:
        """Return a policy whose cache key has the compression, and no cookies, headers, or query strings.

        The TTL does not depend on the objects' Cache-Control: that is for browsers, whose copies cannot be invalidated.
        """
        none: dict[str, Any] = {
            "cookies_config": {"cookie_behavior": "none"},
            "headers_config": {"header_behavior": "none"},
            "query_strings_config": {"query_string_behavior": "none"},
        }
        return self._make(
            CloudfrontCachePolicy,
            f"{self._name}_{kind}",
            name=self._names.of(f"site-{self._name}-{kind}", NAME_LIMIT),
            comment=f"{self._name}: {kind}",
            min_ttl=seconds,
            default_ttl=seconds,
            max_ttl=seconds,
            parameters_in_cache_key_and_forwarded_to_origin=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin(
                enable_accept_encoding_brotli=True, enable_accept_encoding_gzip=True, **none
            ),
        ).id

    def _headers(self, kind: str, content_security_policy: str) -> str:
        security: dict[str, Any] = {
            "content_security_policy": {"content_security_policy": content_security_policy, "override": True},
            "content_type_options": {"override": True},
            "frame_options": {"frame_option": self._settings.frame_options, "override": True},
            "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": True},
            "strict_transport_security": {
                "access_control_max_age_sec": YEAR,
                # Subdomains may belong to others, who decide for themselves.
                "include_subdomains": False,
                "override": True,
            },
        }
        return self._make(
            CloudfrontResponseHeadersPolicy,
            f"{self._name}_{kind}",
            name=self._names.of(f"site-{self._name}-{kind}", NAME_LIMIT),
            comment=f"{self._name}: {kind}",
            security_headers_config=CloudfrontResponseHeadersPolicySecurityHeadersConfig(**security),
        ).id
