"""Access of functions to the blocks of the data module, and the environment variables that describe them."""

from collections.abc import Mapping

from modules.data.bucket.buckets import Bucket
from modules.data.bucket.keys.access import Prefixes
from modules.data.cache.cache import Cache
from modules.data.cache.keys.names import PORT
from modules.data.database.database import Database
from modules.data.logins import (
    DatabaseLogin,
    cache_login,
    cache_user,
    cache_variables,
    read_secrets,
    secret_keys,
)
from modules.data.module import DataModule
from modules.events.function.functions import Function
from modules.events.function.settings import FunctionSettings
from modules.foundation.names import Names
from modules.foundation.variables import variables_for


def grant_data_access(
    function: Function,
    settings: FunctionSettings,
    data: DataModule,
    logins: Mapping[str, DatabaseLogin],
    names: Names,
) -> None:
    """Grant a function access to what its settings name: security groups, bucket policies, and the function's role.

    Creates no resources of its own. `modules/foundation/variables.py` describes the environment variables. Passwords
    are in secrets, which the function's role can read and where they are rotated. With `login = "iam"`, and as a user
    of a cache, the function authenticates with its role. `logins` has the login of each database that it names.
    """
    for label in settings.databases:
        _use_database(function, label, data.databases[label], logins[label])
    for label in settings.caches:
        _use_cache(function, label, data.caches[label])
    for label, prefixes in settings.buckets.items():
        _use_bucket(function, label, data.buckets[label], prefixes)
    secrets = {label: data.secrets[label] for label in settings.secrets}
    function.role.add_statements(*read_secrets(secret_keys(logins.values(), secrets.values()), names))
    for label, secret in secrets.items():
        function.add_environment(variables_for("secret", label, arn=secret.arn))


def _use_database(function: Function, label: str, database: Database, login: DatabaseLogin) -> None:
    database.allow_ingress_from(function.security_group_id, f"function_{function.label}")
    function.allow_egress_to(database.security_group_id, database.port, f"database_{label}")
    if database.proxy:
        function.allow_egress_to(database.proxy.security_group_id, database.proxy.port, f"database_{label}_proxy")
    function.role.add_statements(*login.statements)
    function.add_environment(login.variables)
    function.wait_for(login.ready)


def _use_cache(function: Function, label: str, cache: Cache) -> None:
    cache.allow_ingress_from(function.security_group_id, f"function_{function.label}")
    function.allow_egress_to(cache.security_group_id, PORT, f"cache_{label}")
    user = cache_user(cache)
    function.role.add_statements(*cache_login(label, cache, user))
    function.add_environment(cache_variables(label, cache, user))


def _use_bucket(function: Function, label: str, bucket: Bucket, prefixes: Prefixes) -> None:
    for number, prefix in enumerate(prefixes.read, 1):
        bucket.grant_read(function.role.arn, prefix, name=f"function-{function.label}-{number}")
    for number, prefix in enumerate(prefixes.write, 1):
        bucket.grant_write(function.role.arn, prefix, name=f"function-{function.label}-{number}")
    function.add_environment(variables_for("bucket", label, name=bucket.name))
