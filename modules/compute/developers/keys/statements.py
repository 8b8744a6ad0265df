"""Policy statements for people who connect to resources in the VPC through a task.

They name resources by what is known in advance, because the account's stack gives them to its roles of people, and the
pipeline, which may change everything in an environment's stack, may not change what people may do.
"""

from collections.abc import Mapping

from modules.compute.blocks import ComputeBlocks
from modules.compute.developers.keys.names import developers_name, role_purpose
from modules.compute.developers.settings import DevelopersSettings
from modules.compute.eks.settings import cluster_name as eks_cluster_name
from modules.compute.keys.database_users import developers_user
from modules.data.cache.keys.names import cache_id, cache_user_id
from modules.data.cache.settings import CACHE_USER
from modules.data.database.keys.access import Rights
from modules.data.database.keys.users import secret_name
from modules.data.database.settings import DatabaseSettings
from modules.foundation.names import AUDIT, Names
from modules.foundation.policies import Statement, allow, sid, use_key_via

#: [AWS Systems Manager User Guide, Start a session, Starting a session (port forwarding to remote host)]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html).
FORWARD_DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"
#: The stream of the audit log for connections.
AUDIT_STREAM = "connect"
#: The sessions that the caller started: [Sample IAM policies for Session Manager]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html). To
#: Terraform, two dollar signs are one.
_OWN_SESSIONS = "session/$${aws:userid}-*"


def people_statements(blocks: ComputeBlocks) -> list[Statement]:
    """Return the statements for everything that the `developers` block lists; none without the block."""
    settings, names = blocks.developers, blocks.names
    if settings is None:
        return []
    databases = {label: blocks.database[label] for label in settings.databases}
    return [
        *_session_statements(names),
        *_find_statements(settings, names, databases),
        *(_database_login(label, each, settings.databases[label], names) for label, each in databases.items()),
        *_secret_key(names, databases),
        *(_cache_login(label, names) for label in settings.caches if CACHE_USER in blocks.cache[label].user),
    ]


def _session_statements(names: Names) -> list[Statement]:
    """Return the statements to start a task, to forward ports through it, and to stop it.

    A session is only possible with the tasks of the block's own cluster, and only with the document that forwards
    ports: [Start a session with a document by specifying the session documents in IAM policies]
    (https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-specify-session-document.html).
    Without the condition, a session without a document would open a shell.
    """
    ecs, ssm = (f"arn:aws:{each}:{names.region}:{names.account_id}" for each in ("ecs", "ssm"))
    log_group = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.log_group(AUDIT)}"
    name = developers_name(names)
    tasks = f"{ecs}:task/{name}/*"
    here = {"ArnEquals": {"ecs:cluster": f"{ecs}:cluster/{name}"}}
    document = f"arn:aws:ssm:{names.region}::document/{FORWARD_DOCUMENT}"
    roles = [f"arn:aws:iam::{names.account_id}:role/{names.role(role_purpose(use))}" for use in ("execution", "task")]
    to_ecs = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    return [
        # The condition of the cluster also excludes other tasks with this definition.
        allow(
            "StartTask", actions=["ecs:RunTask"], resources=[f"{ecs}:task-definition/{name}:*"],
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


def _find_statements(
    settings: DevelopersSettings, names: Names, databases: Mapping[str, DatabaseSettings]
) -> list[Statement]:
    """Return the statements to look up endpoints."""
    place = f"{names.region}:{names.account_id}"
    found: dict[str, list[str]] = {}
    for label, each in databases.items():
        kind, what = ("cluster", "DBClusters") if each.is_aurora else ("db", "DBInstances")
        arn = f"arn:aws:rds:{place}:{kind}:{each.identifier(names, label)}"
        found.setdefault(f"rds:Describe{what}", []).append(arn)
    caches = [f"arn:aws:elasticache:{place}:replicationgroup:{cache_id(names, each)}" for each in settings.caches]
    clusters = [f"arn:aws:eks:{place}:cluster/{eks_cluster_name(names, each)}" for each in settings.clusters]
    found |= {"elasticache:DescribeReplicationGroups": caches} if caches else {}
    found |= {"eks:DescribeCluster": clusters} if clusters else {}
    return [allow(f"Find{sid(action)}", actions=[action], resources=arns) for action, arns in found.items()]


def _database_login(label: str, database: DatabaseSettings, rights: Rights, names: Names) -> Statement:
    """Return the statement to log in as the developers' user: by IAM, or with the password in the user's secret.

    The ID of the database is not known in advance. [Creating and using an IAM policy for IAM database access]
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html) has an example for a
    user in all databases. Databases of other environments are not reachable through these tasks.
    """
    place, user = f"{names.region}:{names.account_id}", developers_user(rights, database.kind.dialect)
    if not database.stores_passwords:
        resource = f"arn:aws:rds-db:{place}:dbuser:*/{user}"
        return allow(f"Database{sid(label)}", actions=["rds-db:connect"], resources=[resource])
    secret = f"arn:aws:secretsmanager:{place}:secret:{secret_name(names, label, user)}-??????"
    return allow(f"Database{sid(label)}", actions=["secretsmanager:GetSecretValue"], resources=[secret])


def _secret_key(names: Names, databases: Mapping[str, DatabaseSettings]) -> list[Statement]:
    if not any(each.stores_passwords for each in databases.values()):
        return []
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias("data")}}
    return [
        use_key_via(
            "SecretKey",
            "secretsmanager",
            names.region,
            actions=["kms:Decrypt"],
            key_arns=[f"arn:aws:kms:{names.region}:{names.account_id}:key/*"],
            condition=condition,
        )
    ]


def _cache_login(label: str, names: Names) -> Statement:
    """Return the statement to log in as the user `app` ("Authenticating with IAM")."""
    place = f"arn:aws:elasticache:{names.region}:{names.account_id}"
    resources = [
        f"{place}:replicationgroup:{cache_id(names, label)}",
        f"{place}:user:{cache_user_id(names, label, CACHE_USER)}",
    ]
    return allow(f"Cache{sid(label)}", actions=["elasticache:Connect"], resources=resources)
