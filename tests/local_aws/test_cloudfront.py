"""CloudFront: distributions, functions, and key groups."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import client_of

ORIGINS = [
    {
        "Id": "pages",
        "DomainName": "pages.s3.ap-northeast-2.amazonaws.com",
        "OriginAccessControlId": "E1",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    },
    {
        "Id": "media",
        "DomainName": "media.s3.ap-northeast-2.amazonaws.com",
        "OriginAccessControlId": "E2",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    },
    {
        "Id": "api",
        "DomainName": "api.agora.example",
        "VpcOriginConfig": {"VpcOriginId": "vo_1", "OriginReadTimeout": 20, "OriginKeepaliveTimeout": 30},
    },
]
BEHAVIOR = {
    "TargetOriginId": "pages",
    "ViewerProtocolPolicy": "redirect-to-https",
    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "ResponseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03",
    "FunctionAssociations": {
        "Quantity": 1,
        "Items": [{"EventType": "viewer-request", "FunctionARN": "arn:aws:cloudfront::1:function/x"}],
    },
}
CERTIFICATE = {
    "ACMCertificateArn": "arn:aws:acm:us-east-1:333333333333:certificate/1",
    "SSLSupportMethod": "sni-only",
    "MinimumProtocolVersion": "TLSv1.2_2021",
}


def config(**values: Any) -> dict[str, Any]:
    return {
        "CallerReference": uuid4().hex,
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": len(ORIGINS), "Items": ORIGINS},
        "DefaultCacheBehavior": BEHAVIOR,
        "ViewerCertificate": CERTIFICATE,
        **values,
    }


def names(*each: str) -> dict[str, Any]:
    return {"Quantity": len(each), "Items": list(each)}


@pytest.fixture
def cloudfront(client: Callable[..., Any]) -> Any:
    return client("cloudfront")


def test_distribution_configuration_is_returned_as_it_was_put(cloudfront: Any) -> None:
    configuration = config(HttpVersion="http2and3", Aliases=names("full.agora.example"))
    created = cloudfront.create_distribution(DistributionConfig=configuration)["Distribution"]
    read = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    assert {key: read[key] for key in configuration} == configuration
    assert "ForwardedValues" not in read["DefaultCacheBehavior"]
    assert read["Restrictions"] == {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}
    assert created["ARN"].endswith(f":distribution/{created['Id']}")


def test_distribution_can_be_updated_and_deleted_only_when_disabled(cloudfront: Any) -> None:
    created = cloudfront.create_distribution(DistributionConfig=config())
    where = {"Id": created["Distribution"]["Id"], "IfMatch": created["ETag"]}
    with pytest.raises(ClientError, match="DistributionNotDisabled"):
        cloudfront.delete_distribution(**where)
    cloudfront.update_distribution(**where, DistributionConfig=config(Enabled=False, Comment="closed"))
    assert cloudfront.get_distribution(Id=where["Id"])["Distribution"]["DistributionConfig"]["Comment"] == "closed"
    cloudfront.delete_distribution(**where)
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        cloudfront.get_distribution(Id=where["Id"])


def test_alternate_domain_name_is_unique_across_accounts(cloudfront: Any, local_aws: Any) -> None:
    mine = {"DistributionConfig": config(Aliases=names("one.agora.example"))}
    created = cloudfront.create_distribution(**mine)
    other = client_of(local_aws, "444444444444")("cloudfront")
    with pytest.raises(ClientError, match="CNAMEAlreadyExists"):
        other.create_distribution(DistributionConfig=config(Aliases=names("one.agora.example")))
    theirs = other.create_distribution(DistributionConfig=config(Aliases=names("two.agora.example")))
    cloudfront.update_distribution(Id=created["Distribution"]["Id"], IfMatch=created["ETag"], **mine)
    with pytest.raises(ClientError, match="CNAMEAlreadyExists"):
        other.update_distribution(Id=theirs["Distribution"]["Id"], IfMatch=theirs["ETag"], **mine)


def test_behavior_without_its_origin_fails(cloudfront: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchOrigin"):
        cloudfront.create_distribution(
            DistributionConfig=config(DefaultCacheBehavior={**BEHAVIOR, "TargetOriginId": "nowhere"})
        )


def test_distributions_can_be_listed_and_tagged(cloudfront: Any) -> None:
    tags = {"Items": [{"Key": "Name", "Value": "www"}]}
    created = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config(Comment="listed"), "Tags": tags}
    )["Distribution"]
    listed = {each["Id"]: each for each in cloudfront.list_distributions()["DistributionList"]["Items"]}
    assert listed[created["Id"]]["Comment"] == "listed"
    assert cloudfront.list_tags_for_resource(Resource=created["ARN"])["Tags"] == tags


def test_function_is_live_only_after_publishing(cloudfront: Any) -> None:
    name = f"one-{uuid4().hex[:8]}"
    kept = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    created = cloudfront.create_function(Name=name, FunctionConfig=kept, FunctionCode=b"first")
    with pytest.raises(ClientError, match="NoSuchFunctionExists"):
        cloudfront.describe_function(Name=name, Stage="LIVE")
    published = cloudfront.publish_function(Name=name, IfMatch=created["ETag"])["FunctionSummary"]
    assert published["FunctionMetadata"]["Stage"] == "LIVE"
    updated = cloudfront.update_function(
        Name=name, IfMatch=created["ETag"], FunctionConfig={**kept, "Comment": "two"}, FunctionCode=b"second"
    )
    assert updated["FunctionSummary"]["FunctionConfig"]["Comment"] == "two"
    code = {stage: cloudfront.get_function(Name=name, Stage=stage) for stage in ("LIVE", "DEVELOPMENT")}
    assert code["LIVE"]["FunctionCode"].read() == b"first"
    assert code["DEVELOPMENT"]["FunctionCode"].read() == b"second"
    assert code["LIVE"]["ETag"] != code["DEVELOPMENT"]["ETag"]


def test_key_group_can_be_updated_and_deleted(cloudfront: Any) -> None:
    created = cloudfront.create_key_group(KeyGroupConfig={"Name": "one", "Items": ["K1"]})
    where = {"Id": created["KeyGroup"]["Id"], "IfMatch": created["ETag"]}
    changed = cloudfront.update_key_group(**where, KeyGroupConfig={"Name": "one", "Items": ["K1", "K2"]})
    assert changed["KeyGroup"]["KeyGroupConfig"]["Items"] == ["K1", "K2"]
    cloudfront.delete_key_group(**where)
    assert where["Id"] not in str(cloudfront.list_key_groups()["KeyGroupList"].get("Items"))


def test_invalidation_ends_as_completed(cloudfront: Any) -> None:
    id = cloudfront.create_distribution(DistributionConfig=config(Comment="invalidated"))["Distribution"]["Id"]
    batch = {"Paths": {"Quantity": 1, "Items": ["/index.html"]}, "CallerReference": uuid4().hex}
    created = cloudfront.create_invalidation(DistributionId=id, InvalidationBatch=batch)["Invalidation"]
    found = cloudfront.get_invalidation(DistributionId=id, Id=created["Id"])["Invalidation"]
    assert (found["Status"], found["InvalidationBatch"]["Paths"]["Items"]) == ("Completed", ["/index.html"])
