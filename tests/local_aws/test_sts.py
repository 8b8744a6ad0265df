"""STS: roles assumed with a token, whose claims the trust policy has to allow."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.foundation.policies import document
from tests.local_aws.conftest import ACCOUNT, Client
from tests.support.id_tokens import AUDIENCE, GITHUB, github_claims, token

HOST = GITHUB.removeprefix("https://")
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"
MAIN = "refs/heads/main"


@pytest.fixture(scope="module", autouse=True)
def role(client: Client) -> Iterator[None]:
    iam = client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{HOST}:aud": AUDIENCE},
            "StringLike": {f"{HOST}:sub": [f"repo:agora/api:ref:{MAIN}"], f"{HOST}:ref": [MAIN]},
        },
    }
    iam.create_role(RoleName="job", AssumeRolePolicyDocument=document([trust]))
    iam.create_open_id_connect_provider(Url=GITHUB, ClientIDList=[AUDIENCE], ThumbprintList=["0" * 40])
    yield
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)
    iam.delete_role(RoleName="job")


def assume(client: Client, **changed: Any) -> Any:
    claims = github_claims("agora/api", f"ref:{MAIN}", MAIN) | changed
    arn = f"arn:aws:iam::{ACCOUNT}:role/job"
    return client("sts").assume_role_with_web_identity(
        RoleArn=arn, RoleSessionName="job", WebIdentityToken=token(**claims)
    )


def test_token_with_the_trusted_claims_assumes_the_role(client: Client) -> None:
    assert assume(client)["AssumedRoleUser"]["Arn"].endswith(":assumed-role/job/job")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"sub": "repo:agora/other:ref:refs/heads/main"}, "AccessDenied"),
        ({"ref": "refs/heads/other"}, "AccessDenied"),
        ({"aud": "agora"}, "InvalidIdentityToken"),
        ({"iss": "https://other.example"}, "InvalidIdentityToken"),
        ({"exp": 1}, "ExpiredTokenException"),
    ],
)
def test_other_token_is_refused(client: Client, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as error:
        assume(client, **changed)
    assert error.value.response["Error"]["Code"] == code


def test_text_that_is_no_token_is_refused(client: Client) -> None:
    with pytest.raises(ClientError, match="InvalidIdentityToken"):
        client("sts").assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/job", RoleSessionName="job", WebIdentityToken="none"
        )
