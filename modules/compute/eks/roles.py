"""IAM roles of a cluster."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment

from modules.foundation.policies import Statement, document
from modules.foundation.resources import Resources


@dataclass(frozen=True)
class Role:
    """A role, and the resources that must exist before it is used."""

    name: str
    arn: str
    ready: Sequence[ITerraformDependable]


def aws_policy(name: str) -> str:
    """Return the ARN of an AWS managed policy."""
    return f"arn:aws:iam::aws:policy/{name}"


def make_role(
    make: Resources,
    address: str,
    *,
    name: str,
    trust: str,
    policy_arns: Sequence[str] = (),
    statements: Sequence[Statement] = (),
) -> Role:
    """Create a role with these policies attached, and with these statements as an inline policy."""
    role = make(IamRole, address, name=name, assume_role_policy=trust)
    ready: list[ITerraformDependable] = [
        make(IamRolePolicyAttachment, f"{address}_{_address_of(arn)}", role=role.name, policy_arn=arn)
        for arn in policy_arns
    ]
    if statements:
        ready.append(make(IamRolePolicy, address, name="rights", role=role.name, policy=document(statements)))
    return Role(role.name, role.arn, ready)


def _address_of(policy_arn: str) -> str:
    """Return the policy's name in the form of a resource address."""
    return re.sub(r"[^a-z0-9]+", "_", policy_arn.rpartition("/")[2].lower())
