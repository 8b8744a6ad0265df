"""Environment variables that tell programs which resources they may use."""

from collections.abc import Mapping
from dataclasses import dataclass

TASKS, FUNCTIONS = "tasks", "functions"


@dataclass(frozen=True)
class Variable:
    """An environment variable that describes a block to the programs that name it."""

    description: str
    programs: tuple[str, ...] = (TASKS, FUNCTIONS)
    """Which programs receive it."""
    condition: str = ""
    """When it is set, if not always."""


#: By the kind of block and the last part of the name. Modules set only these, and the reference lists them.
VARIABLES: Mapping[str, Mapping[str, Variable]] = {
    "database": {
        "host": Variable("Endpoint of the writer."),
        "read_only_host": Variable(
            "Endpoint that distributes connections over the readers.",
            condition="on Aurora or with more than one instance",
        ),
        "proxy_host": Variable("Endpoint of RDS Proxy.", condition="with a `proxy` block"),
        "port": Variable("Port of the endpoints."),
        "name": Variable("Name of the database.", condition="with `database_name`"),
        "user": Variable("User name to log in as."),
        "password": Variable(
            "Password, which ECS reads from the secret when the task starts.",
            (TASKS,),
            'with `login = "password"` or `"master"`',
        ),
        "secret_arn": Variable(
            "ARN of the secret that contains user name and password, as JSON.",
            condition='with `login = "password"` or `"master"`',
        ),
        "endpoint": Variable(
            "Host name for which a token is signed, and which is in the certificate.",
            condition='with `login = "iam"` and no proxy',
        ),
        "read_only_endpoint": Variable(
            "The same of the readers; of several read replicas of plain RDS, separated by commas.",
            condition='with `login = "iam"` and no proxy, on Aurora or with more than one instance',
        ),
        "proxy_endpoint": Variable(
            "Host name of the proxy, for which a token is signed.", condition='with `login = "iam"` and a `proxy` block'
        ),
        "migrate_user": Variable("User name for migrations.", condition='with `["read_write", "migrate"]`'),
        "migrate_password": Variable(
            "Its password, which ECS reads from the secret when the task starts.",
            (TASKS,),
            'the same, with `login = "password"`',
        ),
        "migrate_secret_arn": Variable(
            "ARN of the secret for migrations.", condition='the same, with `login = "password"`'
        ),
    },
    "cache": {
        "host": Variable("Endpoint of the primary."),
        "reader_host": Variable("Endpoint that distributes connections over the replicas.", condition="with replicas"),
        "port": Variable("Port of the endpoints."),
        "tls": Variable("Whether connections use TLS: `true` or `false`."),
        "user": Variable("User to log in as, with IAM authentication.", condition="if the cache has the user"),
    },
    "bucket": {
        "name": Variable("Name of the bucket."),
        "prefix": Variable("Prefix of the objects that the task may access.", (TASKS,), "if access is limited to one"),
    },
    "secret": {"arn": Variable("ARN of the secret.", (FUNCTIONS,))},
    "queue": {"url": Variable("URL of the queue.")},
    "topic": {"arn": Variable("ARN of the topic.")},
    "stream": {"name": Variable("Name of the stream.")},
    "push": {
        "topic_arn": Variable("ARN of the topic for requests.", condition='with `source = "topic"`'),
        "queue_url": Variable("URL of the queue for requests.", condition='with `source = "queue"`'),
        "stream_name": Variable("Name of the stream for requests.", condition='with `source = "stream"`'),
        "apns_arn": Variable("ARN of the platform application for Apple devices.", condition="with an `apns` block"),
        "fcm_arn": Variable("ARN of the platform application for Android devices.", condition="with an `fcm` block"),
    },
    "service": {
        "host": Variable("Name of a service in `reaches`, inside the VPC.", (TASKS,)),
        "port": Variable("Port of a service in `reaches`.", (TASKS,)),
    },
}

#: Where the AWS SDKs look for credentials before they use the role of a task or function: [AWS SDKs and Tools Reference
#: Guide, Standardized credential providers]
#: (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONFIG_FILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


def variable(kind: str, label: str, suffix: str) -> str:
    """Return the name of an environment variable: `DATABASE_MAIN_HOST`."""
    return "_".join((kind, label, suffix)).replace("-", "_").upper()


def variables_for(kind: str, label: str, **values: str | None) -> dict[str, str]:
    """Return the environment variables of one block that have a value. Raises KeyError if one is not in VARIABLES."""
    undeclared = values.keys() - VARIABLES[kind].keys()
    if undeclared:
        raise KeyError(f"{kind}: VARIABLES does not describe {', '.join(sorted(undeclared))}")
    return {variable(kind, label, suffix): value for suffix, value in values.items() if value is not None}
