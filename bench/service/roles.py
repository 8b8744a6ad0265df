"""IAM roles and policy documents."""

from __future__ import annotations

import json

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct


def document(*, effect: str = "Allow", action: str, resource: str = "*", principal: str | None = None) -> str:
    """Return an IAM policy document with one statement, as JSON."""
    statement: dict[str, object] = {"Effect": effect, "Action": action}
    if principal is None:
        statement["Resource"] = resource
    elif principal == "*":
        statement |= {"Principal": "*", "Resource": resource}
    else:
        statement["Principal"] = {"Service": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def create_role(scope: Construct, id: str, *, service: str, principal: str, logs: CloudwatchLogGroup) -> IamRole:
    """Create a role for an AWS service, which may write to the log group."""
    role = IamRole(
        scope,
        id,
        name=f"{service}-{id.replace('_', '-')}",
        assume_role_policy=document(action="sts:AssumeRole", principal=principal),
    )
    IamRolePolicy(
        scope,
        f"{id}_policy",
        name="logs",
        role=role.id,
        policy=document(action="logs:PutLogEvents", resource=logs.arn),
    )
    return role
