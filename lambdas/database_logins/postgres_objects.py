"""Owners and privileges of what is in a PostgreSQL database.

As in [Managing PostgreSQL users and roles]
(https://aws.amazon.com/blogs/database/managing-postgresql-users-and-roles/): privileges belong to roles, of which users
are members, and default privileges cover what is created later.
"""

from collections.abc import Mapping
from typing import Any

import pg8000.native

from .users import Access

Groups = Mapping[Access, str]

_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
#: Members of extensions belong to the extension's owner.
_NO_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{0}'::regclass AND d.objid = {1}.oid AND d.deptype = 'e')"
)
#: The statements that give the group of migrations what the administrator owns. Identity and serial sequences have the
#: owner of their table; tables have types of their own.
_OWNED = {
    "schemas": "SELECT format('ALTER SCHEMA %I OWNER TO {group}', n.nspname) FROM pg_namespace n "
    f"WHERE {_OURS} AND n.nspowner = {{me}} AND {_NO_EXTENSION.format('pg_namespace', 'n')}",
    "tables": "SELECT format('ALTER TABLE %s OWNER TO {group}', c.oid::regclass) FROM pg_class c "
    f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS} AND c.relowner = {{me}} "
    f"AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {_NO_EXTENSION.format('pg_class', 'c')} "
    "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid "
    "AND c.relkind = 'S' AND d.deptype IN ('a', 'i')) ORDER BY c.oid",
    "routines": "SELECT format('ALTER ROUTINE %s OWNER TO {group}', p.oid::regprocedure) FROM pg_proc p "
    f"JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS} AND p.proowner = {{me}} "
    f"AND {_NO_EXTENSION.format('pg_proc', 'p')}",
    "types": "SELECT format('ALTER TYPE %s OWNER TO {group}', t.oid::regtype) FROM pg_type t "
    f"JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {_OURS} AND t.typowner = {{me}} "
    f"AND t.typtype IN ('c', 'd', 'e', 'r') AND {_NO_EXTENSION.format('pg_type', 't')} "
    "AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')",
}
_ME = "(SELECT oid FROM pg_roles WHERE rolname = CURRENT_USER)"


def take_over(connection: pg8000.native.Connection, database: str, groups: Groups) -> None:
    """Give the group of migrations what the administrator owns in the database, but not the database itself."""
    group = groups["migrate"]
    every = ", ".join(groups.values())
    (name,) = connection.run("SELECT quote_ident(:name)", name=database)
    connection.run(f"GRANT CONNECT, TEMPORARY ON DATABASE {name[0]} TO {every}")
    connection.run(f"GRANT CREATE ON DATABASE {name[0]} TO {group}")
    for schema in _schemas(connection):
        # Before PostgreSQL 15, every user may create tables in public.
        connection.run(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
        connection.run(f"GRANT USAGE ON SCHEMA {schema} TO {every}")
        connection.run(f"GRANT CREATE ON SCHEMA {schema} TO {group}")
    for query in _OWNED.values():
        for (statement,) in connection.run(query.format(group=group, me=_ME)):
            connection.run(statement)


def grant_objects(connection: pg8000.native.Connection, groups: Groups) -> list[str]:
    """Grant access to existing and future tables; return those of other owners, which the administrator cannot."""
    read, write, own = groups["read_only"], groups["read_write"], groups["migrate"]
    for statement in (
        f"GRANT USAGE ON SCHEMAS TO {read}, {write}",
        f"GRANT SELECT ON TABLES TO {read}, {write}",
        f"GRANT INSERT, UPDATE, DELETE ON TABLES TO {write}",
        f"GRANT SELECT ON SEQUENCES TO {read}, {write}",
        f"GRANT USAGE, UPDATE ON SEQUENCES TO {write}",
    ):
        connection.run(f"ALTER DEFAULT PRIVILEGES FOR ROLE {own} {statement}")
    tables, sequences, others = _relations(connection, own)
    if tables:
        connection.run(f"GRANT SELECT ON {tables} TO {read}, {write}")
        connection.run(f"GRANT INSERT, UPDATE, DELETE ON {tables} TO {write}")
    if sequences:
        connection.run(f"GRANT SELECT ON SEQUENCE {sequences} TO {read}, {write}")
        connection.run(f"GRANT USAGE, UPDATE ON SEQUENCE {sequences} TO {write}")
    return others


def _schemas(connection: pg8000.native.Connection) -> list[str]:
    """Return the schemas on which the administrator can grant privileges."""
    rows = connection.run(
        f"SELECT quote_ident(n.nspname) FROM pg_namespace n WHERE {_OURS} AND "
        f"{_NO_EXTENSION.format('pg_namespace', 'n')} AND has_schema_privilege(n.oid, 'CREATE WITH GRANT OPTION') "
        "ORDER BY 1"
    )
    return [str(row[0]) for row in rows]


def _relations(connection: pg8000.native.Connection, owner: str) -> tuple[str, str, list[str]]:
    """Return the tables and the sequences of an owner, separated by commas, and a list of what others own."""
    rows: list[list[Any]] = connection.run(
        "SELECT c.oid::regclass::text, c.relkind::text, r.rolname FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner "
        f"WHERE {_OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {_NO_EXTENSION.format('pg_class', 'c')} "
        "ORDER BY 1"
    )
    ours = [(name, kind) for name, kind, role in rows if role == owner]
    return (
        ", ".join(name for name, kind in ours if kind != "S"),
        ", ".join(name for name, kind in ours if kind == "S"),
        [f"{name} of {role}" for name, _, role in rows if role != owner],
    )
