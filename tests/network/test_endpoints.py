"""What the VPC reaches through the gateway endpoints, by the rules that IAM evaluates policies with."""

from pathlib import Path

import pytest
from cdktf import TerraformStack

from iam.evaluation import effects
from modules.foundation.foundation import Foundation
from modules.network.endpoints import Endpoints
from modules.network.settings.vpc import NetworkSettings
from modules.network.vpc import Network
from tests.support.stacks import built
from tests.support.template import Template

NETWORK = {"cidr": "10.20.0.0/20", "availability_zones": ("a", "c"), "tier": "production"}


def through_s3(template: Template, action: str, resource: str) -> bool:
    policy = template.only_policy("aws_vpc_endpoint", "network_endpoint_s3")
    return effects(policy, action, f"arn:aws:s3:::{resource}", {}) == {"Allow"}


@pytest.mark.parametrize(
    "bucket",
    [
        "prod-ap-northeast-2-starport-layer-bucket",
        "al2023-repos-ap-northeast-2-de612dc2",
        "aws-ssm-ap-northeast-2",
        "amazon-ssm-ap-northeast-2",
        "ap-northeast-2-birdwatcher-prod",
        "patch-baseline-snapshot-ap-northeast-2",
    ],
)
def test_what_aws_itself_needs_is_read_and_not_written(prod: Template, corporate: Template, bucket: str) -> None:
    for template in (prod, corporate):
        assert through_s3(template, "s3:GetObject", f"{bucket}/some/layer")
        assert not through_s3(template, "s3:PutObject", f"{bucket}/some/layer")


def test_the_buckets_are_those_of_the_environments_region(archive: Template) -> None:
    assert through_s3(archive, "s3:GetObject", "prod-us-east-1-starport-layer-bucket/layer")
    assert not through_s3(archive, "s3:GetObject", "prod-ap-northeast-2-starport-layer-bucket/layer")


def test_our_buckets_are_reached_and_no_strangers(prod: Template, archive: Template) -> None:
    content = prod.resource("aws_s3_bucket.bucket_content")["bucket"]
    assert through_s3(prod, "s3:PutObject", f"{content}/uploads/a.png")
    assert through_s3(prod, "s3:ListBucket", content)
    assert not through_s3(prod, "s3:PutObject", "a-strangers-bucket/stolen")
    assert not through_s3(prod, "s3:GetObject", f"{content}-of-a-stranger/a")
    for name in ("archive", "scratch"):
        bucket = archive.resource(f"aws_s3_bucket.bucket_{name}")["bucket"]
        assert through_s3(archive, "s3:GetObject", f"{bucket}/a")


def test_upper_wings_add_their_buckets(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        network = Network(stack, "network", settings=NetworkSettings.model_validate(NETWORK), foundation=foundation)
        endpoints = Endpoints(stack, "endpoints", network=network, foundation=foundation)
        for name in ("artifacts", "site", "artifacts"):
            endpoints.allow_bucket(f"arn:aws:s3:::{name}")

    template = built(tmp_path, build)
    ours = template.policy("aws_vpc_endpoint.network_endpoint_s3")[0]
    assert ours["Resource"] == [
        "arn:aws:s3:::artifacts",
        "arn:aws:s3:::artifacts/*",
        "arn:aws:s3:::site",
        "arn:aws:s3:::site/*",
    ]
    assert through_s3(template, "s3:GetObject", "prod-ap-northeast-2-starport-layer-bucket/layer")


def test_only_the_accounts_own_tables(prod: Template) -> None:
    policy = prod.only_policy("aws_vpc_endpoint", "network_endpoint_dynamodb")
    table = "arn:aws:dynamodb:ap-northeast-2:{account}:table/sessions"
    assert effects(policy, "dynamodb:PutItem", table.format(account="333333333333"), {}) == {"Allow"}
    assert effects(policy, "dynamodb:PutItem", table.format(account="999999999999"), {}) == set()
