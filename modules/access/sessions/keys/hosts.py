"""Session Manager on EC2 instances: what the role of an instance must allow, and where its sessions are logged.

The account stack creates the log group, the key, and the bucket (modules/account/sessions); an environment of the
account refers to them by their names.
"""

from dataclasses import replace

from modules.foundation.names import ACCOUNT, Names
from modules.foundation.policies import Statement, allow

#: The purpose of the log group and of the key, and the prefix in the bucket.
SESSIONS = "sessions"
#: The document that a session without a document uses: [Start a default shell session by specifying the default session
#: document in IAM policies]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-default-session-document.html).
PREFERENCES = "SSM-SessionManagerRunShell"
#: What the agent calls: [Systems Manager User Guide, Improve the security of EC2 instances by using VPC endpoints for
#: Systems Manager](https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html).
ENDPOINTS = ("ec2messages", "ssm", "ssmmessages")


def log_bucket_arn(names: Names) -> str:
    """Return the ARN of the account's log bucket, as a pattern: its name ends with the Region of the state."""
    return f"arn:aws:s3:::{names.product}-{ACCOUNT}-logs-{names.account_id}-*"


def host_statements(names: Names) -> list[Statement]:
    """Return the statements for the role of instances to which Session Manager connects.

    [Systems Manager User Guide, Add Session Manager permissions to an existing IAM role]
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-add-permissions-to-existing-profile.html)
    has the minimum. AmazonSSMManagedInstanceCore would also let an instance read every parameter of the account.
    """
    account = replace(names, environment=ACCOUNT)
    arn = f"{names.region}:{names.account_id}"
    return [
        allow(
            "OpenSessionChannels",
            actions=[
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            resources=["*"],
        ),
        # The same page has no resource for it; the Service Authorization Reference has instances.
        allow(
            "RegisterInstance",
            actions=["ssm:UpdateInstanceInformation"],
            resources=[f"arn:aws:ec2:{arn}:instance/*"],
        ),
        # The key has another ID in each account; its alias is known before the account stack is applied.
        allow(
            "DecryptSessions",
            actions=["kms:Decrypt"],
            resources=[f"arn:aws:kms:{arn}:key/*"],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": _key_aliases(names)}},
        ),
        allow("FindSessionLogs", actions=["logs:DescribeLogGroups"], resources=["*"]),
        allow(
            "LogSessions",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[f"arn:aws:logs:{arn}:log-group:{account.log_group(SESSIONS)}:*"],
        ),
        allow("CheckSessionBucket", actions=["s3:GetEncryptionConfiguration"], resources=[log_bucket_arn(names)]),
        allow("StoreSessions", actions=["s3:PutObject"], resources=[f"{log_bucket_arn(names)}/{SESSIONS}/*"]),
    ]


def shell_statements(names: Names) -> list[Statement]:
    """Return the statements for people who open shells on the instances of an environment, by the instances' tag.

    [Systems Manager User Guide, Sample IAM policies for Session Manager]
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html): the
    caller generates the data key of the session, and may end only own sessions.
    """
    arn = f"{names.region}:{names.account_id}"
    checked = {"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}}
    own = {"StringEquals": {"aws:ResourceTag/environment": names.environment}}
    return [
        allow(
            "StartShell",
            actions=["ssm:StartSession"],
            resources=[f"arn:aws:ec2:{arn}:instance/*"],
            condition={**own, **checked},
        ),
        allow(
            "ShellDocument",
            actions=["ssm:StartSession"],
            resources=[f"arn:aws:ssm:{arn}:document/{PREFERENCES}"],
            condition=checked,
        ),
        allow(
            "OwnShells",
            actions=["ssm:ResumeSession", "ssm:TerminateSession", "ssmmessages:OpenDataChannel"],
            # To Terraform, two dollar signs are one.
            resources=[f"arn:aws:ssm:{arn}:session/$${{aws:userid}}-*"],
        ),
        allow(
            "ShellKey",
            actions=["kms:GenerateDataKey"],
            resources=[f"arn:aws:kms:{arn}:key/*"],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": _key_aliases(names)}},
        ),
    ]


def _key_aliases(names: Names) -> list[str]:
    """Return the alias of the account's key in the Region of its state, and that in any other Region."""
    account = replace(names, environment=ACCOUNT)
    return [account.key_alias(SESSIONS), account.key_alias(f"{SESSIONS}-{names.region}")]
