"""The permissions boundary of an environment's roles: what no role that the pipeline creates can do.

[Permissions boundaries for IAM entities](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html):
a role can do only what both its policies and its boundary allow. The boundary allows no role of a task, function, pod,
or service to create or change an identity, so nobody can create an administrator with the pipeline.
"""

from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, deny

#: Services with which an identity, or an account, is created or changed.
_NO_SERVICE_OF_IDENTITIES = ("account:*", "iam:*", "organizations:*", "sso:*", "sso-directory:*", "identitystore:*")


def boundary_statements(names: Names, account: Names, bucket_arn: str) -> list[Statement]:
    """Return the statements of an environment's boundary. `names` are the environment's, `account` the account's."""
    arn = f"arn:aws:iam::{names.account_id}"
    secrets = f"arn:aws:secretsmanager:*:{names.account_id}:secret:"
    return [
        {
            "Sid": "Resources",
            "Effect": "Allow",
            "NotAction": list(_NO_SERVICE_OF_IDENTITIES),
            "Resource": ["*"],
        },
        # Roles of schedules and of applications' pipelines start tasks with the roles of services.
        allow(
            "PassRoles",
            actions=["iam:PassRole"],
            resources=[f"{arn}:role/{names.product}-{names.environment}-*"],
        ),
        # EKS, load balancers, and scaling create service-linked roles, whose policies AWS defines. AWS Backup reads the
        # role that it passes.
        allow("OtherIdentities", actions=["iam:CreateServiceLinkedRole", "iam:Get*", "iam:List*"], resources=["*"]),
        deny("NotTheAccountsRoles", actions=["sts:AssumeRole"], resources=[f"{arn}:role/{account.of('*')}"]),
        deny("NotTheStates", actions=["s3:*"], resources=[bucket_arn, f"{bucket_arn}/*"]),
        {
            "Sid": "OnlyOwnSecrets",
            "Effect": "Deny",
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
            "NotResource": [f"{secrets}{names.product}/{names.environment}/*", f"{secrets}rds!*"],
        },
    ]
