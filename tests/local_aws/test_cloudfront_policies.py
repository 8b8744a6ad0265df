"""CloudFront: policies and VPC origins."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.test_cloudfront import BEHAVIOR, config

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "CachePolicy": ({"MinTTL": 1}, {"MinTTL": 60, "MaxTTL": 60}),
    "OriginRequestPolicy": (
        {
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "none"},
        },
        {
            "HeadersConfig": {"HeaderBehavior": "allViewer"},
            "CookiesConfig": {"CookieBehavior": "all"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
        },
    ),
    "ResponseHeadersPolicy": (
        {"Comment": "none"},
        {"SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}}},
    ),
}


@pytest.fixture
def cloudfront(client: Callable[..., Any]) -> Any:
    return client("cloudfront")


def calls(cloudfront: Any, kind: str) -> dict[str, Callable[..., Any]]:
    method = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind)
    return {action: getattr(cloudfront, f"{action}{method}") for action in ("create", "get", "update", "delete")}


@pytest.mark.parametrize("kind", CASES)
def test_policy_can_be_read_updated_and_deleted(cloudfront: Any, kind: str) -> None:
    call, name = calls(cloudfront, kind), f"one-{uuid4().hex[:8]}"
    first, second = ({"Name": name, **each} for each in CASES[kind])
    created = call["create"](**{f"{kind}Config": first})
    id = created[kind]["Id"]
    assert created[kind][f"{kind}Config"] == first
    with pytest.raises(ClientError, match=f"{kind}AlreadyExists"):
        call["create"](**{f"{kind}Config": first})
    changed = call["update"](Id=id, IfMatch=created["ETag"], **{f"{kind}Config": second})
    assert changed["ETag"] != created["ETag"]
    assert call["get"](Id=id)[kind][f"{kind}Config"] == second
    call["delete"](Id=id, IfMatch=changed["ETag"])
    with pytest.raises(ClientError, match=f"NoSuch{kind}"):
        call["get"](Id=id)


def test_policy_in_use_cannot_be_deleted(cloudfront: Any) -> None:
    created = cloudfront.create_cache_policy(CachePolicyConfig={"Name": f"one-{uuid4().hex[:8]}", "MinTTL": 1})
    id = created["CachePolicy"]["Id"]
    cloudfront.create_distribution(DistributionConfig=config(DefaultCacheBehavior={**BEHAVIOR, "CachePolicyId": id}))
    with pytest.raises(ClientError, match="CachePolicyInUse"):
        cloudfront.delete_cache_policy(Id=id, IfMatch=created["ETag"])


def test_vpc_origin_has_tags_and_is_deployed(cloudfront: Any) -> None:
    endpoint = {
        "Name": f"one-{uuid4().hex[:8]}",
        "Arn": "arn:aws:elasticloadbalancing:ap-northeast-2:333333333333:loadbalancer/app/one/1",
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "https-only",
        "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
    }
    tags = {"Items": [{"Key": "Name", "Value": "one"}]}
    created = cloudfront.create_vpc_origin(VpcOriginEndpointConfig=endpoint, Tags=tags)
    origin = created["VpcOrigin"]
    assert (origin["Status"], origin["VpcOriginEndpointConfig"]) == ("Deployed", endpoint)
    assert cloudfront.list_tags_for_resource(Resource=origin["Arn"])["Tags"] == tags
    changed = {**endpoint, "OriginProtocolPolicy": "match-viewer"}
    updated = cloudfront.update_vpc_origin(Id=origin["Id"], IfMatch=created["ETag"], VpcOriginEndpointConfig=changed)
    assert cloudfront.get_vpc_origin(Id=origin["Id"])["VpcOrigin"]["VpcOriginEndpointConfig"] == changed
    cloudfront.delete_vpc_origin(Id=origin["Id"], IfMatch=updated["ETag"])
    with pytest.raises(ClientError, match="EntityNotFound"):
        cloudfront.get_vpc_origin(Id=origin["Id"])
