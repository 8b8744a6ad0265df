"""The comparison of the rights that an environment needs with those of its account's roles."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iam.evaluation import Statement, statements
from modules.environment_files import EnvironmentFile, load
from ops.pipeline.rights import Rights, actual_rights, needed_rights
from ops.workspace import stack_folder
from tests.conftest import REFERENCE

ROLE = "agora-account-prod-apply"


@pytest.fixture
def prod_file() -> EnvironmentFile:
    return load(REFERENCE)["prod"]


@pytest.fixture
def needed(reference: Path, prod_file: EnvironmentFile) -> Rights:
    stack = json.loads((stack_folder(reference, "account-333333333333") / "cdk.tf.json").read_text())
    return needed_rights(stack, prod_file)


class Iam:
    """IAM with one role, whose rights are in an inline and a managed policy, and its boundary."""

    def __init__(self, rights: Rights) -> None:
        self._documents = {ROLE: rights.role[:3], "rights": rights.role[3:], "boundary": rights.boundary}

    def list_role_policies(self, RoleName: str) -> Any:  # noqa: N803 - boto3's name
        if RoleName != ROLE:
            raise ClientError({"Error": {"Code": "NoSuchEntity"}}, "ListRolePolicies")
        return {"PolicyNames": ["pipeline"]}

    def get_role_policy(self, RoleName: str, PolicyName: str) -> Any:  # noqa: N803 - boto3's name
        return {"PolicyName": PolicyName, "PolicyDocument": {"Statement": self._documents[RoleName]}}

    def list_attached_role_policies(self, **_: str) -> Any:
        return {"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::333333333333:policy/rights"}]}

    def get_policy(self, **_: str) -> Any:
        return {"Policy": {"DefaultVersionId": "v3"}}

    def get_policy_version(self, PolicyArn: str, VersionId: str) -> Any:  # noqa: N803 - boto3's name
        assert VersionId == "v3"
        name = "boundary" if PolicyArn.endswith("agora-account-prod-boundary") else "rights"
        return {"PolicyVersion": {"Document": {"Statement": self._documents[name]}}}


def test_bootstrapped_account_lacks_nothing(needed: Rights, prod_file: EnvironmentFile) -> None:
    assert len(needed.role) > 10
    assert actual_rights(Iam(needed), prod_file).missing(needed) == []


def test_account_with_fewer_rights_lacks_those_of_the_new_block(needed: Rights, prod_file: EnvironmentFile) -> None:
    text = json.dumps(needed.role).replace('"sqs:CreateQueue", ', "")
    fewer = Rights(statements({"Statement": json.loads(text)}), needed.boundary)
    assert actual_rights(Iam(fewer), prod_file).missing(needed) == ["sqs:CreateQueue"]


def test_account_with_more_rights_lacks_nothing(needed: Rights) -> None:
    everything: list[Statement] = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    assert Rights(everything, needed.boundary).missing(needed) == []


def test_account_that_is_not_bootstrapped_lacks_everything(needed: Rights, prod_file: EnvironmentFile) -> None:
    class Empty(Iam):
        def list_role_policies(self, RoleName: str) -> Any:  # noqa: N803 - boto3's name
            return super().list_role_policies(RoleName="other" if RoleName else "")

    assert len(actual_rights(Empty(needed), prod_file).missing(needed)) > 100


def test_account_without_the_boundary_lacks_it(needed: Rights) -> None:
    assert Rights(needed.role, []).missing(needed)
