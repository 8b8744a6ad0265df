"""What an IAM user of a person may do: choose a password, register MFA devices, and assume roles."""

from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, deny

#: Without MFA: [IAM User Guide, AWS: Allows MFA-authenticated IAM users to manage their own MFA device on the Security
#: credentials page]
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html).
_OWN = (
    "iam:ChangePassword",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)
_LISTS = ("iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices")
_CREDENTIALS = (
    "iam:CreateAccessKey",
    "iam:CreateServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "iam:UploadSSHPublicKey",
    "iam:UploadSigningCertificate",
)


def own_identity_statements(names: Names) -> list[Statement]:
    """Return the statements of the group of people."""
    arn = f"arn:aws:iam::{names.account_id}"
    # Terraform reads `$${x}` as the literal text `${x}`.
    own = [f"{arn}:user/$${{aws:username}}", f"{arn}:mfa/*"]
    return [
        allow("OwnPasswordAndDevices", actions=_OWN, resources=own),
        allow("Lists", actions=_LISTS, resources=["*"]),
        allow("OwnDevicesWithMfa", actions=["iam:DeactivateMFADevice"], resources=own[:1]),
        allow("AssumeRoles", actions=["sts:AssumeRole"], resources=[f"arn:aws:iam::*:role/{names.of('people-*')}"]),
        # `aws login` gives temporary credentials instead of access keys: [AWS Sign-In User Guide, AWS managed policy:
        # SignInLocalDevelopmentAccess] (https://docs.aws.amazon.com/signin/latest/userguide/security-iam-awsmanpol.html).
        allow(
            "Login",
            actions=["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"],
            resources=["arn:aws:signin:*:*:oauth2/public-client/*"],
        ),
        deny("NoLongTermCredentials", actions=_CREDENTIALS, resources=["*"]),
        # With IfExists also for access keys, whose requests do not have the key.
        {
            "Sid": "NothingElseWithoutMfa",
            "Effect": "Deny",
            "NotAction": [*_OWN, *_LISTS],
            "Resource": ["*"],
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ]
