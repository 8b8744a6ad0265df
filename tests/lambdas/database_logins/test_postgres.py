"""Users of PostgreSQL, created on a real server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pg8000
import pg8000.native
import pytest

from lambdas.database_logins import tls
from lambdas.database_logins.passwords import Login
from lambdas.database_logins.postgres import Postgres
from lambdas.database_logins.users import Access, Changes, User
from tests.lambdas.database_logins.conftest import ADMINISTRATOR, DATABASE
from tests.support.database_servers import HOST, Server

PASSWORDS = {"gw_service_api": "first", "gw_task_report": "second", "gw_task_schema": "third"}
USERS: Mapping[str, Access] = {
    "gw_service_api": "read_write",
    "gw_task_report": "read_only",
    "gw_task_schema": "migrate",
}


def users(wanted: Mapping[str, Access]) -> dict[str, User]:
    return {name: User(name, access, f"secret/{name}") for name, access in wanted.items()}


def set_up(database: Postgres, wanted: Mapping[str, Access] = USERS) -> Changes:
    return database.set_up(ADMINISTRATOR, users(wanted), PASSWORDS)


@contextmanager
def logged_in(server: Server, user: str, password: str | None = None) -> Iterator[pg8000.native.Connection]:
    connection = pg8000.native.Connection(
        user,
        host=HOST,
        port=server.port,
        database=DATABASE,
        password=password or PASSWORDS.get(user, ADMINISTRATOR.password),
        ssl_context=tls.context(),
    )
    try:
        yield connection
    finally:
        connection.close()


def rejected(connection: pg8000.native.Connection, statement: str) -> bool:
    """Return whether the user lacks the privilege for a statement."""
    try:
        connection.run(statement)
    except pg8000.DatabaseError as error:
        assert error.args[0]["C"] == "42501", error
        return True
    return False


def test_set_up_creates_users_with_their_rights(postgres_database: Postgres, postgres_server: Server) -> None:
    assert set_up(postgres_database).created == sorted(USERS)
    with logged_in(postgres_server, "gw_task_schema") as schema:
        schema.run("CREATE TABLE posts (id bigserial PRIMARY KEY, text text)")
    with logged_in(postgres_server, "gw_service_api") as api:
        api.run("INSERT INTO posts (text) VALUES ('hello')")
        assert api.run("UPDATE posts SET text = 'hi' RETURNING id") == [[1]]
        assert rejected(api, "ALTER TABLE posts ADD COLUMN author text")
        assert rejected(api, "CREATE TABLE other (id int)")
    with logged_in(postgres_server, "gw_task_report") as report:
        assert report.run("SELECT text FROM posts") == [["hi"]]
        assert rejected(report, "DELETE FROM posts")
        assert rejected(report, "CREATE TABLE other (id int)")


def test_set_up_a_second_time_changes_nothing(postgres_database: Postgres) -> None:
    set_up(postgres_database)
    assert set_up(postgres_database) == Changes()


def test_a_migration_can_change_what_another_created(postgres_database: Postgres, postgres_server: Server) -> None:
    both: dict[str, Access] = {"gw_task_schema": "migrate", "gw_service_api": "migrate"}
    set_up(postgres_database, both)
    with logged_in(postgres_server, "gw_task_schema") as first:
        first.run("CREATE SCHEMA billing CREATE TABLE invoices (id int)")
    with logged_in(postgres_server, "gw_service_api") as second:
        second.run("ALTER TABLE billing.invoices ADD COLUMN total int")
        assert rejected(second, f"DROP DATABASE {DATABASE}")
    set_up(postgres_database, {**both, "gw_task_report": "read_only"})
    with logged_in(postgres_server, "gw_task_report") as report:
        assert report.run("SELECT count(*) FROM billing.invoices") == [[0]]


def test_set_up_takes_over_what_the_administrator_owns(postgres_database: Postgres, postgres_server: Server) -> None:
    with logged_in(postgres_server, "dbadmin") as administrator:
        administrator.run("CREATE TYPE mood AS ENUM ('good')")
        administrator.run("CREATE TABLE posts (id int GENERATED ALWAYS AS IDENTITY, mood mood)")
        administrator.run("CREATE VIEW moods AS SELECT mood FROM posts")
        administrator.run("CREATE SEQUENCE numbers")
        administrator.run("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        administrator.run('CREATE SCHEMA "Old ""Reports""" CREATE TABLE "A b" (id int)')
    set_up(postgres_database)
    with logged_in(postgres_server, "gw_task_schema") as schema:
        schema.run("ALTER TABLE posts ADD COLUMN text text")
        schema.run("ALTER TYPE mood ADD VALUE 'bad'")
        schema.run("DROP FUNCTION one()")
        schema.run('ALTER TABLE "Old ""Reports"""."A b" ADD COLUMN more int')
    with logged_in(postgres_server, "gw_service_api") as api:
        api.run("INSERT INTO posts (mood) VALUES ('good')")
        assert api.run("SELECT * FROM moods") == [["good"]]
        assert api.run("SELECT nextval('numbers')") == [[1]]
    with logged_in(postgres_server, "dbadmin") as administrator:
        # Programs that still log in as the administrator are not interrupted.
        administrator.run("INSERT INTO posts (mood) VALUES ('good')")


