"""Writes the table of rights anew: `python -m tests.local.rights FOLDER`, the second step of `make rights`.

The first step applies, plans, and destroys every test environment with the provider's log in each stack's folder. An
entry of the log says for which type of resource the provider sent a request, and has the ID of the call, by which the
request is found in the record of the embedded AWS with all its parameters.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from iam.evaluation import listed, statements
from local_aws.iam_resources import passed_roles
from local_aws.requests import RecordedRequest, read
from modules.delivery.pipeline.rights.table import TYPES_FILE
from modules.foundation.names import is_account_stack
from tests.aws_facts.iam_actions import action_of, reads
from tests.aws_facts.updates import updates

LOG = "provider.log"
_ENTRY = re.compile(rb"^20\d\d-\d\d-\d\dT\S+ \[", re.MULTILINE)
_FIELDS = {
    name: re.compile(rb"(?<=[ \n])" + pattern + rb"=(\S+)")
    for name, pattern in {
        "invocation": rb"http\.request\.header\.amz_sdk_invocation_id",
        "type": rb"tf_(?:resource_type|data_source_type|ephemeral_resource_type)",
        "step": rb"tf_req_id",
    }.items()
}
_ENDS = re.compile(
    r"^(Cancel|Delete|Deregister|Detach|Disassociate|Disable|Release|Remove|Revoke|Schedule.*Deletion|Terminate|Unsubscribe)"
)


@dataclass(frozen=True)
class Call:
    """A call of the provider."""

    type: str
    step: str
    """The ID of the provider's step in which it was made, such as one resource's deletion."""
    invocation: str


def calls(log: bytes) -> Iterator[Call]:
    """Yield the calls in a log that were made for a resource, a data source, or an ephemeral resource."""
    starts = [found.start() for found in _ENTRY.finditer(log)]
    for start, end in pairwise([*starts, len(log)]):
        entry = log[start:end]
        if b"HTTP Request Sent" not in entry[:200]:
            continue
        found = {name: match[1].decode() for name, field in _FIELDS.items() if (match := field.search(entry))}
        if len(found) == len(_FIELDS):
            yield Call(found["type"], found["step"], found["invocation"])


def table(found: Iterable[Call], requests: Mapping[str, RecordedRequest]) -> dict[str, dict[str, list[str]]]:
    """Return the table of rights from the calls, and their requests by the ID of the call."""
    steps: dict[tuple[str, str], list[RecordedRequest]] = defaultdict(list)
    for call in found:
        steps[call.type, call.step].append(requests[call.invocation])
    trusted = _trusted_services(requests.values())
    rows: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (name, _), made in steps.items():
        row = rows[name]
        actions = {action_of(each) for each in made}
        writes = {each for each in actions if not reads(each)}
        row["read"] |= actions - writes
        row["delete" if _is_deletion(made) else "create"] |= writes
        row["passes"] |= {service for each in made for role in passed_roles(each) for service in trusted.get(role, ())}
    for name, row in rows.items():
        row["update"] = set(updates(name, row["create"]))
    return {
        name: {kind: sorted(values) for kind, values in sorted(rows[name].items()) if values} for name in sorted(rows)
    }


def _is_deletion(made: Iterable[RecordedRequest]) -> bool:
    writes = [each for each in made if not reads(action_of(each))]
    return any(_ENDS.match(each.operation) for each in writes) and not any(
        each.operation.startswith(("Create", "Run")) for each in writes
    )


def _trusted_services(requests: Iterable[RecordedRequest]) -> dict[str, set[str]]:
    """Return the services that each role trusts, by the role's ARN."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in requests:
        if (each.service, each.operation) == ("iam", "CreateRole"):
            role = f"arn:aws:iam::{each.account}:role/{each.parameters['RoleName']}"
            found[role] |= set(_services(each.parameters["AssumeRolePolicyDocument"]))
    return found


def _services(document: str) -> Iterator[str]:
    for statement in statements(document):
        principal: Any = statement.get("Principal")
        yield from listed(principal.get("Service", [])) if isinstance(principal, dict) else []


def main(folder: Path) -> None:
    """Write the table from what the first step left in its folder, and delete the logs, which have secret values."""
    (record,) = folder.rglob("requests.jsonl")
    requests = {each.invocation: each for each in read(record) if each.is_terraforms}
    logs = [path for path in folder.rglob(LOG) if not is_account_stack(path.parent.name)]
    written = table((call for path in logs for call in calls(path.read_bytes())), requests)
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(row)}" for name, row in written.items())
    TYPES_FILE.write_text(f"{{\n{lines}\n}}\n")
    for path in folder.rglob(LOG):
        path.unlink()
    print(f"{TYPES_FILE}: {len(written)} types")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
