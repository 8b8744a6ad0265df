"""Parameters of the database engines.

`engine_parameters.json` has them by dialect, each with `static` (takes effect only after a restart), `dynamic`, or
`fixed` (cannot be modified in RDS) and, for an integer, the minimum and the maximum. It was compiled from:

- [Aurora MySQL configuration parameters]
  (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html)
- [Amazon Aurora PostgreSQL parameters]
  (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html)
- [Working with parameters on your RDS for PostgreSQL DB instance]
  (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html)
- [MySQL 8.0 Reference Manual, Server System Variable Reference]
  (https://dev.mysql.com/doc/refman/8.0/en/server-system-variable-reference.html), column Dynamic
- `postgres --describe-config` of PostgreSQL 15 and 18: context `postmaster` is static
"""

import difflib
import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modules.data.database.keys.fields import DatabaseFields
from modules.foundation.problems import Finding

TABLE = Path(__file__).with_name("engine_parameters.json")
#: The similarity to a known name from which on an unknown name counts as a misspelling.
_SIMILARITY = 0.85
#: [Amazon RDS User Guide, Specifying DB parameters]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html): functions, and variables of the
#: instance class, such as `{DBInstanceClassMemory/12582880}`.
_FORMULA = re.compile(r"(GREATEST|LEAST|SUM|log)\(.*\)|.*\{.*\}.*")
_INTEGER = re.compile(r"-?\d+")


@functools.cache
def _table() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(TABLE.read_text())
    return content


def parameter_findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield unknown parameters, parameters that cannot be modified, invalid values, and static ones in `parameters`."""
    for key in ("parameters", "static_parameters"):
        for name, value in getattr(database, key).items():
            problem = _unknown(database, name) or _unchangeable(database, name) or _out_of_range(database, name, value)
            if problem:
                yield Finding((key, name), value, *problem)
            elif key == "parameters" and _row(database, name)[:1] == ["static"]:
                rule = f"is static in {database.engine}: it takes effect only after a restart of the instances"
                yield Finding((key, name), value, rule, "write it in static_parameters")


def _row(database: DatabaseFields, name: str) -> list[Any]:
    row: list[Any] = _table()[database.kind.dialect].get(_normal(name), [])
    return row


def _normal(name: str) -> str:
    return name.replace("-", "_")


def _unknown(database: DatabaseFields, name: str) -> tuple[str, str] | None:
    """Return the rule and the remedy for a name that the engine does not have, or spells in another way."""
    table = _table()
    known = table[database.kind.dialect]
    if _normal(name) in known:
        spelling = table["hyphenated"].get(_normal(name), _normal(name))
        return None if name == spelling else (f"is named {spelling} in RDS", f"write {spelling}")
    comparable = [each for each in known if ("." in each) == ("." in name)]
    nearest = difflib.get_close_matches(name, comparable, n=1, cutoff=_SIMILARITY)
    if "." in name and not nearest:
        return None  # a parameter of an extension or a component; the table has only some of these
    remedy = f"write {nearest[0]}" if nearest else "remove it"
    addition = "if a new version has it, add it to modules/data/database/keys/engine_parameters.json"
    return f"is not a parameter of {database.engine}", f"{remedy}; {addition}"


def _unchangeable(database: DatabaseFields, name: str) -> tuple[str, str] | None:
    table, normal = _table(), _normal(name)
    is_aurora_mysql = database.engine == "aurora-mysql"
    fixed = table["fixed_in_aurora_mysql"] if is_aurora_mysql else ()
    if _row(database, name)[:1] == ["fixed"] or normal in fixed:
        return "is a parameter that cannot be modified in RDS", "remove it"
    if is_aurora_mysql and normal in table["not_in_aurora_mysql"]:
        return "does not apply to Aurora MySQL, which has its own storage engine", "remove it"
    if normal in table["only_in_aurora_mysql"] and not is_aurora_mysql:
        return "is a parameter of Aurora MySQL only", "remove it"
    if normal.startswith("apg_") and not database.is_aurora:
        return "is a parameter of Aurora PostgreSQL only", "remove it"
    return None


def _out_of_range(database: DatabaseFields, name: str, value: str) -> tuple[str, str] | None:
    row = _row(database, name)
    if len(row) < 3 or _FORMULA.fullmatch(value):
        return None
    minimum, maximum = row[1], row[2]
    if not _INTEGER.fullmatch(value):
        return "is not an integer without a unit", f"write {minimum} to {maximum} in the engine's unit, or a formula"
    if not minimum <= int(value) <= maximum:
        return f"is not a valid value of {name}", f"write {minimum} to {maximum}"
    return None
