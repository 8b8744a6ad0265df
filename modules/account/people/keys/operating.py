"""What the roles of people may do: read, and operate."""

from collections.abc import Sequence

from modules.foundation.data_actions import DATA_ACTIONS, LOG_ACTIONS
from modules.foundation.names import Names
from modules.foundation.policies import Condition, Statement, allow, deny, use_key_via

#: What an operator does in an incident. All support `aws:ResourceTag`: [Service Authorization Reference]
#: (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html),
#: which tests compare. The tag `environment` is exact; the name of an environment can be the beginning of another's.
_OPERATIONS: dict[str, Sequence[str]] = {
    # Restart a service or return to an earlier revision (UpdateService), end a bad deployment or a stuck task.
    "Services": ("ecs:StopServiceDeployment", "ecs:StopTask", "ecs:UpdateService"),
    # [Amazon ECS Developer Guide, Monitor Amazon ECS containers with ECS Exec]
    # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html).
    "Exec": ("ecs:ExecuteCommand",),
    # Replace or restart a host.
    "Hosts": (
        "autoscaling:CancelInstanceRefresh",
        "autoscaling:StartInstanceRefresh",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
        "ec2:RebootInstances",
    ),
    # Return an alias to an earlier version, stop a function (reserved concurrency 0), pause its queue or stream.
    "Functions": (
        "lambda:DeleteFunctionConcurrency",
        "lambda:PutFunctionConcurrency",
        "lambda:UpdateAlias",
        "lambda:UpdateEventSourceMapping",
    ),
    # [Amazon SQS Developer Guide, Configuring queue permissions for dead-letter queue redrive]
    # (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html):
    # SQS receives, sends, and deletes the messages with the permissions of the caller.
    "Redrive": (
        "sqs:CancelMessageMoveTask",
        "sqs:DeleteMessage",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
        "sqs:StartMessageMoveTask",
    ),
    "Invalidations": ("cloudfront:CreateInvalidation",),
    # Fail over to the standby, restart after a changed static parameter.
    "Databases": ("rds:FailoverDBCluster", "rds:RebootDBInstance"),
    "Experiments": ("fis:StopExperiment",),
}
_GET_SECRET = "secretsmanager:GetSecretValue"
#: The services of these actions.
OPERATED = tuple(
    sorted({action.partition(":")[0] for actions in _OPERATIONS.values() for action in actions} | {"logs"})
)


def reading_statements() -> list[Statement]:
    """Return the denials that leave ReadOnlyAccess without data, logs, and secrets."""
    return [deny("NoData", actions=DATA_ACTIONS, resources=["*"]), *_denied()]


def operating_statements(names: Names, further: Sequence[Statement] = ()) -> list[Statement]:
    """Return what operate adds to ReadOnlyAccess, for an environment with these names.

    `further` are statements of other blocks; no secret can be read except those that they name.
    """
    own = _tagged("StringEquals", names)
    others = _tagged("StringNotEquals", names)
    only_here = (*LOG_ACTIONS, "sqs:ReceiveMessage")
    return [
        *(allow(sid, actions=actions, resources=["*"], condition=own) for sid, actions in _OPERATIONS.items()),
        # The session is encrypted with a key of its own, for which the caller generates a data key.
        *_keys(names),
        # [AWS Support User Guide, Manage access to AWS Support Center]
        # (https://docs.aws.amazon.com/awssupport/latest/user/accessing-support.html): for cases, all or nothing.
        allow("Cases", actions=["support:*"], resources=["*"]),
        deny("NoData", actions=[each for each in DATA_ACTIONS if each not in only_here], resources=["*"]),
        # ReadOnlyAccess allows the logs and messages of everything in the account.
        deny("NoDataElsewhere", actions=only_here, resources=["*"], condition=others),
        *_denied([arn for each in further if _GET_SECRET in each["Action"] for arn in each["Resource"]]),
        *further,
    ]


def _keys(names: Names) -> list[Statement]:
    """Return the use of keys, each by its alias.

    [AWS KMS Developer Guide, AWS KMS condition keys, kms:ResourceAliases]
    (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases).
    """
    sessions, messages = (
        {"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias(each)}}
        for each in ("sessions", "messages")
    )
    return [
        allow("SessionKey", actions=["kms:GenerateDataKey"], resources=["*"], condition=sessions),
        use_key_via(
            "MessageKey",
            "sqs",
            names.region,
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            key_arns=["*"],
            condition=messages,
        ),
    ]


def _tagged(operator: str, names: Names) -> Condition:
    return {operator: {"aws:ResourceTag/environment": names.environment}}


def _denied(secret_arns: Sequence[str] = ()) -> list[Statement]:
    """Return the denials of objects, and of all secrets but these."""
    actions = ["secretsmanager:BatchGetSecretValue", _GET_SECRET]
    secrets = {"NotResource": list(secret_arns)} if secret_arns else {"Resource": ["*"]}
    return [
        deny("NoObjects", actions=["s3:GetObject*"], resources=["*"]),
        {"Sid": "NoSecrets", "Effect": "Deny", "Action": actions, **secrets},
    ]
