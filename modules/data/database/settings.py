"""The `database` blocks: Aurora and plain RDS, MySQL and PostgreSQL."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from modules.data.database.keys.fields import SAFE_RETENTION_DAYS, DatabaseFields
from modules.data.database.rules import findings
from modules.foundation.names import Names
from modules.foundation.problems import refuse
from modules.foundation.settings import Tier

#: "CreateDBCluster, DBClusterIdentifier" and "CreateDBInstance, DBInstanceIdentifier".
IDENTIFIER_LIMIT = 63


def cluster_identifier(names: Names, label: str) -> str:
    """Return the identifier of a database's cluster, from which those of its instances are made."""
    return names.of(label, IDENTIFIER_LIMIT)


class DatabaseSettings(DatabaseFields):
    """A `database` block: an Aurora cluster, or RDS instances."""

    @model_validator(mode="before")
    @classmethod
    def _by_tier(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        tier: Tier = values.get("tier", "development")
        defaults: dict[str, Any] = {
            "apply_immediately": tier == "development",
            "skip_final_snapshot": tier == "development",
            "deletion_protection": tier != "development",
            "backup_retention_period": 14 if tier == "production" else SAFE_RETENTION_DAYS,
        }
        if not str(values.get("engine", "")).startswith("aurora"):
            defaults["multi_az"] = tier == "production"
        return {**defaults, **values}

    @model_validator(mode="after")
    def _rules(self) -> "DatabaseSettings":
        refuse(findings(self))
        return self
