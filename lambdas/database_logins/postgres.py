"""Users of PostgreSQL and Aurora PostgreSQL.

Users are members of one of three roles, which have the privileges: groundwork_read_only, groundwork_read_write, and
groundwork_migrate. The last one owns all tables: a migration runs as this role, whichever user starts it, and its
default privileges give the other two access to the tables that it creates.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pg8000.native

from .passwords import Login
from .postgres_objects import grant_objects, take_over
from .scram import verifier
from .tls import TIMEOUT, context
from .users import PREFIX, Access, Changes, User

GROUPS: Mapping[Access, str] = {
    "read_only": "groundwork_read_only",
    "read_write": "groundwork_read_write",
    "migrate": "groundwork_migrate",
}
#: [Creating a database account using IAM authentication]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html). A member logs in
#: with an IAM token only, also if it has a password.
IAM = "rds_iam"
#: Of an advisory lock: two runs at once would change the same rows of the catalog.
_LOCK = 7_203_114
#: How long a change of an owner waits for transactions that use the table. Until it gets the table, it blocks others.
_LOCK_TIMEOUT = "5s"


class Postgres:
    """A database of a server."""

    def __init__(self, host: str, port: int, name: str) -> None:
        self._host = host
        self._port = port
        self._name = name

    def log_in(self, login: Login) -> None:
        """Log in, and out again. Raises pg8000.Error."""
        with self._connected(login):
            pass

    def set_password(self, administrator: Login, login: Login) -> None:
        """Set the password of an existing user. Raises pg8000.Error."""
        with self._connected(administrator) as connection:
            _set_password(connection, login.user, login.password)

    def set_up(self, administrator: Login, users: Mapping[str, User], passwords: Mapping[str, str]) -> Changes:
        """Create the users with their privileges, and lock all others, or change nothing. Raises pg8000.Error."""
        changes = Changes()
        with self._connected(administrator) as connection, _transaction(connection):
            connection.run(f"SELECT pg_advisory_xact_lock({_LOCK})")
            connection.run(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            roles = {row[0] for row in connection.run("SELECT rolname FROM pg_roles")}
            existing = {name for name in roles if name.startswith(PREFIX)} - {administrator.user}
            for group in GROUPS.values():
                if group not in roles:
                    connection.run(f"CREATE ROLE {group} NOLOGIN")
            # So that the administrator can give it tables.
            connection.run(f"GRANT {GROUPS['migrate']} TO CURRENT_USER")
            take_over(connection, self._name, GROUPS)
            changes.not_granted = grant_objects(connection, GROUPS)
            for user in users.values():
                if user.name not in existing:
                    connection.run(f"CREATE ROLE {_quoted(user.name)} LOGIN")
                    changes.created.append(user.name)
                self._change(connection, user, passwords.get(user.name))
            for name in sorted(existing - users.keys()):
                changes.locked += _lock(connection, name)
        return changes

    @contextmanager
    def _connected(self, login: Login) -> Iterator[pg8000.native.Connection]:
        connection = pg8000.native.Connection(
            login.user,
            host=self._host,
            port=self._port,
            database=self._name,
            password=login.password,
            ssl_context=context(),
            timeout=TIMEOUT,
            application_name="database_logins",
        )
        try:
            yield connection
        finally:
            connection.close()

    def _change(self, connection: pg8000.native.Connection, user: User, password: str | None) -> None:
        """Change how a user authenticates and what it may do; without a password it authenticates by IAM."""
        name, group = _quoted(user.name), GROUPS[user.access]
        wanted = {group, *([IAM] if password is None else [])}
        member_of = _groups(connection, user.name)
        for each in sorted(wanted - member_of):
            connection.run(f"GRANT {each} TO {name}")
        for each in sorted(member_of - wanted):
            connection.run(f"REVOKE {each} FROM {name}")
        if password is None:
            connection.run(f"ALTER ROLE {name} LOGIN PASSWORD NULL")
        else:
            connection.run(f"ALTER ROLE {name} LOGIN")
            _set_password(connection, user.name, password)
        # What a migration creates belongs to the group, so that the next migration can change it, whoever runs it.
        setting = f"SET role = {group}" if user.access == "migrate" else "RESET role"
        connection.run(f"ALTER ROLE {name} IN DATABASE {_quoted(self._name)} {setting}")


def _groups(connection: pg8000.native.Connection, name: str) -> set[str]:
    """Return those of our groups, and of RDS's group for IAM, that a user is a direct member of."""
    rows = connection.run(
        "SELECT granted.rolname FROM pg_auth_members "
        "JOIN pg_roles granted ON granted.oid = roleid JOIN pg_roles users ON users.oid = member "
        "WHERE users.rolname = :name",
        name=name,
    )
    return {row[0] for row in rows} & {*GROUPS.values(), IAM}


def _lock(connection: pg8000.native.Connection, name: str) -> Iterator[str]:
    """Lock a user and revoke its memberships; yield its name if it was not locked."""
    ((can_log_in,),) = connection.run("SELECT rolcanlogin FROM pg_roles WHERE rolname = :name", name=name)
    member_of = _groups(connection, name)
    if can_log_in:
        connection.run(f"ALTER ROLE {_quoted(name)} NOLOGIN PASSWORD NULL")
    for each in sorted(member_of):
        connection.run(f"REVOKE {each} FROM {_quoted(name)}")
    if can_log_in or member_of:
        yield name


def _set_password(connection: pg8000.native.Connection, name: str, password: str) -> None:
    connection.run(f"ALTER ROLE {_quoted(name)} PASSWORD '{verifier(password)}'")


@contextmanager
def _transaction(connection: pg8000.native.Connection) -> Iterator[None]:
    connection.run("START TRANSACTION")
    try:
        yield
    except BaseException:
        connection.run("ROLLBACK")
        raise
    connection.run("COMMIT")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
