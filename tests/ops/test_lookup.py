"""What exists in AWS and not in the state, by its name."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.lookup import import_id

SUBNET = {"tags": {"Name": "agora-dev-app-a"}}
STACK = {
    "provider": {"aws": [{"region": "eu-west-1"}]},
    "resource": {"aws_subnet": {"a": SUBNET}, "aws_s3_bucket": {"logs": {"bucket": "b"}}, "aws_route": {"r": {}}},
}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with mock_aws():
        yield boto3.Session()


def subnet(session: boto3.Session, cidr: str, name: str) -> str:
    ec2: Any = session.client("ec2", region_name="eu-west-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    created: str = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
    ec2.create_tags(Resources=[created], Tags=[{"Key": "Name", "Value": name}])
    return created


def test_by_its_tag(session: boto3.Session) -> None:
    ours = subnet(session, "10.0.0.0/24", "agora-dev-app-a")
    subnet(session, "10.0.1.0/24", "agora-prod-app-a")
    assert import_id(STACK, "aws_subnet.a", session) == ours


def test_two_of_a_kind_are_for_a_person_to_tell_apart(session: boto3.Session) -> None:
    subnet(session, "10.0.0.0/24", "agora-dev-app-a")
    subnet(session, "10.0.1.0/24", "agora-dev-app-a")
    assert import_id(STACK, "aws_subnet.a", session) is None


def test_by_its_own_name(session: boto3.Session) -> None:
    assert import_id(STACK, "aws_s3_bucket.logs", session) == "b"


def test_what_nothing_is_known_of(session: boto3.Session) -> None:
    assert import_id(STACK, "aws_route.r", session) is None
    assert import_id(STACK, "aws_subnet.gone", session) is None
