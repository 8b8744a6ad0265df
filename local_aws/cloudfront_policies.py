"""CloudFront: policies that several distributions share, and VPC origins.

- AWS: Create, Get, List, Update, and Delete of cache policies, origin request policies, and response headers policies,
  each with a name that is unique in the account; a policy in use cannot be deleted. Moto 5.2.5 has none of them. Added.
  AWS managed policies do not exist here: a distribution names them by their IDs, which are not checked.
- AWS: the same operations on VPC origins, which also have an ARN and tags. Moto has none. Added; they are deployed
  immediately.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.extend import add, respond


@dataclass(frozen=True)
class Kind:
    """A kind of resource: its name in AWS, and the elements of its responses and errors."""

    name: str
    method: str
    """The suffix of the operations' names in Moto's style."""
    path: str
    config: str
    missing: str
    taken: str
    used: str

    @property
    def methods(self) -> str:
        """The suffix of the operation that lists them."""
        return f"{self.method.removesuffix('y')}ies" if self.method.endswith("y") else f"{self.method}s"


def _policy(name: str, method: str, path: str) -> Kind:
    return Kind(name, method, path, f"{name}Config", f"NoSuch{name}", f"{name}AlreadyExists", f"{name}InUse")


VPC_ORIGIN = Kind(
    "VpcOrigin",
    "vpc_origin",
    "vpc-origin",
    "VpcOriginEndpointConfig",
    "EntityNotFound",
    "EntityAlreadyExists",
    "CannotDeleteEntityWhileInUse",
)
KINDS = (
    _policy("CachePolicy", "cache_policy", "cache-policy"),
    _policy("OriginRequestPolicy", "origin_request_policy", "origin-request-policy"),
    _policy("ResponseHeadersPolicy", "response_headers_policy", "response-headers-policy"),
    VPC_ORIGIN,
)


class Thing:
    """A policy or a VPC origin."""

    def __init__(self, kind: Kind, account_id: str, config: dict[str, Any]) -> None:
        from moto.cloudfront.models import random_id
        from moto.core.utils import utcnow

        self.id = f"vo_{random_id()}" if kind is VPC_ORIGIN else random_id()
        self.arn = f"arn:aws:cloudfront::{account_id}:{kind.path.replace('-', '')}/{self.id}"
        self.created_time = utcnow()
        self._kind = kind
        self.write(config)

    def write(self, config: dict[str, Any]) -> None:
        """Store the configuration, with a new ETag."""
        from moto.cloudfront.models import random_id
        from moto.core.utils import utcnow

        self.config = config
        self.etag = random_id()
        self.last_modified_time = utcnow()

    def described(self) -> dict[str, Any]:
        """Return it as in AWS's responses."""
        kind = self._kind
        thing = {"Id": self.id, "LastModifiedTime": self.last_modified_time, kind.config: self.config}
        if kind is VPC_ORIGIN:
            thing |= {"Arn": self.arn, "Status": "Deployed", "CreatedTime": self.created_time}
        return {kind.name: thing, "ETag": self.etag}

    def listed(self) -> dict[str, Any]:
        """Return it as in AWS's lists."""
        thing: dict[str, Any] = self.described()[self._kind.name]
        if self._kind is VPC_ORIGIN:
            config = thing.pop(self._kind.config)
            return thing | {"Name": config["Name"], "OriginEndpointArn": config["Arn"]}
        return {"Type": "custom", self._kind.name: thing}


def install() -> None:
    """Add the operations to Moto's CloudFront, with their URLs."""
    from moto.cloudfront import urls
    from moto.cloudfront.responses import CloudFrontResponse

    for kind in KINDS:
        for action, call in (("create", _create), ("get", _get), ("update", _update), ("delete", _delete)):
            add(CloudFrontResponse, _named(f"{action}_{kind.method}", kind, call))
        add(CloudFrontResponse, _named(f"list_{kind.methods}", kind, _list))
        for rest in ("", "/(?P<id>[^/]+)"):
            urls.url_paths[f"{{0}}/2020-05-31/{kind.path}{rest}$"] = CloudFrontResponse.dispatch


def _named(name: str, kind: Kind, call: Callable[[Kind, Any], Any]) -> Callable[[Any], Any]:
    def answer(response: Any) -> Any:
        return call(kind, response)

    answer.__name__ = name
    return answer


def _create(kind: Kind, response: Any) -> Any:
    from moto.cloudfront.exceptions import CloudFrontException

    config = response._get_param(kind.config)
    if any(each.config["Name"] == config["Name"] for each in _all(kind, response).values()):
        raise CloudFrontException(kind.taken, f"{config['Name']} exists already.")
    thing = Thing(kind, response.current_account, config)
    _all(kind, response)[thing.id] = thing
    tags = response._get_param("Tags.Items", []) if kind is VPC_ORIGIN else []
    response.backend.tagger.tag_resource(thing.arn, tags or [])
    return respond(thing.described() | {"Location": f"https://cloudfront.amazonaws.com/2020-05-31/{thing.id}"})


def _get(kind: Kind, response: Any) -> Any:
    return respond(_one(kind, response).described())


def _list(kind: Kind, response: Any) -> Any:
    items = [each.listed() for each in _all(kind, response).values()]
    page = {"Items": items, "Quantity": len(items), "MaxItems": 100}
    if kind is VPC_ORIGIN:
        page |= {"IsTruncated": False, "Marker": ""}
    return respond({f"{kind.name}List": page})


def _update(kind: Kind, response: Any) -> Any:
    thing = _one(kind, response)
    thing.write(response._get_param(kind.config))
    return respond(thing.described())


def _delete(kind: Kind, response: Any) -> Any:
    from moto.cloudfront.exceptions import CloudFrontException
    from moto.core.responses import EmptyResult

    thing = _one(kind, response)
    for distribution in response.backend.distributions.values():
        if f'"{thing.id}"' in json.dumps(distribution.distribution_config):
            raise CloudFrontException(kind.used, f"{thing.id} is used by {distribution.id}.")
    del _all(kind, response)[thing.id]
    return respond(thing.described()) if kind is VPC_ORIGIN else EmptyResult()


def _all(kind: Kind, response: Any) -> dict[str, Thing]:
    things: dict[str, Thing] = response.backend.__dict__.setdefault(kind.method, {})
    return things


def _one(kind: Kind, response: Any) -> Thing:
    from moto.cloudfront.exceptions import CloudFrontException

    id = response._get_param("Id")
    if id not in _all(kind, response):
        raise CloudFrontException(kind.missing, f"{id} does not exist.")
    return _all(kind, response)[id]
