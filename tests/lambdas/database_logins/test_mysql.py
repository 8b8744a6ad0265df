"""Users of MySQL, created on MariaDB.

What differs in MySQL 8, and is not tested: the plugin of RDS for IAM, `caching_sha2_password` as the plugin of
passwords, and `partial_revokes`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest

from lambdas.database_logins import mysql, tls
from lambdas.database_logins.mysql import Mysql
from lambdas.database_logins.passwords import Login
from lambdas.database_logins.users import Access, Changes, User
from tests.lambdas.database_logins.conftest import ADMINISTRATOR, DATABASE, OTHER_DATABASE
from tests.support.database_servers import HOST, Server

PASSWORDS = {"gw_service_api": "first", "gw_task_report": "it's \\ second", "gw_task_schema": "third"}
USERS: Mapping[str, Access] = {
    "gw_service_api": "read_write",
    "gw_task_report": "read_only",
    "gw_task_schema": "migrate",
}
#: Errors of MySQL: access denied to a schema, and to a command on a table; an account that is locked; an unknown login.
DENIED = (1044, 1142, 1370)
LOCKED, UNKNOWN = 4151, 1045


def set_up(database: Mysql, wanted: Mapping[str, Access] = USERS) -> Changes:
    users = {name: User(name, access, f"secret/{name}") for name, access in wanted.items()}
    return database.set_up(ADMINISTRATOR, users, PASSWORDS)


@contextmanager
def logged_in(server: Server, user: str) -> Iterator["pymysql.cursors.Cursor"]:
    connection: pymysql.Connection[Any] = pymysql.connect(
        host=HOST,
        port=server.port,
        user=user,
        password=PASSWORDS.get(user, ADMINISTRATOR.password),
        database=DATABASE,
        ssl=tls.context(),
        autocommit=True,
    )
    with connection, connection.cursor() as cursor:
        yield cursor


def rejected(cursor: "pymysql.cursors.Cursor", statement: str) -> bool:
    try:
        cursor.execute(statement)
    except pymysql.MySQLError as error:
        assert error.args[0] in DENIED, error
        return True
    return False


def test_set_up_creates_users_with_their_rights(mysql_database: Mysql, mariadb_server: Server) -> None:
    assert set_up(mysql_database).created == sorted(USERS)
    with logged_in(mariadb_server, "gw_task_schema") as schema:
        schema.execute("CREATE TABLE posts (id int PRIMARY KEY AUTO_INCREMENT, text varchar(20))")
        schema.execute("CREATE VIEW texts AS SELECT text FROM posts")
        schema.execute("CREATE TRIGGER lower_text BEFORE INSERT ON posts FOR EACH ROW SET NEW.text = LOWER(NEW.text)")
    with logged_in(mariadb_server, "gw_service_api") as api:
        api.execute("INSERT INTO posts (text) VALUES ('HELLO')")
        assert rejected(api, "ALTER TABLE posts ADD COLUMN author text")
        assert rejected(api, "CREATE TABLE other (id int)")
    with logged_in(mariadb_server, "gw_task_report") as report:
        report.execute("SELECT * FROM texts")
        assert list(report.fetchall()) == [("hello",)]
        assert rejected(report, "DELETE FROM posts")


def test_privileges_are_limited_to_the_schema(mysql_database: Mysql, mariadb_server: Server) -> None:
    """The name app_data also matches appxdata if its underscore is a wildcard."""
    set_up(mysql_database)
    with logged_in(mariadb_server, "gw_task_schema") as schema:
        assert rejected(schema, f"CREATE TABLE {OTHER_DATABASE}.posts (id int)")


def test_set_up_a_second_time_changes_nothing(mysql_database: Mysql) -> None:
    set_up(mysql_database)
    assert set_up(mysql_database) == Changes()


def test_a_user_that_is_not_wanted_is_locked(mysql_database: Mysql, mariadb_server: Server) -> None:
    set_up(mysql_database)
    only: dict[str, Access] = {"gw_task_report": "read_only"}
    assert set_up(mysql_database, only).locked == ["gw_service_api", "gw_task_schema"]
    with pytest.raises(pymysql.MySQLError) as error, logged_in(mariadb_server, "gw_service_api"):
        pass
    assert error.value.args[0] == LOCKED
    assert set_up(mysql_database, only) == Changes()
    set_up(mysql_database)
    with logged_in(mariadb_server, "gw_service_api") as api:
        api.execute("CREATE TEMPORARY TABLE numbers (id int)")


def test_a_changed_access_replaces_the_former(mysql_database: Mysql, mariadb_server: Server) -> None:
    set_up(mysql_database)
    set_up(mysql_database, {**USERS, "gw_task_schema": "read_only", "gw_task_report": "read_write"})
    with logged_in(mariadb_server, "gw_task_schema") as schema:
        assert rejected(schema, "CREATE TABLE posts (id int)")
    with logged_in(mariadb_server, "gw_task_report") as report:
        report.execute("CREATE TEMPORARY TABLE numbers (id int)")


def test_users_by_iam_have_the_plugin_and_no_password(mysql_database: Mysql, mariadb_server: Server) -> None:
    set_up(mysql_database)
    mysql_database.set_up(ADMINISTRATOR, {name: User(name, "read_only", None) for name in USERS}, {})
    with logged_in(mariadb_server, "dbadmin") as administrator:
        administrator.execute("SHOW CREATE USER gw_service_api@'%'")
        ((created,),) = administrator.fetchall()
    assert "unix_socket USING 'RDS'" in created
    assert "REQUIRE SSL" in created
    with pytest.raises(pymysql.MySQLError) as error, logged_in(mariadb_server, "gw_service_api"):
        pass
    assert error.value.args[0] in (UNKNOWN, 1698)


def test_a_user_cannot_connect_without_tls(mysql_database: Mysql, mariadb_server: Server) -> None:
    set_up(mysql_database)
    with pytest.raises(pymysql.MySQLError):
        pymysql.connect(host=HOST, port=mariadb_server.port, user="gw_service_api", password="first", ssl_disabled=True)


def test_set_password_replaces_the_password(mysql_database: Mysql) -> None:
    set_up(mysql_database)
    mysql_database.set_password(ADMINISTRATOR, Login("gw_service_api", "next"))
    mysql_database.log_in(Login("gw_service_api", "next"))
    with pytest.raises(pymysql.MySQLError):
        mysql_database.log_in(Login("gw_service_api", "first"))


def test_an_error_does_not_show_the_password(mysql_database: Mysql, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql, "_account", lambda name: f"{name}'")
    with pytest.raises(Exception, match="gw_service_api cannot be created or changed: error 1064") as error:
        set_up(mysql_database, {"gw_service_api": "read_write"})
    assert "first" not in str(error.value)
