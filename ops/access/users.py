"""IAM users of an account, from its credential report.

[IAM User Guide, Generate credential reports for your AWS account]
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html): AWS generates a report at most
every four hours, so newer changes may be missing.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.access.finding import Finding
from ops.clock import Clock

ROOT = "<root_account>"
#: Seconds between requests for a report or a job, and their number.
WAIT_SECONDS, ATTEMPTS = 2, 60


@dataclass(frozen=True)
class User:
    """A row of the credential report."""

    name: str
    has_password: bool
    has_mfa: bool
    access_keys: int
    """Active ones."""
    password_last_used: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "User":
        """Return the user of a row."""
        return cls(
            row["user"],
            row["password_enabled"] == "true",
            row["mfa_active"] == "true",
            sum(row[f"access_key_{number}_active"] == "true" for number in (1, 2)),
            _date(row["password_last_used"]),
        )


def credential_report(iam: Any, clock: Clock) -> list[User]:
    """Generate the report, and return its users, among them the root user. Raises OpsError if it takes too long."""
    for _ in range(ATTEMPTS):
        if iam.generate_credential_report()["State"] == "COMPLETE":
            break
        clock.sleep(WAIT_SECONDS)
    text = iam.get_credential_report()["Content"]
    rows = csv.DictReader(io.StringIO(text.decode() if isinstance(text, bytes) else text))
    return [User.of(row) for row in rows]


def user_findings(users: list[User], named: frozenset[str], since: datetime) -> Iterator[Finding]:
    """Yield what somebody must do about users, of whom `named` are those that the account may have."""
    for user in users:
        who = "the root user" if user.name == ROOT else f"user {user.name}"
        if user.access_keys:
            count = f"{user.access_keys} active access key" + ("s" if user.access_keys > 1 else "")
            yield Finding(who, f"has {count}", "delete it, and use `aws login` or a role")
        if not user.has_mfa and (user.has_password or user.name == ROOT):
            yield Finding(who, "has no MFA", "register an MFA device, or delete the user")
        if user.name == ROOT:
            continue
        if user.name not in named:
            yield Finding(who, "is not in the table of people", "delete it, or give the person a role")
        elif user.has_password and user.password_last_used and user.password_last_used < since:
            yield Finding(who, f"has not signed in since {user.password_last_used:%Y-%m-%d}", "remove the person")


def _date(text: str) -> datetime | None:
    """Return the date; the report also has N/A, no_information, and not_supported."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
