"""Policy documents: statements as data, and the JSON document they make."""

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
    """Return an Allow statement; without a principal, it is for an identity-based policy."""
    return _statement("Allow", sid, actions, resources, principal, condition)


def deny(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str] | str | None = None,
    condition: Condition | None = None,
) -> Statement:
    """Return a Deny statement, which overrides all Allow statements."""
    return _statement("Deny", sid, actions, resources, principal, condition)


def sid(name: str) -> str:
    """Return the Sid for a name, which has letters and digits only: `SlackWebhook` for `slack-webhook`."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name))


def document(statements: Sequence[Statement]) -> str:
    """Return the policy document as JSON, with its keys in a fixed order."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def assumed_by(service: str, account_id: str | None, external_id: str | None = None) -> str:
    """Return the trust policy for an AWS service, restricted to requests on behalf of our account.

    [IAM User Guide, The confused deputy problem]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html). Omit the account for a service whose
    documentation does not say that it sends `aws:SourceAccount`: no service could then assume the role. Pass an
    external ID for a service that sends one. The caller cites the page.
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
