"""One embedded AWS for all tests of a session, and clients of an account in it."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from local_aws import process
from local_aws.process import LocalAws
from modules.foundation.policies import allow, assumed_by, document
from tests.local_aws.functions import ROLE

ACCOUNT = "333333333333"
REGION = "ap-northeast-2"

Client = Callable[..., Any]


def client_of(local_aws: LocalAws, account: str) -> Client:
    """Return a factory of clients that act as a role in `account`, as the provider does."""
    session: boto3.Session | None = None

    def client(service: str, **keys: str) -> Any:
        nonlocal session
        # A profile, endpoint, or proxy of the developer's shell must not interfere.
        with patch.dict(os.environ, local_aws.environment(os.environ, sealed=True), clear=True):
            session = session or boto3.Session(region_name=REGION)
            return session.client(service, **keys)  # type: ignore[call-overload]

    role = client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/groundwork", RoleSessionName="tests")
    credentials = role["Credentials"]
    keys = {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }
    return cache(lambda service, **others: client(service, **keys, **others))


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    folder = tmp_path_factory.mktemp("local-aws")
    yield process.start(folder)
    assert process.stop(folder)


@pytest.fixture(scope="session")
def client(local_aws: LocalAws) -> Client:
    return client_of(local_aws, ACCOUNT)


@pytest.fixture(scope="session")
def function_role(client: Client) -> None:
    """The role of the functions that tests deploy."""
    trust = assumed_by("lambda.amazonaws.com", None)
    iam, name = client("iam"), ROLE.partition("/")[2]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    everything = document([allow("Everything", actions=["*"], resources=["*"])])
    iam.put_role_policy(RoleName=name, PolicyName="function", PolicyDocument=everything)


@pytest.fixture
def ec2(client: Client) -> Any:
    return client("ec2")


@pytest.fixture
def vpc_id(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.20.0.0/20")["Vpc"]["VpcId"])


@pytest.fixture
def attached_gateway_id(ec2: Any, vpc_id: str) -> str:
    gateway_id = str(ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"])
    ec2.attach_vpn_gateway(VpcId=vpc_id, VpnGatewayId=gateway_id)
    return gateway_id
