"""Users inside a database: their names, and which programs they are for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from modules.data.database.keys.access import Right, Rights
from modules.data.database.keys.engines import Dialect
from modules.data.database.keys.fields import DatabaseFields
from modules.foundation.names import Names, limited
from modules.foundation.problems import Finding

#: Users with this prefix are those of environment files; lambdas/database_logins locks those that no file wants.
USER_PREFIX = "gw_"
#: [MySQL 8.0 Reference Manual, Account User Names](https://dev.mysql.com/doc/refman/8.0/en/user-names.html), and
#: [PostgreSQL, Identifiers](https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
USER_NAME_LIMIT: Mapping[Dialect, int] = {"mysql": 32, "postgres": 63}

#: The users of each database, with what each may do.
Users = Mapping[str, Mapping[str, Right]]


@dataclass(frozen=True)
class DatabaseUse:
    """A program, and the databases that it names."""

    at: tuple[str, ...]
    """The place of the program's `databases`."""
    program: str
    """Unique among programs: `service-api`."""
    databases: Mapping[str, Rights]


def user_names(program: str, rights: Rights, dialect: Dialect) -> dict[Right, str]:
    """Return the user names of a program, by right: of `service-api`, `gw_service_api` and `gw_service_api_migrate`."""
    return {
        right: _user_name(program if position == 0 else f"{program}-{right}", dialect)
        for position, right in enumerate(rights)
    }


def users_of(uses: Iterable[DatabaseUse], databases: Mapping[str, DatabaseFields]) -> dict[str, dict[str, Right]]:
    """Return the users of each database that has users of its own, also if no program names it."""
    users: dict[str, dict[str, Right]] = {label: {} for label, each in databases.items() if each.creates_users}
    for use in uses:
        for label, rights in use.databases.items():
            if label in users:
                names = user_names(use.program, rights, databases[label].kind.dialect)
                users[label] |= {name: right for right, name in names.items()}
    return users


def reads_secrets(labels: Iterable[str], databases: Mapping[str, DatabaseFields]) -> bool:
    """Return whether a program that names these databases reads a login from a secret."""
    return any(databases[label].login != "iam" for label in labels if label in databases)


def secret_name(names: Names, label: str, user: str) -> str:
    """Return the name of the secret with a user's login."""
    return f"{names.product}/{names.environment}/database/{label}/{user}"


def event(names: Names, label: str, database: DatabaseFields, users: Mapping[str, Right]) -> dict[str, object]:
    """Return the event with which lambdas/database_logins creates the users of a database."""
    return {
        "users": {
            user: {"access": right, "secret": secret_name(names, label, user) if database.stores_passwords else None}
            for user, right in sorted(users.items())
        }
    }


def findings(uses: Iterable[DatabaseUse], databases: Mapping[str, DatabaseFields]) -> Iterator[Finding]:
    """Yield rights that a database cannot give, and programs whose users would have the same name."""
    taken: dict[tuple[str, str], DatabaseUse] = {}
    for use in uses:
        for label, rights in use.databases.items():
            database, at = databases.get(label), (*use.at, label)
            if database is None:
                continue
            if database.login == "master" and rights != ("read_write",):
                rule = f'needs users of its own, and database.{label} has login = "master": every program is its '
                rule += "administrator"
                yield Finding(at, ", ".join(rights), rule, f'write login = "iam" in database.{label}, or "read_write"')
            elif database.login != "master" and database.database_name is None:
                rule = f"has rights in the database that database_name names, and database.{label} has none"
                yield Finding(at, ", ".join(rights), rule, f"write database.{label}.database_name")
            for name in user_names(use.program, rights, database.kind.dialect).values():
                other = taken.setdefault((label, name), use)
                if other is not use:
                    rule = f"has the user {name}, which {'.'.join(other.at)} also has"
                    yield Finding(at, None, rule, "rename one of them")


def _user_name(program: str, dialect: Dialect) -> str:
    name = USER_PREFIX + program.replace("-", "_").replace("/", "_").lower()
    return limited(name, USER_NAME_LIMIT[dialect]).replace("-", "_")
