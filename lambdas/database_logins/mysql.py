"""Users of MySQL and Aurora MySQL.

A user has its privileges on the whole schema, so it has them on tables that migrations create later too.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from .passwords import Login
from .tls import TIMEOUT, context
from .users import PREFIX, Access, Changes, User

_READ = frozenset({"SELECT", "SHOW VIEW"})
_WRITE = _READ | {"INSERT", "UPDATE", "DELETE", "EXECUTE", "CREATE TEMPORARY TABLES", "LOCK TABLES"}
_MIGRATE = _WRITE | {
    "CREATE", "ALTER", "DROP", "INDEX", "REFERENCES", "CREATE VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "TRIGGER",
    "EVENT",
}  # fmt: skip
PRIVILEGES: Mapping[Access, frozenset[str]] = {"read_only": _READ, "read_write": _WRITE, "migrate": _MIGRATE}
#: [Creating a database account using IAM authentication]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html).
IAM = "WITH AWSAuthenticationPlugin AS 'RDS'"
_LOCK = "groundwork_logins"


class MysqlError(Exception):
    """A run that has to be repeated, or a rejected statement that is not shown, since it contains a password."""


class Mysql:
    """A schema of a server."""

    def __init__(self, host: str, port: int, name: str) -> None:
        self._host = host
        self._port = port
        self._name = name

    def log_in(self, login: Login) -> None:
        """Log in, and out again. Raises pymysql.MySQLError."""
        with self._connected(login):
            pass

    def set_password(self, administrator: Login, login: Login) -> None:
        """Set the password of an existing user. Raises pymysql.MySQLError, MysqlError."""
        with self._connected(administrator) as connection:
            _identify(connection, login.user, login.password)

    def set_up(self, administrator: Login, users: Mapping[str, User], passwords: Mapping[str, str]) -> Changes:
        """Create the users with their privileges, and lock all others. Raises pymysql.MySQLError, MysqlError."""
        changes = Changes()
        with self._connected(administrator) as connection:
            if _run(connection, "SELECT GET_LOCK(%s, %s)", _LOCK, TIMEOUT) != [(1,)]:
                raise MysqlError(f"another run has held the lock {_LOCK} for {TIMEOUT} seconds; run it again")
            pattern = f"{PREFIX}%".replace("_", "\\_")
            found = _run(connection, "SELECT user FROM mysql.user WHERE host = '%%' AND user LIKE %s", pattern)
            existing = {_text(row[0]) for row in found}
            for user in users.values():
                _identify(connection, user.name, passwords.get(user.name))
                self._grant(connection, user)
            for name in sorted(existing - users.keys()):
                changes.locked += _lock(connection, name)
            changes.created = sorted(users.keys() - existing)
        return changes

    @contextmanager
    def _connected(self, login: Login) -> Iterator["pymysql.Connection[Any]"]:
        connection = pymysql.connect(
            host=self._host,
            port=self._port,
            user=login.user,
            password=login.password,
            database=self._name,
            charset="utf8mb4",
            ssl=context(),
            connect_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
            write_timeout=TIMEOUT,
            autocommit=True,
            client_flag=CLIENT.MULTI_RESULTS,
        )
        try:
            yield connection
        finally:
            connection.close()

    def _grant(self, connection: "pymysql.Connection[Any]", user: User) -> None:
        """Grant what is missing, then revoke what is too much, so that running programs are not interrupted."""
        schema = self._pattern(connection)
        rows = _run(
            connection,
            "SELECT privilege_type FROM information_schema.schema_privileges WHERE grantee = %s AND table_schema = %s",
            f"'{user.name}'@'%'",
            schema,
        )
        has, wants = {_text(row[0]) for row in rows}, PRIVILEGES[user.access]
        on = f"ON `{schema.replace('`', '``')}`.*"
        if missing := _listed(wants - has):
            _run(connection, f"GRANT {missing} {on} TO {_account(user.name)}")
        if further := _listed(has - wants):
            _run(connection, f"REVOKE {further} {on} FROM {_account(user.name)}")

    def _pattern(self, connection: "pymysql.Connection[Any]") -> str:
        """Return the schema's name as a pattern, as GRANT reads it.

        [MySQL 8.0 Reference Manual, GRANT Statement](https://dev.mysql.com/doc/refman/8.0/en/grant.html): _ and % are
        wildcards, unless partial_revokes is on.
        """
        if any(_text(row[1]) == "ON" for row in _run(connection, "SHOW VARIABLES LIKE 'partial_revokes'")):
            return self._name
        return self._name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")


def _identify(connection: "pymysql.Connection[Any]", user: str, password: str | None) -> None:
    """Create the user, or change how it authenticates; None is an IAM token.

    The server rewrites passwords in its logs: [MySQL 8.0 Reference Manual, Passwords and Logging]
    (https://dev.mysql.com/doc/refman/8.0/en/password-logging.html).
    """
    by = IAM if password is None else f"BY {connection.escape(password)}"
    for statement in ("CREATE USER IF NOT EXISTS {} IDENTIFIED {} REQUIRE SSL",
                      "ALTER USER {} IDENTIFIED {} REQUIRE SSL ACCOUNT UNLOCK"):  # fmt: skip
        try:
            _run(connection, statement.format(_account(user), by))
        except pymysql.MySQLError as error:
            shown = "" if password else f": {error}"
            raise MysqlError(f"{user} cannot be created or changed: error {error.args[0]}{shown}") from None


def _lock(connection: "pymysql.Connection[Any]", name: str) -> Iterator[str]:
    """Lock a user and revoke its privileges; yield its name if it was not locked."""
    account = _account(name)
    ((created,), *_) = _run(connection, f"SHOW CREATE USER {account}")
    if "ACCOUNT LOCK" not in _text(created):
        _run(connection, f"ALTER USER {account} ACCOUNT LOCK")
        _run(connection, f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}")
        yield name


def _run(connection: "pymysql.Connection[Any]", statement: str, *values: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def _account(name: str) -> str:
    return f"'{name}'@'%'"


def _listed(privileges: Iterable[str]) -> str:
    return ", ".join(sorted(privileges))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
