"""What CloudFront keeps of a site and for how long, and the headers that it adds."""

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

from modules.edge.site.settings import SiteSettings
from modules.foundation.foundation import Foundation

#: "Use managed cache policies" and "Use managed origin request policies", "... response headers policies": their ids.
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"

YEAR = 31_536_000
#: "CreateCachePolicy, Name" and "CreateResponseHeadersPolicy, Name".
NAME_LIMIT = 128


class SitePolicies(Construct):
    """Creates: a cache policy of pages and one of hashed files, response headers of pages and of each `media` block."""

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

    def _cache(self, what: str, seconds: int) -> str:
        """Return a policy that tells apart what is compressed how, and nothing else: no cookie, header or query.

        Whatever the objects say: their Cache-Control is for browsers, whose copies no invalidation reaches.
        """
        none: dict[str, Any] = {
            "cookies_config": {"cookie_behavior": "none"},
            "headers_config": {"header_behavior": "none"},
            "query_strings_config": {"query_string_behavior": "none"},
        }
        return self._make(
            CloudfrontCachePolicy,
            f"{self._name}_{what}",
            name=self._names.of(f"site-{self._name}-{what}", NAME_LIMIT),
            comment=f"{self._name}: {what}",
            min_ttl=seconds,
            default_ttl=seconds,
            max_ttl=seconds,
            parameters_in_cache_key_and_forwarded_to_origin=CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOrigin(
                enable_accept_encoding_brotli=True, enable_accept_encoding_gzip=True, **none
            ),
        ).id

    def _headers(self, what: str, content_security_policy: str) -> str:
        security: dict[str, Any] = {
            "content_security_policy": {"content_security_policy": content_security_policy, "override": True},
            "content_type_options": {"override": True},
            "frame_options": {"frame_option": self._settings.frame_options, "override": True},
            "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": True},
            "strict_transport_security": {
                "access_control_max_age_sec": YEAR,
                # Names below the site's may be others', who decide for themselves.
                "include_subdomains": False,
                "override": True,
            },
        }
        return self._make(
            CloudfrontResponseHeadersPolicy,
            f"{self._name}_{what}",
            name=self._names.of(f"site-{self._name}-{what}", NAME_LIMIT),
            comment=f"{self._name}: {what}",
            security_headers_config=CloudfrontResponseHeadersPolicySecurityHeadersConfig(**security),
        ).id
