"""Trust policies of the roles that CI servers assume."""

from modules.foundation.ci_servers import CiProject
from modules.foundation.names import Names
from modules.foundation.policies import Condition, document


def trust_policy(project: CiProject, condition: Condition, names: Names) -> str:
    """Return the trust policy for the jobs of a project whose tokens satisfy the condition.

    `make bootstrap` creates the server's OIDC provider in the account of `names`.
    """
    provider = f"arn:aws:iam::{names.account_id}:oidc-provider/{project.issuer.host}"
    return document(
        [
            {
                "Sid": project.server,
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            }
        ]
    )


def role_trust_policy(role_arn: str) -> str:
    """Return the trust policy for one IAM role."""
    statement = {"Sid": "Role", "Effect": "Allow", "Principal": {"AWS": role_arn}, "Action": "sts:AssumeRole"}
    return document([statement])
