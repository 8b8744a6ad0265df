"""Which requests to a site are answered from where, and how."""

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

#: "CreateFunction, Name", "PublicKeyConfig, Name", "KeyGroupConfig, Name".
NAME_LIMIT = 64
RUNTIME = "cloudfront-js-2.0"

_READ = ["GET", "HEAD"]
_ALL = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
_HANDLERS = Path(__file__).parent / "viewer_request"
#: "CustomErrorResponse, ErrorCode": what CloudFront keeps for ten seconds unless it is told otherwise.
_KEPT_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
#: S3 answers 403 for what is not there to whom it does not let list.
_NOT_THERE = (403, 404)


class SiteBehaviors(Construct):
    """Creates: the function that finds the page of a path; public keys and their group, where URLs are signed.

    `ordered` and `default` are the distribution's behaviours, `errors` what is done with answers that are none.
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
        answers: dict[str, dict[str, Any]] = {
            **{path: _api() for path in (settings.api.paths if settings.api else ())},
            **{path: self._media(label, each) for label, each in settings.media.items() for path in each.paths},
            **{path: self._pages(policies.hashed) for path in settings.hashed_paths},
        }
        self.ordered = [
            CloudfrontDistributionOrderedCacheBehavior(path_pattern=path, **answers[path]) for _, path in settings.paths
        ]
        self.errors = _errors(settings.api, settings.error_page)

    def _pages(self, cache_policy_id: str | None) -> dict[str, Any]:
        return _reading(PAGES, cache_policy_id, self._policies.page_headers)

    def _media(self, label: str, media: MediaSettings) -> dict[str, Any]:
        answer = _reading(media_origin(label), CACHING_OPTIMIZED, self._policies.media_headers[label])
        return {**answer, "trusted_key_groups": [self._key_group_id] if media.signed_urls else None}

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


def _reading(origin_id: str, cache_policy_id: str | None, response_headers_policy_id: str) -> dict[str, Any]:
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
        # A redirect would let a body through in clear first, and turn a POST into a GET.
        "viewer_protocol_policy": "https-only",
        "allowed_methods": _ALL,
        "cached_methods": _READ,
        "compress": False,
        "cache_policy_id": CACHING_DISABLED,
        # Not Host: the load balancer's certificate and rules know its own name.
        "origin_request_policy_id": ALL_VIEWER_EXCEPT_HOST_HEADER,
        "response_headers_policy_id": SECURITY_HEADERS,
    }


def _errors(api: ApiSettings | None, error_page: str | None) -> list[CloudfrontDistributionCustomErrorResponse]:
    """Return what is done with errors: a page in their place, or with an API, that none is kept."""
    if error_page:
        return [
            CloudfrontDistributionCustomErrorResponse(
                error_code=code, response_code=404, response_page_path=error_page, error_caching_min_ttl=0
            )
            for code in _NOT_THERE
        ]
    codes = _KEPT_ERRORS if api else ()
    return [CloudfrontDistributionCustomErrorResponse(error_code=code, error_caching_min_ttl=0) for code in codes]