def test_a_table_of_somebody_else_is_reported(postgres_database: Postgres, postgres_server: Server) -> None:
    root = pg8000.native.Connection("postgres", unix_sock=str(postgres_server.socket), database=DATABASE)
    root.run("CREATE ROLE byhand NOLOGIN")
    root.run("CREATE TABLE kept (id int)")
    root.run("ALTER TABLE kept OWNER TO byhand")
    root.close()
    assert set_up(postgres_database).not_granted == ["kept of byhand"]


def test_a_user_that_is_not_wanted_is_locked(postgres_database: Postgres, postgres_server: Server) -> None:
    set_up(postgres_database)
    with logged_in(postgres_server, "gw_task_schema") as schema:
        schema.run("CREATE TABLE posts (id int)")
    with logged_in(postgres_server, "gw_service_api") as running:
        assert set_up(postgres_database, {"gw_task_report": "read_only"}).locked == ["gw_service_api", "gw_task_schema"]
        assert rejected(running, "SELECT * FROM posts")
    with pytest.raises(pg8000.DatabaseError), logged_in(postgres_server, "gw_service_api"):
        pass
    with logged_in(postgres_server, "gw_task_report") as report:
        assert report.run("SELECT * FROM posts") == []
    assert set_up(postgres_database, {"gw_task_report": "read_only"}) == Changes()
    set_up(postgres_database)
    with logged_in(postgres_server, "gw_service_api") as api:
        api.run("INSERT INTO posts VALUES (1)")


def test_a_changed_access_replaces_the_former(postgres_database: Postgres, postgres_server: Server) -> None:
    set_up(postgres_database)
    set_up(postgres_database, {**USERS, "gw_task_schema": "read_only"})
    with logged_in(postgres_server, "gw_task_schema") as schema:
        assert rejected(schema, "CREATE TABLE posts (id int)")


def test_users_by_iam_have_no_password(postgres_database: Postgres, postgres_server: Server) -> None:
    set_up(postgres_database)
    by_iam = {name: User(name, access, None) for name, access in USERS.items()}
    postgres_database.set_up(ADMINISTRATOR, by_iam, {})
    root = pg8000.native.Connection("postgres", unix_sock=str(postgres_server.socket))
    members = root.run(
        "SELECT rolname, rolpassword FROM pg_authid WHERE pg_has_role(oid, 'rds_iam', 'MEMBER') AND rolname LIKE 'gw%'"
    )
    assert sorted(members) == [[name, None] for name in sorted(USERS)]
    set_up(postgres_database)
    assert root.run("SELECT count(*) FROM pg_auth_members WHERE roleid = 'rds_iam'::regrole") == [[1]]
    root.close()


def test_the_administrator_is_no_member_of_a_user(postgres_database: Postgres, postgres_server: Server) -> None:
    """As an indirect member of rds_iam, it could no longer log in with its password."""
    set_up(postgres_database)
    with logged_in(postgres_server, "dbadmin") as administrator:
        query = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'gw%' AND pg_has_role('dbadmin', oid, 'USAGE')"
        assert administrator.run(query) == [[0]]


def test_no_password_is_in_the_log(
    postgres_database: Postgres, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PASSWORDS, "gw_service_api", "not-in-the-log")
    set_up(postgres_database)
    postgres_database.log_in(Login("gw_service_api", "not-in-the-log"))
    log = (postgres_server.authority.parent / "log").read_text()
    assert 'ALTER ROLE "gw_service_api" PASSWORD' in log
    assert "not-in-the-log" not in log


def test_a_certificate_of_another_authority_is_rejected(
    postgres_database: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    rds = Path("lambdas/database_logins/rds-certificates.pem").resolve()
    monkeypatch.setattr(tls, "CERTIFICATES", rds)
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        set_up(postgres_database)


def test_set_password_replaces_the_password(postgres_database: Postgres) -> None:
    set_up(postgres_database)
    postgres_database.set_password(ADMINISTRATOR, Login("gw_service_api", "next"))
    postgres_database.log_in(Login("gw_service_api", "next"))
    with pytest.raises(pg8000.DatabaseError):
        postgres_database.log_in(Login("gw_service_api", "first"))


def test_a_run_that_fails_changes_nothing(postgres_database: Postgres, postgres_server: Server) -> None:
    with pytest.raises(KeyError):
        postgres_database.set_up(ADMINISTRATOR, {"gw_x": User("gw_x", cast("Any", "owner"), None)}, {})
    with logged_in(postgres_server, "dbadmin") as administrator:
        assert administrator.run("SELECT count(*) FROM pg_roles WHERE rolname ~ '^(gw_|groundwork_)'") == [[0]]
