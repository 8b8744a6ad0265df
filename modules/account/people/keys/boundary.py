"""The permissions boundary of the roles of people: what not even administer may do.

[Permissions boundaries for IAM entities](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html):
an administrator can create a role, so every role that he creates must have a boundary too, and nothing outside these
roles may be changed. Otherwise he could create another administrator, who has no boundary.
"""

from collections.abc import Sequence

from modules.account.people.keys.rights import arn_of, boundary_name
from modules.foundation.names import ACCOUNT, Names
from modules.foundation.policies import Statement, allow, deny

#: Actions that create an identity with long-term credentials, or credentials of one, or give one more permissions: a
#: person who is an IAM user would otherwise give himself some without a boundary.
_LONG_TERM = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateSAMLProvider",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:DeactivateMFADevice",
    "iam:DeleteAccountPasswordPolicy",
    "iam:DeleteVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:PutGroupPolicy",
    "iam:PutUserPolicy",
    "iam:UpdateAccessKey",
    "iam:UpdateAccountPasswordPolicy",
    "iam:UpdateLoginProfile",
    "iam:UpdateSAMLProvider",
    "iam:UploadSSHPublicKey",
    "rolesanywhere:CreateTrustAnchor",
)
#: Actions that stop what records and reports, or turn off a default that protects the whole account.
_PROTECTIONS = (
    "access-analyzer:DeleteAnalyzer",
    "account:DeleteAlternateContact",
    "account:PutAlternateContact",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "ec2:DisableEbsEncryptionByDefault",
    "ec2:ModifyInstanceMetadataDefaults",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "s3:PutAccountPublicAccessBlock",
    "securityhub:DisableSecurityHub",
)
_READS = ("iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*")


def boundary_statements(names: Names, env: str, others: Sequence[str]) -> list[Statement]:
    """Return the statements of an environment's boundary.

    `names` are the account's, and `others` its other environments.
    """
    roles = [arn_of(names, "role", f"{names.product}-*"), arn_of(names, "role", "aws-service-role/*")]
    return [
        allow("Everything", actions=["*"], resources=["*"]),
        # Also no AssumeRole and PassRole.
        {
            "Sid": "NotTheAccountsRoles",
            "Effect": "Deny",
            "NotAction": list(_READS),
            "Resource": [arn_of(names, kind, names.of("*")) for kind in ("role", "policy", "group")],
        },
        deny("NoLongTermCredentials", actions=_LONG_TERM, resources=["*"]),
        _only_with_a_boundary(names, env),
        deny("KeepBoundaries", actions=["iam:DeleteRolePermissionsBoundary"], resources=["*"]),
        # A role from elsewhere can be an administrator's without a boundary.
        {
            "Sid": "NoOtherRoles",
            "Effect": "Deny",
            "Action": ["iam:PassRole", "iam:UpdateAssumeRolePolicy"],
            "NotResource": roles,
        },
        deny("KeepProtections", actions=_PROTECTIONS, resources=["*"]),
        *_keep_the_accounts(names),
        *_not_in(others),
    ]


def _only_with_a_boundary(names: Names, env: str) -> Statement:
    """Return the denial of roles without a boundary: this one, or one for the environments' own roles.

    The key is missing in a request for a role without a boundary, and `ArnNotLike` then applies: [IAM User Guide, IAM
    and AWS STS condition context keys, iam:PermissionsBoundary]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html).
    """
    allowed = [arn_of(names, "policy", each) for each in (boundary_name(names, env), names.of("*-boundary"))]
    return deny(
        "OnlyWithABoundary",
        actions=["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
        resources=["*"],
        condition={"ArnNotLike": {"iam:PermissionsBoundary": allowed}},
    )


def _keep_the_accounts(names: Names) -> list[Statement]:
    """Return the denials of changes to the account's own buckets, logs, keys, rules, and topics."""
    arn = f"{names.account_id}:"
    bucket = f"arn:aws:s3:::{names.of('*')}"
    return [
        deny(
            "KeepTheAccountsBuckets",
            actions=[
                "s3:DeleteBucket*",
                "s3:DeleteObjectVersion",
                "s3:PutBucket*",
                "s3:PutEncryption*",
                "s3:PutLifecycle*",
            ],
            resources=[bucket, f"{bucket}/*"],
        ),
        deny(
            "KeepTheAccountsLogs",
            actions=["s3:DeleteObject", "s3:PutObject"],
            resources=[f"arn:aws:s3:::{names.of('logs-*')}/*"],
        ),
        deny(
            "KeepTheAccountsLogGroups",
            actions=["logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy"],
            resources=[f"arn:aws:logs:*:{arn}log-group:{names.log_group('*')}"],
        ),
        deny(
            "KeepTheAccountsKeys",
            actions=["kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"],
            resources=["*"],
            condition={"StringEquals": {"aws:ResourceTag/environment": ACCOUNT}},
        ),
        deny(
            "KeepTheAccountsAlarms",
            actions=[
                "events:DeleteRule",
                "events:DisableRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
            ],
            resources=[f"arn:aws:events:*:{arn}rule/{names.of('*')}"],
        ),
        deny(
            "KeepTheAccountsTopics",
            actions=["sns:DeleteTopic", "sns:RemovePermission", "sns:SetTopicAttributes"],
            resources=[f"arn:aws:sns:*:{arn}{names.of('*')}"],
        ),
    ]


def _not_in(others: Sequence[str]) -> list[Statement]:
    """Return the denial of the account's other environments, for services whose requests have the tags of resources."""
    if not others:
        return []
    condition = {"StringEquals": {"aws:ResourceTag/environment": list(others)}}
    return [deny("NotInOtherEnvironments", actions=["*"], resources=["*"], condition=condition)]
