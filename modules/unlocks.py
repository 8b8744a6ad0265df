"""Unlock records: exceptions from the guard and from the rules of production, kept in the repository.

`envs/unlocks/<environment>.hcl`, reviewed like any change:

    unlock "aws_s3_bucket.bucket_old" {
      allow  = ["loss"]
      reason = "Empty since the content moved; ticket 4711"
      who    = "kim@agora.example"
      until  = "2026-12-01"
    }

    deletions {
      limit  = 30
      reason = "The blue cluster is deleted"
      who    = "kim@agora.example"
      until  = "2026-12-01"
    }
"""

import datetime
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from modules.foundation.problems import Problem, SettingsError, broken_rule
from modules.foundation.settings import Settings
from modules.hcl.files import read_bytes
from modules.hcl.reading import Document, check, read

#: With a longer period, no one would remember the reason, and the record could allow an unrelated plan.
LONGEST_DAYS = 90


def _date(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise broken_rule("is not a date", 'write year, month, and day, for example "2026-12-01"') from None


class _Record(Settings):
    reason: str = Field(min_length=10, description="The reason, understandable a year later.")
    who: str = Field(min_length=3, description="The person who made the decision and can explain it.")
    until: Annotated[datetime.date, BeforeValidator(_date)] = Field(
        examples=["2026-12-01"], description="The last day on which it is valid, in UTC."
    )


class Unlock(_Record):
    """An `unlock` block, labeled with the address of the resource."""

    allow: tuple[Literal["loss", "protection", "empty", "exposure", "version", "experiment"], ...] = Field(
        examples=[["loss"]],
        description="loss: destroy, replace, or stop it. protection: turn a protection off. empty: it is empty, so AWS "
        "deletes it although force_destroy is off. exposure: give others access to it. version: create it with a "
        "version that AWS no longer creates according to the version calendar. experiment: run this chaos experiment.",
    )


class Deletions(_Record):
    """The `deletions` block: a higher limit of deletions in one plan."""

    limit: int = Field(ge=1, examples=[30], description="The maximum number of deletions in a plan.")


class Unlocks(Settings):
    """The records of one environment."""

    unlock: dict[str, Unlock] = Field(default_factory=dict, description="Exceptions by resource address.")
    deletions: Deletions | None = Field(default=None, description="A higher limit of deletions in one plan.")

    def allows(self, address: str, kind: str, today: datetime.date | None) -> bool:
        """Return whether a record for the resource allows this on the date; without a date, whether it ever did."""
        record = self.unlock.get(address)
        return record is not None and kind in record.allow and (today is None or record.until >= today)


def unlocks_path(envs: Path, env: str) -> Path:
    """Return the path of the environment's records."""
    return envs / "unlocks" / f"{env}.hcl"


def read_unlocks(envs: Path, env: str) -> tuple[Unlocks, Document]:
    """Return the environment's records and their document; both are empty if there is no file, or an empty one.

    Raises SettingsError.
    """
    path = unlocks_path(envs, env)
    if not (path.exists() or path.is_symlink()) or not read_bytes(path).strip():
        return Unlocks(), Document(path.as_posix(), {}, {})
    document = read(path, Unlocks)
    return check(document, Unlocks, document.values), document


#: An address as in a plan: `aws_s3_bucket.bucket_old`.
_ADDRESS = re.compile(r"[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_-]*")


def misplaced(envs: Path, environments: Collection[str], judged: Collection[str]) -> Iterator[Problem]:
    """Yield problems of record files that belong to no environment of the folder, and of addresses in records.

    `judged` are the environments whose records have already been read and checked.
    """
    for path in sorted((envs / "unlocks").glob("*")):
        if path.suffix == ".md" or path.name.startswith("."):
            continue
        if path.suffix != ".hcl" or path.stem not in environments:
            rule = "belongs to no environment: records are in unlocks/ENVIRONMENT.hcl"
            remedy = f"name it after one of {', '.join(sorted(environments))}, or remove it"
            yield Problem(path.as_posix(), 0, "the file", rule, remedy)
            continue
        try:
            records, document = read_unlocks(envs, path.stem)
        except SettingsError as error:
            if path.stem not in judged:
                yield from error.problems
            continue
        for address in records.unlock:
            if not _ADDRESS.fullmatch(address):
                rule = "is not the address of a resource"
                remedy = 'write its type and name as the guard prints them, for example "aws_s3_bucket.bucket_old"'
                yield document.problem(("unlock", address), address, rule, remedy)


def too_long(unlocks: Unlocks, document: Document, today: datetime.date) -> list[Problem]:
    """Return the records that are valid for longer than is allowed."""
    last = today + datetime.timedelta(days=LONGEST_DAYS)
    records: list[tuple[tuple[str, ...], _Record]] = [(("unlock", name), each) for name, each in unlocks.unlock.items()]
    if unlocks.deletions:
        records.append((("deletions",), unlocks.deletions))
    rule = f"is more than {LONGEST_DAYS} days away: by then, no one will remember the reason"
    return [
        document.problem((*at, "until"), each.until, rule, f'write "{last}" or earlier')
        for at, each in records
        if each.until > last
    ]
