"""Terraform's errors in the words of the person who has to act, with the command to run next."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Diagnostic = dict[str, Any]

#: What identifies an object in AWS for `terraform import`, by resource type: an argument of its block. From each
#: resource's page in the provider's documentation, "Import". For what AWS names by id only, the id must be looked up.
IMPORT_BY = {
    "aws_cloudwatch_log_group": "name",
    "aws_iam_role": "name",
    "aws_kms_alias": "name",
    "aws_s3_bucket": "bucket",
    "aws_s3_bucket_policy": "bucket",
}

_EXISTS = re.compile(r"already ?exists|AlreadyOwnedByYou|Duplicate", re.IGNORECASE)


@dataclass(frozen=True)
class LockHolder:
    """Who holds a state's lock."""

    id: str
    who: str
    operation: str
    created: str


def lock_holder(diagnostic: Diagnostic) -> LockHolder | None:
    """Return who holds the lock, if that is what the error is about."""
    if "state lock" not in diagnostic["summary"]:
        return None
    detail = diagnostic.get("detail", "")
    found = {key: value.strip() for key, value in re.findall(r"^\s*(ID|Who|Operation|Created):(.*)$", detail, re.M)}
    if "ID" not in found:
        return None
    return LockHolder(found["ID"], found.get("Who", "?"), found.get("Operation", "?"), found.get("Created", "?"))


def locked(lock: LockHolder, terraform_command: str) -> str:
    """Return what to do about a state that is locked; `terraform_command` as for `diagnostic`."""
    operation = lock.operation.removeprefix("OperationType").lower()
    return (
        f"the state is locked by {lock.who}: {operation}, since {lock.created} (lock {lock.id}).\n"
        "If it is still running, wait for it and run the same command again.\n"
        f"If it was killed, nobody will release its lock; do it yourself: {terraform_command} force-unlock {lock.id}"
    )


def diagnostic(error: Diagnostic, folder: Path, terraform_command: str) -> str:
    """Return the error, and how to import an object that exists already.

    `terraform_command` is how the person runs Terraform in this folder, up to its arguments.
    """
    address = error.get("address", "")
    text = f"{address}: {error['summary']}" if address else error["summary"]
    if error.get("detail"):
        text += f"\n{error['detail']}"
    if address and _EXISTS.search(text):
        text += f"\n{_import_advice(address, folder, terraform_command)}"
    return text


def _import_advice(address: str, folder: Path, terraform_command: str) -> str:
    """Say how the object that exists comes into the state."""
    kind, _, name = address.partition(".")
    block = _block(folder, kind, name)
    argument = IMPORT_BY.get(kind)
    known = block.get(argument) if argument else None
    identifier = known or f"<its id: the provider's page on {kind}, Import>"
    return (
        "It exists in AWS and not in the state, as after an apply that was killed. If it is this stack's, take it in:\n"
        f"    {terraform_command} import {address} {identifier}\n"
        "then run the same command again."
    )


def _block(folder: Path, kind: str, name: str) -> dict[str, Any]:
    try:
        synthesized = json.loads((folder / "cdk.tf.json").read_text())
    except (OSError, ValueError):
        return {}
    block = synthesized.get("resource", {}).get(kind, {}).get(name, {})
    return block if isinstance(block, dict) else {}
