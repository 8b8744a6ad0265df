"""CloudFront: distributions, functions, key groups."""

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


def test_a_distribution_is_what_it_was_told(cloudfront: Any) -> None:
    told = config(HttpVersion="http2and3", Aliases=names("told.agora.example"))
    made = cloudfront.create_distribution(DistributionConfig=told)["Distribution"]
    read = cloudfront.get_distribution_config(Id=made["Id"])["DistributionConfig"]
    assert {key: read[key] for key in told} == told
    assert "ForwardedValues" not in read["DefaultCacheBehavior"]
    assert read["Restrictions"] == {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}
    assert made["ARN"].endswith(f":distribution/{made['Id']}")


def test_a_distribution_changes_and_goes_when_it_is_disabled(cloudfront: Any) -> None:
    made = cloudfront.create_distribution(DistributionConfig=config())
    where = {"Id": made["Distribution"]["Id"], "IfMatch": made["ETag"]}
    with pytest.raises(ClientError, match="DistributionNotDisabled"):
        cloudfront.delete_distribution(**where)
    cloudfront.update_distribution(**where, DistributionConfig=config(Enabled=False, Comment="closed"))
    assert cloudfront.get_distribution(Id=where["Id"])["Distribution"]["DistributionConfig"]["Comment"] == "closed"
    cloudfront.delete_distribution(**where)
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        cloudfront.get_distribution(Id=where["Id"])


def test_a_name_leads_to_one_distribution_of_all_accounts(cloudfront: Any, local_aws: Any) -> None:
    mine = {"DistributionConfig": config(Aliases=names("one.agora.example"))}
    made = cloudfront.create_distribution(**mine)
    other = client_of(local_aws, "444444444444")("cloudfront")
    with pytest.raises(ClientError, match="CNAMEAlreadyExists"):
        other.create_distribution(DistributionConfig=config(Aliases=names("one.agora.example")))
    theirs = other.create_distribution(DistributionConfig=config(Aliases=names("two.agora.example")))
    cloudfront.update_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"], **mine)
    with pytest.raises(ClientError, match="CNAMEAlreadyExists"):
        other.update_distribution(Id=theirs["Distribution"]["Id"], IfMatch=theirs["ETag"], **mine)


def test_a_behavior_needs_its_origin(cloudfront: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchOrigin"):
        cloudfront.create_distribution(
            DistributionConfig=config(DefaultCacheBehavior={**BEHAVIOR, "TargetOriginId": "nowhere"})
        )


def test_distributions_are_listed_and_tagged(cloudfront: Any) -> None:
    tags = {"Items": [{"Key": "Name", "Value": "www"}]}
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config(Comment="listed"), "Tags": tags}
    )["Distribution"]
    listed = {each["Id"]: each for each in cloudfront.list_distributions()["DistributionList"]["Items"]}
    assert listed[made["Id"]]["Comment"] == "listed"
    assert cloudfront.list_tags_for_resource(Resource=made["ARN"])["Tags"] == tags


def test_a_function_is_live_when_it_is_published(cloudfront: Any) -> None:
    name = f"one-{uuid4().hex[:8]}"
    kept = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    made = cloudfront.create_function(Name=name, FunctionConfig=kept, FunctionCode=b"first")
    with pytest.raises(ClientError, match="NoSuchFunctionExists"):
        cloudfront.describe_function(Name=name, Stage="LIVE")
    published = cloudfront.publish_function(Name=name, IfMatch=made["ETag"])["FunctionSummary"]
    assert published["FunctionMetadata"]["Stage"] == "LIVE"
    updated = cloudfront.update_function(
        Name=name, IfMatch=made["ETag"], FunctionConfig={**kept, "Comment": "two"}, FunctionCode=b"second"
    )
    assert updated["FunctionSummary"]["FunctionConfig"]["Comment"] == "two"
    code = {stage: cloudfront.get_function(Name=name, Stage=stage) for stage in ("LIVE", "DEVELOPMENT")}
    assert code["LIVE"]["FunctionCode"].read() == b"first"
    assert code["DEVELOPMENT"]["FunctionCode"].read() == b"second"
    assert code["LIVE"]["ETag"] != code["DEVELOPMENT"]["ETag"]


def test_a_key_group_changes_and_goes(cloudfront: Any) -> None:
    made = cloudfront.create_key_group(KeyGroupConfig={"Name": "one", "Items": ["K1"]})
    where = {"Id": made["KeyGroup"]["Id"], "IfMatch": made["ETag"]}
    changed = cloudfront.update_key_group(**where, KeyGroupConfig={"Name": "one", "Items": ["K1", "K2"]})
    assert changed["KeyGroup"]["KeyGroupConfig"]["Items"] == ["K1", "K2"]
    cloudfront.delete_key_group(**where)
    assert where["Id"] not in str(cloudfront.list_key_groups()["KeyGroupList"].get("Items"))
