"""Roles of a cluster, each with the policies that AWS or we wrote."""

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
    """A role that is made, and what has to be there before it is of use."""

    name: str
    arn: str
    ready: Sequence[ITerraformDependable]


def aws_policy(name: str) -> str:
    """Return the ARN of a policy of AWS's own."""
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
    """Return a new role with these policies of others, and these statements as one of its own."""
    role = make(IamRole, address, name=name, assume_role_policy=trust)
    ready: list[ITerraformDependable] = [
        make(IamRolePolicyAttachment, f"{address}_{_address_of(arn)}", role=role.name, policy_arn=arn)
        for arn in policy_arns
    ]
    if statements:
        ready.append(make(IamRolePolicy, address, name="rights", role=role.name, policy=document(statements)))
    return Role(role.name, role.arn, ready)


def _address_of(policy_arn: str) -> str:
    """Return the policy's name as an address has it."""
    return re.sub(r"[^a-z0-9]+", "_", policy_arn.rpartition("/")[2].lower())
