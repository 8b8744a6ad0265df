"""Cache behaviors of a site's distribution."""

from pathlib import Path
from typing import Any

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionCustomErrorResponse,
    CloudfrontDistributionDefaultCacheBehavior,
    CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation,
    CloudfrontDistributionOrderedCacheBehavior,
)
from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
from cdktf_cdktf_provider_aws.cloudfront_key_group import CloudfrontKeyGroup
from cdktf_cdktf_provider_aws.cloudfront_public_key import CloudfrontPublicKey
from constructs import Construct

from modules.edge.site.keys.parts import ApiSettings, MediaSettings
from modules.edge.site.origins import API, PAGES, media_origin
from modules.edge.site.policies import (
    ALL_VIEWER_EXCEPT_HOST_HEADER,
    CACHING_DISABLED,
    CACHING_OPTIMIZED,
    SECURITY_HEADERS,
    SitePolicies,
)
from modules.edge.site.settings import SiteSettings
from modules.foundation.foundation import Foundation

#: [CreateFunction, Name](https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateFunction.html),
#: [PublicKeyConfig, Name](https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_PublicKeyConfig.html),
#: [KeyGroupConfig, Name](https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_KeyGroupConfig.html): the
#: maximum length.
NAME_LIMIT = 64
RUNTIME = "cloudfront-js-2.0"

_READ = ["GET", "HEAD"]
_ALL = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
_HANDLERS = Path(__file__).parent / "viewer_request"
#: [CustomErrorResponse, ErrorCode]
#: (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CustomErrorResponse.html): the errors that CloudFront
#: caches, by default for ten seconds.
_CACHED_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
#: S3 returns 403 for a missing object if the caller is not allowed to list the bucket.
_NOT_FOUND = (403, 404)


class SiteBehaviors(Construct):
    """The cache behaviors of a distribution (`ordered` and `default`) and its custom error responses (`errors`).

    Creates: the CloudFront function that maps a path to a page; public keys and a key group for signed URLs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: SiteSettings,
        policies: SitePolicies,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._settings = settings
        self._policies = policies
        self._names = foundation.names
        self._make = foundation.resources(self, "site")
        self._key_group_id = self._create_key_group() if settings.public_key else None
        self.default = CloudfrontDistributionDefaultCacheBehavior(
            **self._pages(policies.pages),
            function_association=[
                CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation(
                    event_type="viewer-request", function_arn=self._create_function()
                )
            ],
        )
        behaviors: dict[str, dict[str, Any]] = {
            **{path: _api() for path in (settings.api.paths if settings.api else ())},
            **{path: self._media(label, each) for label, each in settings.media.items() for path in each.paths},
            **{path: self._pages(policies.hashed) for path in settings.hashed_paths},
        }
        self.ordered = [
            CloudfrontDistributionOrderedCacheBehavior(path_pattern=path, **behaviors[path])
            for _, path in settings.paths
        ]
        self.errors = _errors(settings.api, settings.error_page)

    def _pages(self, cache_policy_id: str | None) -> dict[str, Any]:
        return _read_only(PAGES, cache_policy_id, self._policies.page_headers)

    def _media(self, label: str, media: MediaSettings) -> dict[str, Any]:
        behavior = _read_only(media_origin(label), CACHING_OPTIMIZED, self._policies.media_headers[label])
        return {**behavior, "trusted_key_groups": [self._key_group_id] if media.signed_urls else None}

    def _create_function(self) -> str:
        return self._make(
            CloudfrontFunction,
            self._name,
            name=self._names.of(f"site-{self._name}", NAME_LIMIT),
            comment=f"{self._name}: the page of a path",
            runtime=RUNTIME,
            code=(_HANDLERS / f"{self._settings.routing}.js").read_text(),
            publish=True,
        ).arn

    def _create_key_group(self) -> str:
        keys = [
            self._make(
                CloudfrontPublicKey,
                f"{self._name}_{label}",
                name=self._names.of(f"site-{self._name}-{label}", NAME_LIMIT),
                encoded_key=key.pem,
            ).id
            for label, key in self._settings.public_key.items()
        ]
        return self._make(
            CloudfrontKeyGroup,
            self._name,
            name=self._names.of(f"site-{self._name}", NAME_LIMIT),
            items=keys,
        ).id


def _read_only(origin_id: str, cache_policy_id: str | None, response_headers_policy_id: str) -> dict[str, Any]:
    return {
        "target_origin_id": origin_id,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": _READ,
        "cached_methods": _READ,
        "compress": True,
        "cache_policy_id": cache_policy_id,
        "response_headers_policy_id": response_headers_policy_id,
    }


def _api() -> dict[str, Any]:
    return {
        "target_origin_id": API,
        # With a redirect, the client would first send the body unencrypted, and then repeat a POST as a GET.
        "viewer_protocol_policy": "https-only",
        "allowed_methods": _ALL,
        "cached_methods": _READ,
        "compress": False,
        "cache_policy_id": CACHING_DISABLED,
        # Without Host: the load balancer's certificate and rules use its own name.
        "origin_request_policy_id": ALL_VIEWER_EXCEPT_HOST_HEADER,
        "response_headers_policy_id": SECURITY_HEADERS,
    }


def _errors(api: ApiSettings | None, error_page: str | None) -> list[CloudfrontDistributionCustomErrorResponse]:
    """Return the custom error responses: an error page, or with an API, that errors are not cached."""
    if error_page:
        return [
            CloudfrontDistributionCustomErrorResponse(
                error_code=code, response_code=404, response_page_path=error_page, error_caching_min_ttl=0
            )
            for code in _NOT_FOUND
        ]
    codes = _CACHED_ERRORS if api else ()
    return [CloudfrontDistributionCustomErrorResponse(error_code=code, error_caching_min_ttl=0) for code in codes]
