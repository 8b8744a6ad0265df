"""Environment variables and policy statements for programs that use the data module: tasks, functions, and pods."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cdktf import TerraformResource

from modules.data.cache.cache import Cache
from modules.data.cache.keys.names import PORT
from modules.data.cache.settings import CACHE_USER
from modules.data.database.database import Database
from modules.data.database.keys.access import Right
from modules.data.secret.secrets import Secret
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, sid, use_key_via
from modules.foundation.variables import variables_for


@dataclass(frozen=True)
class DatabaseLogin:
    """How a program logs in to a database, and what it needs for that."""

    variables: Mapping[str, str]
    """Environment variables that describe the database and the login."""
    statements: Sequence[Statement] = ()
    """Policy statements for the program's role."""
    secret_variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that ECS reads from secrets, each with its `valueFrom`."""
    secret_keys: Mapping[str, str] = field(default_factory=dict)
    """The KMS key ARN of each secret that the program reads, by the secret's ARN."""
    ready: Sequence[TerraformResource] = ()
    """The resources that must exist before the program logs in."""


def administrator_login(label: str, database: Database) -> DatabaseLogin:
    """Return the login of the administrator."""
    secret = database.secret_arn
    user, password = (f"{secret}:{key}::" for key in ("username", "password"))
    master = database.settings.master_username
    return DatabaseLogin(
        {**_host_variables(label, database), **variables_for("database", label, secret_arn=secret)},
        [database.connect_statement(f"ProxyConnect{sid(label)}", [master])] if database.proxy else [],
        variables_for("database", label, user=user, password=password),
        {secret: database.secret_key_arn},
    )


def user_login(
    label: str,
    database: Database,
    users: Mapping[Right, str],
    secret_arns: Mapping[str, str],
    ready: Sequence[TerraformResource],
) -> DatabaseLogin:
    """Return the login of a program with its own users, the first of which is the one without a suffix.

    `secret_arns` has the secret of each user, by name.
    """
    settings, master = database.settings, database.settings.keep_master_login
    keys = {database.secret_arn: database.secret_key_arn} if master else {}
    names = [*users.values(), *([settings.master_username] if master else [])]
    variables = _host_variables(label, database)
    from_secrets: dict[str, str] = {}
    for position, (right, user) in enumerate(users.items()):
        prefix = f"{right}_" if position else ""
        variables |= variables_for("database", label, **{f"{prefix}user": user})
        if settings.login == "password":
            arn = secret_arns[user]
            variables |= variables_for("database", label, **{f"{prefix}secret_arn": arn})
            from_secrets |= variables_for("database", label, **{f"{prefix}password": f"{arn}:password::"})
    if settings.login == "password":
        keys |= {secret_arns[user]: database.secret_key_arn for user in users.values()}
        return DatabaseLogin(variables, (), from_secrets, keys, ready)
    statement = database.connect_statement(f"DatabaseConnect{sid(label)}", names)
    return DatabaseLogin({**variables, **_endpoint_variables(label, database)}, [statement], {}, keys, ready)


def _host_variables(label: str, database: Database) -> dict[str, str]:
    return variables_for(
        "database",
        label,
        host=database.host,
        read_only_host=database.read_only_host,
        proxy_host=database.proxy.host if database.proxy else None,
        port=str(database.port),
        name=database.database_name,
    )


def _endpoint_variables(label: str, database: Database) -> dict[str, str]:
    """Return the names for which tokens are signed.

    [IAM database authentication, Limitations]
    (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html): a token cannot be signed
    for a name in Route 53.
    """
    if database.proxy:
        return variables_for("database", label, proxy_endpoint=database.proxy.endpoint)
    return variables_for("database", label, endpoint=database.endpoint, read_only_endpoint=database.read_only_endpoint)


def cache_variables(label: str, cache: Cache, user: str | None) -> dict[str, str]:
    """Return the environment variables that describe a cache, for a program that logs in as this user, if any."""
    return variables_for(
        "cache",
        label,
        host=cache.primary_endpoint,
        reader_host=cache.reader_endpoint,
        port=str(PORT),
        tls=str(cache.transit_encryption_enabled).lower(),
        user=cache.user_id(user) if user else None,
    )


def cache_user(cache: Cache, user: str | None = None) -> str | None:
    """Return the user that a program logs in as: `user`, else `app`; None if the cache has no user `app`."""
    return user or (CACHE_USER if CACHE_USER in cache.users else None)


def cache_login(label: str, cache: Cache, user: str | None) -> list[Statement]:
    """Return the statements for a role that logs in to the cache as this user; none without a user."""
    return [cache.connect_statement(f"CacheConnect{sid(label)}", user)] if user else []


def secret_keys(logins: Iterable[DatabaseLogin], secrets: Iterable[Secret] = ()) -> dict[str, str]:
    """Return the KMS key ARN of each secret by the secret's ARN, the secrets of logins first."""
    return {
        **{arn: key for login in logins for arn, key in login.secret_keys.items()},
        **{secret.arn: secret.key_arn for secret in secrets},
    }


def read_secrets(keys: Mapping[str, str], names: Names) -> list[Statement]:
    """Return the statements that allow reading secrets; `keys` has the KMS key ARN of each secret by its ARN.

    The condition limits the key to these secrets: [Secret encryption and decryption in AWS Secrets Manager]
    (https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html).
    """
    if not keys:
        return []
    return [
        allow("ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=list(keys)),
        use_key_via(
            "DecryptSecrets",
            "secretsmanager",
            names.region,
            actions=["kms:Decrypt"],
            key_arns=list(dict.fromkeys(keys.values())),
            condition={"StringEquals": {"kms:EncryptionContext:SecretARN": list(keys)}},
        ),
    ]
