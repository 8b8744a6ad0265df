"""Cognito's domains: what they were made with is told, and a certificate of another region is refused."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import ACCOUNT


@pytest.fixture
def cognito(client: Callable[[str], Any]) -> Any:
    return client("cognito-idp")


@pytest.fixture
def pool_id(cognito: Any) -> str:
    return str(cognito.create_user_pool(PoolName=f"users-{uuid4()}")["UserPool"]["Id"])


def arn(region: str, what: str = "one") -> str:
    return f"arn:aws:acm:{region}:{ACCOUNT}:certificate/{what}"


def test_a_domain_of_our_own_tells_its_certificate(cognito: Any, pool_id: str) -> None:
    domain = f"auth.{uuid4()}.example"
    config = {"CertificateArn": arn("us-east-1")}
    cognito.create_user_pool_domain(Domain=domain, UserPoolId=pool_id, CustomDomainConfig=config)
    told = cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"]
    assert told["CustomDomainConfig"] == config
    assert (told["AWSAccountId"], told["UserPoolId"], told["ManagedLoginVersion"]) == (ACCOUNT, pool_id, 1)
    assert cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"] == told
    other = {"CertificateArn": arn("us-east-1", "two")}
    cognito.update_user_pool_domain(Domain=domain, UserPoolId=pool_id, CustomDomainConfig=other)
    assert cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"]["CustomDomainConfig"] == other


def test_a_prefix_has_none(cognito: Any, pool_id: str) -> None:
    cognito.create_user_pool_domain(Domain="agora", UserPoolId=pool_id)
    told = cognito.describe_user_pool_domain(Domain="agora")["DomainDescription"]
    assert "CustomDomainConfig" not in told
    assert told["AWSAccountId"] == ACCOUNT


def test_a_certificate_of_another_region(cognito: Any, pool_id: str) -> None:
    config = {"CertificateArn": arn("ap-northeast-2")}
    with pytest.raises(ClientError) as refused:
        cognito.create_user_pool_domain(Domain="a.b.example", UserPoolId=pool_id, CustomDomainConfig=config)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_an_update_leaves_tags_and_what_users_sign_in_with(cognito: Any) -> None:
    made = {
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "UserPoolTags": {"product": "agora"},
    }
    pool_id = cognito.create_user_pool(PoolName=f"users-{uuid4()}", **made)["UserPool"]["Id"]
    cognito.update_user_pool(UserPoolId=pool_id, DeletionProtection="ACTIVE")
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    assert {name: pool[name] for name in made} == made
    assert pool["DeletionProtection"] == "ACTIVE"


def test_tags_of_a_pool_are_changed_and_taken_off(cognito: Any) -> None:
    pool = cognito.create_user_pool(PoolName=f"users-{uuid4()}", UserPoolTags={"owner": "kim"})["UserPool"]
    cognito.tag_resource(ResourceArn=pool["Arn"], Tags={"owner": "lee", "tier": "production"})
    cognito.untag_resource(ResourceArn=pool["Arn"], TagKeys=["tier"])
    assert cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]["UserPoolTags"] == {"owner": "lee"}
