"""What a connection leads to: the host in the VPC, and what a client needs to log in there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from modules.compute.eks.settings import cluster_name
from modules.compute.keys.database_users import developers_user
from modules.compute.service.keys.names import service_host
from modules.data.cache.keys.names import PORT as CACHE_PORT
from modules.data.cache.keys.names import cache_id, cache_user_id
from modules.data.cache.settings import CACHE_USER
from modules.data.database.keys.users import secret_name
from modules.data.database.settings import DatabaseSettings
from modules.environment_files import EnvironmentFile
from modules.foundation.problems import SettingsError
from ops.connect.logins import (
    MysqlClient,
    PostgresClient,
    cache_command,
    cache_token,
    kubeconfig,
    secret_login,
    write_private,
)
from ops.errors import ExitCode, OpsError

Kind = Literal["database", "cache", "service", "cluster"]


@dataclass(frozen=True)
class Access:
    """How a client uses the open port."""

    command: str
    """A command line, which contains no secret."""
    user: str | None = None
    renew: Callable[[], None] = lambda: None
    """Writes the login again, before its token expires."""


@dataclass(frozen=True)
class Options:
    """What the command line adds to a destination."""

    user: str | None = None
    """The user of a cache."""
    ca_bundle: Path | None = None
    """The certificates with which the client verifies the server."""
    kubeconfig: Path | None = None


@dataclass(frozen=True)
class Destination:
    """A host and port in the VPC."""

    kind: Kind
    label: str
    host: str
    port: int
    access: Callable[[int, Path], Access]
    """Returns the access by a local port, and writes logins into a private folder."""


def destination(file: EnvironmentFile, kind: Kind, label: str, session: Any, options: Options) -> Destination:
    """Return what a label of the `developers` block names. Raises SettingsError if the block does not list it."""
    require_listed(file, kind, label)
    match kind:
        case "database":
            return _database(file, label, session, options)
        case "cache":
            return _cache(file, label, session, options)
        case "service":
            return _service(file, label)
        case "cluster":
            return _cluster(file, label, session, options)


def require_listed(file: EnvironmentFile, kind: Kind, label: str) -> None:
    """Raise SettingsError if the `developers` block does not list the label."""
    developers, key = file.settings.developers, f"{kind}s"
    if developers is None:
        rule = "is missing, and without it developers reach nothing in this environment"
        entry = f'{{ {label} = "read_only" }}' if kind == "database" else f'["{label}"]'
        remedy = f"write `developers {{ {key} = {entry} }}`, and deploy"
        raise SettingsError([file.document.problem(("developers",), None, rule, remedy)])
    listed = list(getattr(developers, key))
    if label not in listed:
        rule = f"does not list {label}"
        raise SettingsError(
            [file.document.problem(("developers", key), listed, rule, "add it and deploy, or name another")]
        )


def _database(file: EnvironmentFile, label: str, session: Any, options: Options) -> Destination:
    settings, names = file.settings.database[label], file.settings.names
    assert file.settings.developers is not None, "checked by require_listed"
    user = developers_user(file.settings.developers.databases[label], settings.kind.dialect)
    rds = session.client("rds", region_name=names.region)
    identifier = settings.identifier(names, label)
    if settings.is_aurora:
        host = str(rds.describe_db_clusters(DBClusterIdentifier=identifier)["DBClusters"][0]["Endpoint"])
    else:
        host = str(rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]["Endpoint"]["Address"])

    def login() -> tuple[str, str]:
        if settings.stores_passwords:
            secretsmanager = session.client("secretsmanager", region_name=names.region)
            return secret_login(secretsmanager, secret_name(names, label, user))
        return user, str(rds.generate_db_auth_token(host, settings.listens_on, user))

    def access(port: int, folder: Path) -> Access:
        return _database_access(settings, host, port, folder / "login", login, options)

    return Destination("database", label, host, settings.listens_on, access)


def _database_access(
    settings: DatabaseSettings,
    host: str,
    port: int,
    path: Path,
    login: Callable[[], tuple[str, str]],
    options: Options,
) -> Access:
    """Return the access of a client of the database's engine, with its login in the file `path`."""
    client: PostgresClient | MysqlClient
    if settings.kind.dialect == "postgres":
        client = PostgresClient(host, port, settings.database_name or "postgres", options.ca_bundle)
    else:
        client = MysqlClient(port, settings.database_name or "", options.ca_bundle)

    def write() -> None:
        write_private(path, client.login(*login()))

    user, password = login()
    write_private(path, client.login(user, password))
    # The password in a secret is rotated too: the file then has the new one.
    return Access(client.command(path, user), user, write)


def _cache(file: EnvironmentFile, label: str, session: Any, options: Options) -> Destination:
    settings, names = file.settings.cache[label], file.settings.names
    identifier = cache_id(names, label)
    elasticache = session.client("elasticache", region_name=names.region)
    group = elasticache.describe_replication_groups(ReplicationGroupId=identifier)["ReplicationGroups"][0]
    host = str(group["NodeGroups"][0]["PrimaryEndpoint"]["Address"])
    label_of_user = options.user or (CACHE_USER if CACHE_USER in settings.user else None)
    if label_of_user and label_of_user not in settings.user:
        known = list(settings.user)
        rule = f"has no user {label_of_user}; it has {', '.join(known) or 'none'}"
        raise SettingsError([file.document.problem(("cache", label), None, rule, "name another with --user")])
    user = cache_user_id(names, label, label_of_user) if label_of_user else None

    def access(port: int, folder: Path) -> Access:
        path = folder / "login"

        def renew() -> None:
            if user:
                write_private(path, cache_token(session, names.region, identifier, user))

        renew()
        tls = settings.transit_encryption_enabled
        program = "valkey-cli" if settings.engine == "valkey" else "redis-cli"
        command = cache_command(program, host=host, port=port, tls=tls, user=user, login=path)
        return Access(command, user, renew)

    return Destination("cache", label, host, CACHE_PORT, access)


def _service(file: EnvironmentFile, label: str) -> Destination:
    port = file.settings.service[label].port
    assert port is not None, "checked by the settings"
    host = service_host(label, file.settings.name)
    return Destination("service", label, host, port, lambda local, _: Access(f"curl http://127.0.0.1:{local}/"))


def _cluster(file: EnvironmentFile, label: str, session: Any, options: Options) -> Destination:
    names = file.settings.names
    name = cluster_name(names, label)
    found = session.client("eks", region_name=names.region).describe_cluster(name=name)["cluster"]
    if found["status"] != "ACTIVE":
        raise OpsError(f"the cluster {name} is {found['status']}; connect when it is ACTIVE", ExitCode.REFUSED)

    def access(port: int, folder: Path) -> Access:
        path = (options.kubeconfig or folder / "kubeconfig").absolute()
        certificate = found["certificateAuthority"]["data"]
        text = kubeconfig(
            name=name, endpoint=found["endpoint"], certificate=certificate, port=port, region=names.region
        )
        write_private(path, text)
        return Access(f"KUBECONFIG={path} kubectl get nodes")

    return Destination("cluster", label, str(found["endpoint"]).removeprefix("https://"), 443, access)
