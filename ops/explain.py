"""Terraform's errors in the words of the person who has to act, with the command to run next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Diagnostic = dict[str, Any]

_SCHEDULED = "is already scheduled for deletion"
_EXISTS = re.compile(r"already ?exists|already ?associated|AlreadyOwnedByYou|Duplicate|InvalidSubnet\.Conflict", re.I)


@dataclass(frozen=True)
class LockHolder:
    """Who holds a state's lock."""

    id: str
    who: str
    operation: str
    created: str

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "LockHolder":
        """Return the holder by Terraform's own keys, in the lock's file and in its errors."""
        return cls(told["ID"], told.get("Who", "?"), told.get("Operation", "?"), told.get("Created", "?"))

    def __str__(self) -> str:
        return f"{self.who}: {self.operation.removeprefix('OperationType').lower()}, since {self.created}"


def lock_holder(diagnostic: Diagnostic) -> LockHolder | None:
    """Return who holds the lock, if that is what the error is about."""
    if "state lock" not in diagnostic["summary"]:
        return None
    detail = diagnostic.get("detail", "")
    found = {key: value.strip() for key, value in re.findall(r"^\s*(ID|Who|Operation|Created):(.*)$", detail, re.M)}
    return LockHolder.of(found) if "ID" in found else None


def locked(lock: LockHolder, terraform_command: str) -> str:
    """Return what to do about a state that is locked.

    `terraform_command` is how the person runs Terraform in the stack's folder, up to its arguments.
    """
    return (
        f"the state is locked by {lock} (lock {lock.id}).\n"
        "If it is still running, wait for it and run the same command again.\n"
        "If it was killed, or could not reach S3 at its end, nobody will release its lock. Look whether it left a "
        "state that was not saved (docs/runbooks/state.md), then release it yourself: "
        f"{terraform_command} force-unlock {lock.id}"
    )


def diagnostic(error: Diagnostic, recover_command: str) -> str:
    """Return the error, and the command that takes in an object that exists already."""
    address = error.get("address", "")
    text = f"{address}: {error['summary']}" if address else error["summary"]
    if error.get("detail"):
        text += f"\n{error['detail']}"
    if _SCHEDULED in text:
        return f"{text}\nIt can be restored with its value: docs/runbooks/state.md, A deleted secret keeps its name."
    if address and _EXISTS.search(text):
        text += (
            "\nIt exists in AWS and not in the state, as after an apply that was killed. Take in what is this "
            f"stack's:\n    {recover_command}\nread the plan that it shows, then run the same command again."
        )
    return text
