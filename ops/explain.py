"""Explanations of Terraform's errors, with the command to run next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Diagnostic = dict[str, Any]

_SCHEDULED = "is already scheduled for deletion"
_EXISTS = re.compile(r"already ?exists|already ?associated|AlreadyOwnedByYou|Duplicate|InvalidSubnet\.Conflict", re.I)


@dataclass(frozen=True)
class LockHolder:
    """The holder of a state's lock."""

    id: str
    who: str
    operation: str
    created: str

    @classmethod
    def of(cls, lock: Mapping[str, str]) -> "LockHolder":
        """Return the holder. The keys are those of Terraform's lock file and of its errors."""
        return cls(lock["ID"], lock.get("Who", "?"), lock.get("Operation", "?"), lock.get("Created", "?"))

    def __str__(self) -> str:
        return f"{self.who}: {self.operation.removeprefix('OperationType').lower()}, since {self.created}"


def lock_holder(diagnostic: Diagnostic) -> LockHolder | None:
    """Return the holder of the lock if the error is about a lock."""
    if "state lock" not in diagnostic["summary"]:
        return None
    detail = diagnostic.get("detail", "")
    found = {key: value.strip() for key, value in re.findall(r"^\s*(ID|Who|Operation|Created):(.*)$", detail, re.M)}
    return LockHolder.of(found) if "ID" in found else None


def locked(lock: LockHolder, terraform_command: str) -> str:
    """Return what to do about a locked state.

    `terraform_command` is the command that runs Terraform in the stack's folder, without its arguments.
    """
    return (
        f"the state is locked by {lock} (lock {lock.id}).\n"
        "If the holder is still running, wait for it and run the same command again.\n"
        "If it was killed, or could not reach S3 at its end, nobody will release the lock. Check whether it left an "
        "unsaved state (docs/runbooks/state.md), then release the lock: "
        f"{terraform_command} force-unlock {lock.id}"
    )


def diagnostic(error: Diagnostic, recover_command: str) -> str:
    """Return the error, and for a resource that already exists the command that imports it."""
    address = error.get("address", "")
    text = f"{address}: {error['summary']}" if address else error["summary"]
    if error.get("detail"):
        text += f"\n{error['detail']}"
    if _SCHEDULED in text:
        return f"{text}\nYou can restore it with its value: docs/runbooks/state.md, A deleted secret keeps its name."
    if address and _EXISTS.search(text):
        text += (
            "\nIt exists in AWS but not in the state, as happens after a killed apply. Import what belongs to this "
            f"stack:\n    {recover_command}\nRead the plan that it shows, then run the same command again."
        )
    return text
