"""Cognito: domains, their certificates, and updates of user pools."""

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


def test_custom_domain_returns_its_certificate(cognito: Any, pool_id: str) -> None:
    domain = f"auth.{uuid4()}.example"
    config = {"CertificateArn": arn("us-east-1")}
    cognito.create_user_pool_domain(Domain=domain, UserPoolId=pool_id, CustomDomainConfig=config)
    description = cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"]
    assert description["CustomDomainConfig"] == config
    assert (description["AWSAccountId"], description["UserPoolId"], description["ManagedLoginVersion"]) == (
        ACCOUNT,
        pool_id,
        1,
    )
    assert cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"] == description
    other = {"CertificateArn": arn("us-east-1", "two")}
    cognito.update_user_pool_domain(Domain=domain, UserPoolId=pool_id, CustomDomainConfig=other)
    assert cognito.describe_user_pool_domain(Domain=domain)["DomainDescription"]["CustomDomainConfig"] == other


def test_prefix_domain_has_no_certificate(cognito: Any, pool_id: str) -> None:
    cognito.create_user_pool_domain(Domain="agora", UserPoolId=pool_id)
    description = cognito.describe_user_pool_domain(Domain="agora")["DomainDescription"]
    assert "CustomDomainConfig" not in description
    assert description["AWSAccountId"] == ACCOUNT


def test_certificate_of_another_region_is_rejected(cognito: Any, pool_id: str) -> None:
    config = {"CertificateArn": arn("ap-northeast-2")}
    with pytest.raises(ClientError) as error:
        cognito.create_user_pool_domain(Domain="a.b.example", UserPoolId=pool_id, CustomDomainConfig=config)
    assert error.value.response["Error"]["Code"] == "InvalidParameterException"


def test_update_keeps_tags_and_sign_in_attributes(cognito: Any) -> None:
    created = {
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "UserPoolTags": {"product": "agora"},
    }
    pool_id = cognito.create_user_pool(PoolName=f"users-{uuid4()}", **created)["UserPool"]["Id"]
    cognito.update_user_pool(UserPoolId=pool_id, DeletionProtection="ACTIVE")
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    assert {name: pool[name] for name in created} == created
    assert pool["DeletionProtection"] == "ACTIVE"


def test_pool_tags_can_be_changed_and_removed(cognito: Any) -> None:
    pool = cognito.create_user_pool(PoolName=f"users-{uuid4()}", UserPoolTags={"owner": "kim"})["UserPool"]
    cognito.tag_resource(ResourceArn=pool["Arn"], Tags={"owner": "lee", "tier": "production"})
    cognito.untag_resource(ResourceArn=pool["Arn"], TagKeys=["tier"])
    assert cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]["UserPoolTags"] == {"owner": "lee"}
