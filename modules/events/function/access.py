"""Access of functions to the blocks of the data module, and the environment variables that describe them."""

from modules.data.bucket.keys.access import Prefixes
from modules.data.cache.cache import PORT
from modules.data.logins import (
    cache_login,
    cache_user,
    cache_variables,
    database_login,
    database_variables,
    read_secrets,
    secret_keys,
)
from modules.data.module import DataModule
from modules.events.function.functions import Function
from modules.events.function.settings import FunctionSettings
from modules.foundation.names import Names
from modules.foundation.variables import variables_for


class FunctionAccess:
    """Gives a function access to what its settings name: security groups, bucket policies, and the function's role.

    Creates no resources of its own. Environment variables (hyphens in a label become underscores):

        DATABASE_<LABEL>_HOST, _READ_ONLY_HOST, _PROXY_HOST, _PORT, _NAME, _SECRET_ARN
        CACHE_<LABEL>_HOST, _READER_HOST, _PORT, _TLS, _USER
        BUCKET_<LABEL>_NAME, SECRET_<LABEL>_ARN

    Credentials are in the secret, which the function's role can read and where they are rotated. To a proxy and as a
    user of a cache, the function authenticates with its role.
    """

    def __init__(self, *, function: Function, settings: FunctionSettings, data: DataModule, names: Names) -> None:
        self._function = function
        self._data = data
        self._who = f"function_{function.label}"
        for label in settings.databases:
            self._use_database(label)
        for label in settings.caches:
            self._use_cache(label)
        for label, prefixes in settings.buckets.items():
            self._use_bucket(label, prefixes)
        self._read_secrets(settings, names)

    def _use_database(self, label: str) -> None:
        database, function = self._data.databases[label], self._function
        database.allow_ingress_from(function.security_group_id, self._who)
        function.reach(f"database_{label}", database.security_group_id, database.port)
        if database.proxy:
            function.reach(f"database_{label}_proxy", database.proxy.security_group_id, database.proxy.port)
            function.add_statements(*database_login(label, database))
        function.add_environment(database_variables(label, database))

    def _use_cache(self, label: str) -> None:
        cache, function = self._data.caches[label], self._function
        cache.allow_ingress_from(function.security_group_id, self._who)
        function.reach(f"cache_{label}", cache.security_group_id, PORT)
        user = cache_user(cache)
        function.add_statements(*cache_login(label, cache, user))
        function.add_environment(cache_variables(label, cache, user))

    def _use_bucket(self, label: str, prefixes: Prefixes) -> None:
        bucket, function = self._data.buckets[label], self._function
        for number, prefix in enumerate(prefixes.read, 1):
            bucket.grant_read(function.role_arn, prefix, name=f"function-{function.label}-{number}")
        for number, prefix in enumerate(prefixes.write, 1):
            bucket.grant_write(function.role_arn, prefix, name=f"function-{function.label}-{number}")
        function.add_environment(variables_for("bucket", label, name=bucket.name))

    def _read_secrets(self, settings: FunctionSettings, names: Names) -> None:
        databases = [self._data.databases[label] for label in settings.databases]
        secrets = {label: self._data.secrets[label] for label in settings.secrets}
        self._function.add_statements(*read_secrets(secret_keys(databases, secrets.values()), names))
        for label, secret in secrets.items():
            self._function.add_environment(variables_for("secret", label, arn=secret.arn))
