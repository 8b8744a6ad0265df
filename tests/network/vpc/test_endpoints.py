"""Policies of the VPC endpoints, evaluated as IAM does."""

from pathlib import Path

import pytest
from cdktf import TerraformStack

from iam.evaluation import effects
from modules.foundation.foundation import Foundation
from modules.network.vpc.endpoints import LIMITED_TO_OUR_ACCOUNT, Endpoints
from modules.network.vpc.keys.interface_endpoints import INTERFACE_ENDPOINTS
from modules.network.vpc.settings import NetworkSettings
from modules.network.vpc.vpc import Network
from tests.support.environments import DEV, only_problem
from tests.support.stacks import built, stack_of
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
def test_s3_endpoint_allows_reading_but_not_writing_buckets_of_aws(
    prod: Template, corporate: Template, bucket: str
) -> None:
    for template in (prod, corporate):
        assert through_s3(template, "s3:GetObject", f"{bucket}/some/layer")
        assert not through_s3(template, "s3:PutObject", f"{bucket}/some/layer")


def test_s3_endpoint_allows_buckets_of_the_environments_region_only(archive: Template) -> None:
    assert through_s3(archive, "s3:GetObject", "prod-us-east-1-starport-layer-bucket/layer")
    assert not through_s3(archive, "s3:GetObject", "prod-ap-northeast-2-starport-layer-bucket/layer")


def test_s3_endpoint_allows_the_environments_buckets_and_no_others(prod: Template, archive: Template) -> None:
    content = prod.resource("aws_s3_bucket.bucket_content")["bucket"]
    assert through_s3(prod, "s3:PutObject", f"{content}/uploads/a.png")
    assert through_s3(prod, "s3:ListBucket", content)
    assert not through_s3(prod, "s3:PutObject", "a-strangers-bucket/stolen")
    assert not through_s3(prod, "s3:GetObject", f"{content}-of-a-stranger/a")
    for name in ("archive", "scratch"):
        bucket = archive.resource(f"aws_s3_bucket.bucket_{name}")["bucket"]
        assert through_s3(archive, "s3:GetObject", f"{bucket}/a")


def test_allow_bucket_called_twice_adds_the_bucket_once(tmp_path: Path) -> None:
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


def test_s3_endpoint_with_a_cluster_allows_images_of_kubernetes(mobile: Template, prod: Template) -> None:
    layer = "prod-registry-k8s-io-ap-northeast-2/containers/images/sha256:0a1b"
    assert through_s3(mobile, "s3:GetObject", layer)
    assert not through_s3(mobile, "s3:PutObject", layer)
    assert not through_s3(prod, "s3:GetObject", layer)


def test_readable_bucket_can_be_listed_and_read_but_not_written(tmp_path: Path) -> None:
    template = stack_of(tmp_path, DEV.replace("network {", 'network {\n  readable_buckets = ["partner-data.set"]'))
    assert through_s3(template, "s3:ListBucket", "partner-data.set")
    assert through_s3(template, "s3:GetObject", "partner-data.set/2026/09.parquet")
    assert not through_s3(template, "s3:PutObject", "partner-data.set/2026/09.parquet")


@pytest.mark.parametrize(
    "name",
    ["ab", "Partner", "s3://partner-data", "partner..data", "-partner", "partner_data", "192.168.5.4", "partner/data"],
)
def test_readable_bucket_with_an_invalid_name_is_a_problem(tmp_path: Path, name: str) -> None:
    text = DEV.replace("network {", f'network {{\n  readable_buckets = ["{name}"]')
    assert f"network.readable_buckets.0 {name} is not the name of an S3 bucket" in only_problem(tmp_path, {"dev": text})


@pytest.mark.parametrize("name", ["xn--partner", "amzn-s3-demo-partner", "partner--x-s3", "partner-s3alias"])
def test_readable_bucket_with_a_reserved_name_is_a_problem(tmp_path: Path, name: str) -> None:
    text = DEV.replace("network {", f'network {{\n  readable_buckets = ["{name}"]')
    assert "is not the name of a general purpose bucket" in only_problem(tmp_path, {"dev": text})


def test_interface_endpoint_allows_principals_of_this_account_only(prod: Template) -> None:
    policy = prod.only_policy("aws_vpc_endpoint", "network_endpoint_secretsmanager")

    def through(**context: str) -> bool:
        keys = {name.replace("__", ":"): value for name, value in context.items()}
        return effects(policy, "secretsmanager:GetSecretValue", "*", keys) == {"Allow"}

    assert through(aws__principalaccount="333333333333", aws__principalisawsservice="false")
    assert through(aws__principalservicename="lambda.amazonaws.com", aws__principalisawsservice="true")
    assert not through(aws__principalaccount="999999999999", aws__principalisawsservice="false")
    assert not through(aws__principalisawsservice="false")


@pytest.mark.parametrize("service", ["sts", "eks_auth"])
def test_interface_endpoint_without_a_known_policy_keeps_the_default(mobile: Template, service: str) -> None:
    assert "policy" not in mobile.resource(f"aws_vpc_endpoint.network_endpoint_{service}")


def test_limited_endpoints_are_known_interface_endpoints() -> None:
    assert set(LIMITED_TO_OUR_ACCOUNT) <= set(INTERFACE_ENDPOINTS)


def test_dynamodb_endpoint_allows_tables_of_this_account_only(prod: Template) -> None:
    policy = prod.only_policy("aws_vpc_endpoint", "network_endpoint_dynamodb")
    table = "arn:aws:dynamodb:ap-northeast-2:{account}:table/sessions"
    assert effects(policy, "dynamodb:PutItem", table.format(account="333333333333"), {}) == {"Allow"}
    assert effects(policy, "dynamodb:PutItem", table.format(account="999999999999"), {}) == set()
