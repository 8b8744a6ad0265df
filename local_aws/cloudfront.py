"""CloudFront: configurations of distributions, publishing of functions, and replacement of keys.

- AWS: GetDistribution returns the configuration as it was created or updated. Moto 5.2.5 adds `ForwardedValues` to a
  cache policy, and drops functions, parts of the certificate, and the access control and VPC configuration of origins.
  Added: the configuration is stored as requested, with AWS's default values.
- AWS: an alternate domain name belongs to one distribution, across all accounts (CNAMEAlreadyExists), and only a
  disabled distribution can be deleted (DistributionNotDisabled). Added: both errors.
- AWS: UpdateFunction and PublishFunction; the live stage is what was published. Moto has neither. Added.
- AWS: an invalidation that has ended has the status `Completed`. Moto spells it `COMPLETED`. Added: AWS's spelling.
- AWS: UpdateKeyGroup and DeleteKeyGroup. Moto has neither. Added.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any, cast

from local_aws.extend import add, respond

#: AWS's default values.
_DEFAULTS: Mapping[str, Any] = {
    "Aliases": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "OriginGroups": {"Quantity": 0},
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "DefaultRootObject": "",
    "WebACLId": "",
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": True,
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    },
    "Staging": False,
}


class Kept(dict[str, Any]):
    """A distribution's configuration, instead of Moto's: a dictionary for its responses, attributes for its code."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__({**copy.deepcopy(dict(_DEFAULTS)), **config})
        self.caller_reference = self["CallerReference"]
        origins = [origin["Id"] for origin in self["Origins"]["Items"]]
        behaviors = [self["DefaultCacheBehavior"], *self["CacheBehaviors"].get("Items", [])]
        if not all(behavior["TargetOriginId"] in origins for behavior in behaviors):
            from moto.cloudfront.exceptions import OriginDoesNotExist

            raise OriginDoesNotExist

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(name)

    @property
    def names(self) -> set[str]:
        """The alternate domain names of the distribution."""
        return set(self["Aliases"].get("Items", []))


def install() -> None:
    """Let Moto's distributions store their configuration, its functions be published, and its keys be replaced."""
    from moto.cloudfront import models, urls
    from moto.cloudfront.models import CloudFrontBackend
    from moto.cloudfront.responses import CloudFrontResponse

    models.DistributionConfig = Kept  # type: ignore[assignment,misc]
    backend = CloudFrontBackend
    add(
        backend,
        _by_names(backend.create_distribution_with_tags),
        _by_names(backend.update_distribution),
        _when_disabled(backend.delete_distribution),
        _completed(backend.create_invalidation),
    )
    for call in (
        publish_function,
        update_function,
        describe_function,
        get_function,
        update_key_group,
        delete_key_group,
    ):
        add(CloudFrontResponse, call)
    urls.url_paths["{0}/2020-05-31/function/(?P<name>[^/]+)/publish$"] = CloudFrontResponse.dispatch


def _completed(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_invalidation(*arguments: Any, **named: Any) -> Any:
        invalidation = create(*arguments, **named)
        invalidation.status = "Completed"
        return invalidation

    return create_invalidation


def publish_function(response: Any) -> Any:
    """PublishFunction: copies the development stage to the live stage."""
    function = response.backend.describe_function(response._get_param("Name"))
    function.status = "DEPLOYED"
    function.live = copy.copy(function)
    function.live.stage = "LIVE"
    return respond({"FunctionSummary": function.live.function_summary})


def update_function(response: Any) -> Any:
    """UpdateFunction: in the development stage."""
    from moto.cloudfront.models import random_id

    function = response.backend.describe_function(response._get_param("Name"))
    function.config = response._get_param("FunctionConfig")
    function.code = response._get_param("FunctionCode")
    function.status = "UNPUBLISHED"
    function.etag = random_id()
    return respond({"FunctionSummary": function.function_summary, "ETag": function.etag})


def describe_function(response: Any) -> Any:
    """DescribeFunction, in one of the two stages."""
    function = _in_stage(response)
    return respond({"FunctionSummary": function.function_summary, "ETag": function.etag})


def get_function(response: Any) -> Any:
    """GetFunction, in one of the two stages."""
    function = _in_stage(response)
    return respond({"FunctionCode": function.code, "ETag": function.etag, "ContentType": "application/octet-stream"})


def update_key_group(response: Any) -> Any:
    """UpdateKeyGroup."""
    group = response.backend.get_key_group(response._get_param("Id"))
    config = response._get_param("KeyGroupConfig")
    group.name, group.items = config["Name"], config["Items"]
    return respond({"KeyGroup": group, "ETag": group.etag})


def delete_key_group(response: Any) -> Any:
    """DeleteKeyGroup."""
    from moto.core.responses import EmptyResult

    del response.backend.key_groups[response._get_param("Id")]
    return EmptyResult()


def _by_names(call: Callable[..., Any]) -> Callable[..., Any]:
    """Reject alternate domain names of another distribution."""

    def create_or_update(backend: Any, config: Any = None, *args: Any, **kwargs: Any) -> Any:
        from moto.cloudfront.exceptions import CloudFrontException
        from moto.cloudfront.models import cloudfront_backends

        config = config or kwargs.pop("dist_config", None) or kwargs.pop("distribution_config", None)
        own = kwargs.get("_id")
        taken = {
            name
            for account in cloudfront_backends.values()
            for each in account.values()
            for distribution in each.distributions.values()
            if distribution.id != own
            for name in cast("Kept", distribution.distribution_config).names
        }
        for name in sorted(taken.intersection(config.get("Aliases", {}).get("Items", []))):
            raise CloudFrontException(
                "CNAMEAlreadyExists", f"The CNAME {name} is associated with another distribution."
            )
        return call(backend, config, *args, **kwargs)

    create_or_update.__name__ = call.__name__
    return create_or_update


def _when_disabled(delete: Callable[[Any, str, bool], None]) -> Callable[[Any, str, bool], None]:
    def delete_distribution(backend: Any, distribution_id: str, if_match: bool) -> None:
        from moto.cloudfront.exceptions import CloudFrontException

        distribution = backend.distributions.get(distribution_id)
        if distribution and distribution.distribution_config["Enabled"]:
            message = "The distribution you are trying to delete has not been disabled."
            raise CloudFrontException("DistributionNotDisabled", message)
        delete(backend, distribution_id, if_match)

    return delete_distribution


def _in_stage(response: Any) -> Any:
    from moto.cloudfront.exceptions import NoSuchFunctionExists

    name = response._get_param("Name")
    function = response.backend.describe_function(name)
    if response._get_param("Stage") != "LIVE":
        return function
    live = getattr(function, "live", None)
    if live is None:
        raise NoSuchFunctionExists(name)
    return live
