"""Environment variables and policy statements for programs that use the data module: tasks, functions, and pods."""

from collections.abc import Iterable, Mapping

from modules.data.cache.cache import Cache
from modules.data.cache.keys.names import PORT
from modules.data.cache.settings import CACHE_USER
from modules.data.database.database import Database
from modules.data.secret.secrets import Secret
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow, sid, use_key_via
from modules.foundation.variables import variables_for


def database_variables(label: str, database: Database) -> dict[str, str]:
    """Return the environment variables that describe a database, without its login."""
    return variables_for(
        "database",
        label,
        host=database.host,
        read_only_host=database.read_only_host,
        proxy_host=database.proxy.host if database.proxy else None,
        port=str(database.port),
        name=database.database_name,
        secret_arn=database.secret_arn,
    )


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


def database_login(label: str, database: Database) -> list[Statement]:
    """Return the statements for a role that logs in to the database's proxy by IAM; none without a proxy."""
    return [database.proxy.connect_statement(f"ProxyConnect{sid(label)}")] if database.proxy else []


def cache_login(label: str, cache: Cache, user: str | None) -> list[Statement]:
    """Return the statements for a role that logs in to the cache as this user; none without a user."""
    return [cache.connect_statement(f"CacheConnect{sid(label)}", user)] if user else []


def secret_keys(databases: Iterable[Database], secrets: Iterable[Secret] = ()) -> dict[str, str]:
    """Return the KMS key ARN of each secret by the secret's ARN, the databases' secrets first."""
    return {
        **{database.secret_arn: database.secret_key_arn for database in databases},
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
