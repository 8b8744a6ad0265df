"""Policy statements for people who connect to resources in the VPC through a task."""

from modules.compute.developers.keys.names import cluster_name, role_purpose, task_family
from modules.foundation.names import AUDIT, Names
from modules.foundation.policies import Statement, allow

#: [AWS Systems Manager User Guide, Start a session, Starting a session (port forwarding to remote host)]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html).
FORWARD_DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"
#: The stream of the audit log for connections.
AUDIT_STREAM = "connect"
#: The sessions that the caller started: [Sample IAM policies for Session Manager]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html). To
#: Terraform, two dollar signs are one.
_OWN_SESSIONS = "session/$${aws:userid}-*"


def session_statements(names: Names) -> list[Statement]:
    """Return the statements to start a task, to forward ports through it, and to stop it.

    A session is only possible with the tasks of the block's own cluster, and only with the document that forwards
    ports: [Start a session with a document by specifying the session documents in IAM policies]
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-specify-session-document.html).
    Without the condition, a session without a document would open a shell.
    """
    ecs, ssm = (f"arn:aws:{each}:{names.region}:{names.account_id}" for each in ("ecs", "ssm"))
    log_group = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.log_group(AUDIT)}"
    cluster = cluster_name(names)
    tasks = f"{ecs}:task/{cluster}/*"
    here = {"ArnEquals": {"ecs:cluster": f"{ecs}:cluster/{cluster}"}}
    document = f"arn:aws:ssm:{names.region}::document/{FORWARD_DOCUMENT}"
    roles = [f"arn:aws:iam::{names.account_id}:role/{names.role(role_purpose(use))}" for use in ("execution", "task")]
    to_ecs = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    return [
        # The condition of the cluster also excludes other tasks with this definition.
        allow(
            "StartTask", actions=["ecs:RunTask"], resources=[f"{ecs}:task-definition/{task_family(names)}:*"],
            condition=here,
        ),
        allow("GiveTaskRoles", actions=["iam:PassRole"], resources=roles, condition=to_ecs),
        allow("FollowTask", actions=["ecs:DescribeTasks", "ecs:StopTask"], resources=[tasks], condition=here),
        allow(
            "ForwardPorts", actions=["ssm:StartSession"], resources=[tasks, document],
            condition={"BoolIfExists": {"ssm:SessionDocumentAccessCheck": "true"}},
        ),
        allow(
            "OwnSessions",
            actions=["ssm:TerminateSession", "ssm:ResumeSession", "ssmmessages:OpenDataChannel"],
            resources=[f"{ssm}:{_OWN_SESSIONS}"],
        ),
        # No connection without a line in the audit log: the command writes it first.
        allow(
            "WriteAuditLog", actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{log_group}:log-stream:{AUDIT_STREAM}"],
        ),
        # EC2's Describe actions support no resource-level permissions: [Service Authorization Reference, Amazon EC2]
        # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
        allow("FindPlace", actions=["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"], resources=["*"]),
    ]  # fmt: skip
