"""Session Manager on EC2 instances: what the role of an instance must allow, and where its sessions are logged.

The account stack creates the log group, the key, and the bucket (modules/account/sessions); an environment of the
account refers to them by their names.
"""

from dataclasses import replace

from modules.foundation.names import ACCOUNT, Names
from modules.foundation.policies import Statement, allow

#: The purpose of the log group and of the key, and the prefix in the bucket.
SESSIONS = "sessions"
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
    aliases = [account.key_alias(SESSIONS), account.key_alias(f"{SESSIONS}-{names.region}")]
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
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}},
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
