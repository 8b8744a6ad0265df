"""The servers, each with an administrator who is not a superuser, as in RDS."""

from collections.abc import Iterator

import pg8000.native
import pymysql
import pytest

from lambdas.database_logins import mysql, tls
from lambdas.database_logins.mysql import Mysql
from lambdas.database_logins.passwords import Login
from lambdas.database_logins.postgres import Postgres
from tests.support.database_servers import HOST, Server, mariadb, postgres

ADMINISTRATOR = Login("dbadmin", "administrator's password")
#: Its underscore is a wildcard in GRANT of MySQL.
DATABASE, OTHER_DATABASE = "app_data", "appxdata"


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[Server]:
    with postgres() as server:
        root = pg8000.native.Connection("postgres", unix_sock=str(server.socket))
        # What RDS has: the administrator is no superuser, and may grant the role for IAM.
        root.run("CREATE ROLE rds_iam NOLOGIN")
        root.run("CREATE ROLE dbadmin LOGIN CREATEDB CREATEROLE PASSWORD 'administrator''s password'")
        root.run("GRANT rds_iam TO dbadmin WITH ADMIN OPTION")
        root.close()
        yield server


@pytest.fixture
def postgres_database(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """An empty database of the administrator, on a server without our users."""
    monkeypatch.setattr(tls, "CERTIFICATES", postgres_server.authority)
    root = pg8000.native.Connection("postgres", unix_sock=str(postgres_server.socket))
    root.run(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    for (name,) in root.run("SELECT rolname FROM pg_roles WHERE rolname ~ '^(gw_|groundwork_|byhand)'"):
        root.run(f"DROP OWNED BY {name}")
        root.run(f"DROP ROLE {name}")
    root.run(f"CREATE DATABASE {DATABASE} OWNER dbadmin")
    root.close()
    return Postgres(HOST, postgres_server.port, DATABASE)


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[Server]:
    with mariadb() as server:
        yield server


@pytest.fixture
def mysql_database(mariadb_server: Server, monkeypatch: pytest.MonkeyPatch) -> Mysql:
    """An empty schema, and a server without our users."""
    monkeypatch.setattr(tls, "CERTIFICATES", mariadb_server.authority)
    # MariaDB lacks RDS's plugin; this one takes a string too.
    monkeypatch.setattr(mysql, "IAM", "WITH unix_socket AS 'RDS'")
    root = pymysql.connect(unix_socket=str(mariadb_server.socket), user="root", autocommit=True)
    with root.cursor() as cursor:
        cursor.execute("SELECT user FROM mysql.user WHERE user LIKE 'gw\\_%' OR user = 'dbadmin'")
        for (name,) in list(cursor.fetchall()):
            cursor.execute(f"DROP USER '{name}'@'%'")
        for database in (DATABASE, OTHER_DATABASE):
            cursor.execute(f"DROP DATABASE IF EXISTS {database}")
            cursor.execute(f"CREATE DATABASE {database}")
        cursor.execute("CREATE USER dbadmin@'%%' IDENTIFIED BY %s", (ADMINISTRATOR.password,))
        # [Master user account privileges]
        # (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html), as far as MariaDB
        # has them.
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, "
            "SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, "
            "ALTER ROUTINE, CREATE USER, EVENT, TRIGGER ON *.* TO dbadmin@'%' WITH GRANT OPTION"
        )
    root.close()
    return Mysql(HOST, mariadb_server.port, DATABASE)
