"""Policy documents as data: statements are collected, and written out as one JSON document."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Statement = Mapping[str, Any]
Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


def allow(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str] | str | None = None,
    condition: Condition | None = None,
) -> Statement:
    """Return a statement that allows; without a principal it is for a role's own policy."""
    return _statement("Allow", sid, actions, resources, principal, condition)


def deny(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str] | str | None = None,
    condition: Condition | None = None,
) -> Statement:
    """Return a statement that denies, whatever else allows."""
    return _statement("Deny", sid, actions, resources, principal, condition)


def sid(name: str) -> str:
    """Return a name as a statement's id has it, letters and digits: `SlackWebhook` for `slack-webhook`."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name))


def document(statements: Sequence[Statement]) -> str:
    """Return the policy document in JSON, its keys in a fixed order."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def assumed_by(service: str, account_id: str | None, external_id: str | None = None) -> str:
    """Return the trust policy for a service, only on behalf of our account.

    [IAM User Guide, The confused deputy problem]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html). Without an account for a service whose own
    page does not say that it sends one: a condition that is never met locks the role. With an external id for a
    service that sends ours. Whoever calls this names the page.
    """
    keys = {"aws:SourceAccount": account_id, "sts:ExternalId": external_id}
    equal = {key: value for key, value in keys.items() if value}
    condition = {"Condition": {"StringEquals": equal}} if equal else {}
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **condition}
    return document([statement])


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str] | str | None,
    condition: Condition | None,
) -> Statement:
    statement: dict[str, Any] = {"Sid": sid, "Effect": effect}
    if principal is not None:
        statement["Principal"] = principal
    statement |= {"Action": list(actions), "Resource": list(resources)}
    if condition is not None:
        statement["Condition"] = condition
    return statement
