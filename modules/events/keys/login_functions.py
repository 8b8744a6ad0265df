"""The functions of `database` blocks that create users, as `function` blocks."""

from collections.abc import Mapping

from modules.data.database.settings import DatabaseSettings
from modules.events.function.settings import FunctionSettings
from modules.foundation.names import Names
from modules.foundation.settings import REGIONS, Label

#: [CreateFunction, FunctionName](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html).
FUNCTION_NAME_LIMIT = 64
#: Seconds: a paused Aurora cluster takes half a minute to resume, and a change of an owner waits for transactions.
_TIMEOUT = 120

#: Regions of the certificate authorities in lambdas/database_logins/rds-certificates.pem. A test compares them.
CERTIFIED_REGIONS = frozenset(REGIONS) - {
    "ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "il-central-1", "mx-central-1",
}  # fmt: skip
ADD_CERTIFICATES = "https://truststore.pki.rds.amazonaws.com/REGION/REGION-bundle.pem"


def login_function(label: Label) -> Label:
    """Return the name of the function that creates the users of a database."""
    return f"database-{label}-logins"


def login_function_name(names: Names, label: Label) -> str:
    """Return the name of that function in AWS."""
    return names.of(login_function(label), FUNCTION_NAME_LIMIT)


def login_functions(databases: Mapping[Label, DatabaseSettings]) -> dict[Label, FunctionSettings]:
    """Return the functions of all databases with users of their own, by name."""
    return {
        login_function(label): FunctionSettings(
            code="database_logins",
            description=f"Creates users in database {label}",
            timeout=_TIMEOUT,
            in_vpc=True,
        )
        for label, database in databases.items()
        if database.creates_users
    }
