"""Administrators' passwords of plain RDS in our own secrets, and the secrets that a plan reads."""

from collections.abc import Mapping

from modules.data.database.settings import DatabaseSettings
from modules.foundation.names import Names


def password_secret_name(names: Names, label: str) -> str:
    """Return the name of the secret with the administrator's login of a `database` block."""
    return f"{names.product}/{names.environment}/database/{label}"


def secrets_read_at_plan(databases: Mapping[str, DatabaseSettings], names: Names) -> list[str]:
    """Return ARN patterns of the secrets that each plan reads: Terraform opens ephemeral resources in a plan too.

    An ARN ends with the secret's name, a hyphen, and six random characters
    ([CreateSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html)).
    """
    secret = f"arn:aws:secretsmanager:{names.region}:{names.account_id}:secret"
    kept = {label: each for label, each in databases.items() if each.keeps_password}
    generated = [f"{secret}:{password_secret_name(names, label)}-??????" for label in sorted(kept)]
    # The names of RDS's secrets contain generated IDs; the key that encrypts them limits the access.
    managed = [f"{secret}:rds!db-*"] if any(each.copy_master_user_password for each in kept.values()) else []
    return [*generated, *managed]
