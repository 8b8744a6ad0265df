"""IAM roles in the synthesized JSON."""

import json
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, assumed_by, aws_policy
from modules.foundation.roles import Role
from tests.support.stacks import ACCOUNT, built

TRUST = assumed_by("lambda.amazonaws.com", None)
SEND = allow("Send", actions=["sqs:SendMessage"], resources=["*"])


def test_role_without_statements_has_no_inline_policy(tmp_path: Path) -> None:
    roles: list[Role] = []

    def build(stack: TerraformStack, foundation: Foundation) -> None:
        make = foundation.resources(stack, "function")
        managed = {"thumbs_logs": aws_policy("service-role/AWSLambdaBasicExecutionRole")}
        roles.append(
            Role(make, "thumbs", names=foundation.names, name="thumbs", trust_policy=TRUST, managed_policies=managed)
        )

    template = built(tmp_path, build)
    assert template.resource("aws_iam_role_policy_attachment.function_thumbs_logs")["policy_arn"] == (
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    )
    assert template.resources("aws_iam_role_policy") == {}
    assert len(roles[0].ready) == 1
    assert roles[0].plain_arn == f"arn:aws:iam::{ACCOUNT}:role/agora-prod-thumbs"


def test_statements_of_a_role_are_in_one_policy_and_a_duplicate_sid_raises(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        make = foundation.resources(stack, "function")
        role = Role(make, "thumbs", names=foundation.names, name="thumbs", trust_policy=TRUST, statements=[SEND])
        role.add_statements(allow("Read", actions=["s3:GetObject"], resources=["*"]))
        with pytest.raises(ValueError, match="role agora-prod-thumbs: the policy already has a statement Send"):
            role.add_statements(SEND)

    (policy,) = built(tmp_path, build).resources("aws_iam_role_policy").values()
    assert [statement["Sid"] for statement in json.loads(policy["policy"])["Statement"]] == ["Send", "Read"]
