"""The `database` blocks: Aurora and plain RDS, with MySQL or PostgreSQL."""

from pydantic import model_validator

from modules.data.database.keys.fields import DatabaseFields
from modules.data.database.rules import findings
from modules.foundation.names import Names
from modules.foundation.problems import raise_findings

#: [CreateDBCluster, DBClusterIdentifier]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html) and [CreateDBInstance,
#: DBInstanceIdentifier](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html).
IDENTIFIER_LIMIT = 63


def cluster_identifier(names: Names, label: str) -> str:
    """Return the identifier of a database's cluster, which is the prefix of its instances' identifiers."""
    return names.of(label, IDENTIFIER_LIMIT)


def instance_identifier(names: Names, label: str, ordinal: int) -> str:
    """Return an instance's identifier. It has the ordinal and not the role, which a failover changes."""
    return names.of(f"{label}-{ordinal}", IDENTIFIER_LIMIT)


class DatabaseSettings(DatabaseFields):
    """A `database` block: an Aurora cluster, or RDS DB instances."""

    @model_validator(mode="after")
    def _rules(self) -> "DatabaseSettings":
        raise_findings(findings(self))
        return self

    def identifier(self, names: Names, label: str) -> str:
        """Return the identifier of the cluster, or of the primary instance."""
        return cluster_identifier(names, label) if self.is_aurora else instance_identifier(names, label, 1)
