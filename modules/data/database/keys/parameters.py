"""Parameters of the database engines: which there are, and which act only after a restart.

`engine_parameters.json` has them by dialect, each with `static`, `dynamic` or `fixed` (RDS does not let it be changed)
and, for an integer, the least and the most. It was put together from:

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
#: How alike a name has to be to one that is known to be taken for a slip.
_LIKENESS = 0.85
#: [Amazon RDS User Guide, Specifying DB parameters]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html): functions, and variables of the
#: class, `{DBInstanceClassMemory/12582880}`.
_FORMULA = re.compile(r"(GREATEST|LEAST|SUM|log)\(.*\)|.*\{.*\}.*")
_INTEGER = re.compile(r"-?\d+")


@functools.cache
def _table() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(TABLE.read_text())
    return content


def parameter_findings(database: DatabaseFields) -> Iterator[Finding]:
    """Yield the parameters that the engine has not, cannot take so, or takes elsewhere."""
    for key in ("parameters", "static_parameters"):
        for name, value in getattr(database, key).items():
            wrong = _unknown(database, name) or _unchangeable(database, name) or _out_of_range(database, name, value)
            if wrong:
                yield Finding((key, name), value, *wrong)
            elif key == "parameters" and _row(database, name)[:1] == ["static"]:
                rule = f"is static in {database.engine}: RDS takes it only with a restart of the instances"
                yield Finding((key, name), value, rule, "write it in static_parameters")


def _row(database: DatabaseFields, name: str) -> list[Any]:
    row: list[Any] = _table()[database.kind.dialect].get(_normal(name), [])
    return row


def _normal(name: str) -> str:
    return name.replace("-", "_")


def _unknown(database: DatabaseFields, name: str) -> tuple[str, str] | None:
    """Return rule and remedy for a name that the engine does not have, or has in other letters."""
    table = _table()
    known = table[database.kind.dialect]
    if _normal(name) in known:
        right = table["hyphenated"].get(_normal(name), _normal(name))
        return None if name == right else (f"is called {right} by RDS", f"write {right}")
    alike = [each for each in known if ("." in each) == ("." in name)]
    nearest = difflib.get_close_matches(name, alike, n=1, cutoff=_LIKENESS)
    if "." in name and not nearest:
        return None  # of an extension or a component, of which the table has some only
    remedy = f"write {nearest[0]}" if nearest else "take it out"
    addition = "if a new version has it, add it to modules/data/database/keys/engine_parameters.json"
    return f"is no parameter of {database.engine}", f"{remedy}; {addition}"


def _unchangeable(database: DatabaseFields, name: str) -> tuple[str, str] | None:
    table, normal = _table(), _normal(name)
    is_aurora_mysql = database.engine == "aurora-mysql"
    fixed = table["fixed_in_aurora_mysql"] if is_aurora_mysql else ()
    if _row(database, name)[:1] == ["fixed"] or normal in fixed:
        return "is a parameter that RDS does not let anyone change", "take it out"
    if is_aurora_mysql and normal in table["not_in_aurora_mysql"]:
        return "does not apply to Aurora MySQL, whose storage is another one", "take it out"
    if normal in table["only_in_aurora_mysql"] and not is_aurora_mysql:
        return "is a parameter of Aurora MySQL only", "take it out"
    if normal.startswith("apg_") and not database.is_aurora:
        return "is a parameter of Aurora PostgreSQL only", "take it out"
    return None


def _out_of_range(database: DatabaseFields, name: str, value: str) -> tuple[str, str] | None:
    row = _row(database, name)
    if len(row) < 3 or _FORMULA.fullmatch(value):
        return None
    least, most = row[1], row[2]
    if not _INTEGER.fullmatch(value):
        return "is not an integer, in the unit of the engine and without one", f"write {least} to {most}, or a formula"
    if not least <= int(value) <= most:
        return f"is not a value of {name}", f"write {least} to {most}"
    return None
