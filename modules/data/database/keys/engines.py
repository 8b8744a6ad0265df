"""Engines of RDS: version formats, parameter group families, ports, logs, and the parameters that we set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

EngineName = Literal["aurora-mysql", "aurora-postgresql", "mysql", "postgres"]
Dialect = Literal["mysql", "postgres"]


@dataclass(frozen=True)
class Engine:
    """An engine of RDS."""

    name: EngineName
    dialect: Dialect
    aurora: bool
    port: int
    full_version: re.Pattern[str]
    full_example: str
    open_version: re.Pattern[str]
    """A version without its minor part, which AWS chooses."""
    open_example: str
    logs: tuple[str, ...]
    """[Amazon RDS User Guide, Publishing database logs to Amazon CloudWatch Logs]
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html).
    """
    default_logs: tuple[str, ...]

    @property
    def tls_parameter(self) -> str:
        """The parameter that rejects clients without TLS."""
        return "require_secure_transport" if self.dialect == "mysql" else "rds.force_ssl"

    @property
    def tls_value(self) -> str:
        """The value with which it rejects them.

        Aurora MySQL: [TLS connections to Aurora MySQL DB clusters]
        (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Security.html). MySQL instances: [AWS
        Config, rds-mysql-instance-encrypted-in-transit]
        (https://docs.aws.amazon.com/config/latest/developerguide/rds-mysql-instance-encrypted-in-transit.html).
        """
        return "ON" if self.name == "aurora-mysql" else "1"

    @property
    def proxy_family(self) -> str:
        """The engine family of RDS Proxy."""
        return "MYSQL" if self.dialect == "mysql" else "POSTGRESQL"

    def family(self, version: str) -> str:
        """Return the parameter group family of a version; it has two numbers for MySQL, one for PostgreSQL."""
        numbers = 2 if self.dialect == "mysql" else 1
        return self.name + ".".join(version.split(".")[:numbers])

    def parameters(self, slow_query_seconds: float) -> Mapping[str, str]:
        """Return our dynamic parameters: character sets, slow query log."""
        if self.dialect == "mysql":
            return {
                # Up to four bytes per character, for emoji and all of CJK; the server's older default truncates them.
                "character_set_server": "utf8mb4",
                "collation_server": "utf8mb4_0900_ai_ci",
                "slow_query_log": "1",
                "long_query_time": _plain(slow_query_seconds),
                # CloudWatch gets the logs from files; logging to a table would lock it.
                "log_output": "FILE",
            }
        return {
            "client_encoding": "UTF8",
            "log_min_duration_statement": str(round(slow_query_seconds * 1000)),
            # Schema changes only: statements that change data contain personal data.
            "log_statement": "ddl",
            "log_lock_waits": "1",
        }


def _plain(seconds: float) -> str:
    return str(int(seconds)) if seconds == int(seconds) else str(seconds)


_POSTGRES_FULL, _POSTGRES_OPEN = re.compile(r"1[3-9]\.\d{1,2}"), re.compile(r"1[3-9]")

ENGINES: Mapping[EngineName, Engine] = {
    "aurora-mysql": Engine(
        "aurora-mysql",
        "mysql",
        aurora=True,
        port=3306,
        full_version=re.compile(r"8\.0\.mysql_aurora\.3\.\d{2}\.\d"),
        full_example="8.0.mysql_aurora.3.10.6",
        open_version=re.compile(r"8\.0(\.mysql_aurora\.3(\.\d{2})?)?"),
        open_example="8.0.mysql_aurora.3",
        logs=("audit", "error", "general", "instance", "slowquery", "iam-db-auth-error"),
        default_logs=("error", "slowquery"),
    ),
    "aurora-postgresql": Engine(
        "aurora-postgresql",
        "postgres",
        aurora=True,
        port=5432,
        full_version=_POSTGRES_FULL,
        full_example="17.7",
        open_version=_POSTGRES_OPEN,
        open_example="17",
        logs=("postgresql", "instance", "iam-db-auth-error"),
        default_logs=("postgresql",),
    ),
    "mysql": Engine(
        "mysql",
        "mysql",
        aurora=False,
        port=3306,
        full_version=re.compile(r"8\.(0|4)\.\d{1,2}"),
        full_example="8.4.11",
        open_version=re.compile(r"8\.(0|4)"),
        open_example="8.4",
        logs=("audit", "error", "general", "slowquery", "iam-db-auth-error"),
        default_logs=("error", "slowquery"),
    ),
    "postgres": Engine(
        "postgres",
        "postgres",
        aurora=False,
        port=5432,
        full_version=_POSTGRES_FULL,
        full_example="16.15",
        open_version=_POSTGRES_OPEN,
        open_example="16",
        logs=("postgresql", "upgrade", "iam-db-auth-error"),
        default_logs=("postgresql", "upgrade"),
    ),
}
