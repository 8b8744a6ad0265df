"""Policy documents: statements as data, and the JSON document they make."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
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


def as_sent(text: str) -> str:
    """Return the text of a document as AWS receives it: Terraform reads `$${x}` as the literal text `${x}`."""
    return text.replace("$${", "${")


def aws_policy(name: str) -> str:
    """Return the ARN of an AWS managed policy, by its name with path: `service-role/AmazonEBSCSIDriverPolicy`."""
    return f"arn:aws:iam::aws:policy/{name}"


class PolicyDocument:
    """The statements of one policy, in the order in which they are added, each with a unique Sid.

    [IAM User Guide, IAM JSON policy elements: Sid]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html): a Sid is unique in its
    policy.
    """

    def __init__(self, owner: str, statements: Iterable[Statement] = ()) -> None:
        """`owner` is what the policy belongs to, for error messages: `bucket media`."""
        self._owner = owner
        self._statements: dict[str, Statement] = {}
        self.add_statements(*statements)

    def add_statements(self, *statements: Statement) -> None:
        """Add statements after the existing ones. Raises ValueError for a duplicate Sid."""
        for statement in statements:
            sid = statement["Sid"]
            if sid in self._statements:
                raise ValueError(f"{self._owner}: the policy already has a statement {sid}; give one another Sid")
            self._statements[sid] = statement

    def replace_statement(self, statement: Statement) -> None:
        """Replace the statement with the same Sid, or add the statement if there is none."""
        self._statements[statement["Sid"]] = statement

    def json(self) -> str:
        """Return the policy document as JSON."""
        return document(list(self._statements.values()))


def send_traces() -> Statement:
    """Return the statement to send traces to X-Ray.

    Its actions support no resource-level permissions: [Service Authorization Reference, AWS X-Ray]
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html).
    """
    return allow("Traces", actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"])


def use_key_via(
    sid: str,
    service: str,
    region: str,
    *,
    actions: Sequence[str],
    key_arns: Sequence[str],
    principal: Mapping[str, str] | None = None,
    condition: Condition | None = None,
) -> Statement:
    """Return a statement that allows the use of KMS keys only through one AWS service, for example `sqs`.

    [AWS KMS Developer Guide, AWS KMS condition keys, kms:ViaService]
    (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service). `condition`
    restricts the use further.
    """
    further = dict(condition or {})
    equal = {"kms:ViaService": f"{service}.{region}.amazonaws.com", **further.pop("StringEquals", {})}
    condition = {"StringEquals": equal, **further}
    return allow(sid, actions=actions, resources=key_arns, principal=principal, condition=condition)


def assumed_by(
    service: str, account_id: str | None, external_id: str | None = None, source_arn: str | None = None
) -> str:
    """Return the trust policy for an AWS service, restricted to requests on behalf of our account.

    [IAM User Guide, The confused deputy problem]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html). Omit the account for a service whose
    documentation does not say that it sends `aws:SourceAccount`: no service could then assume the role. Pass an
    external ID for a service that sends one, and the pattern of `aws:SourceArn` for one that documents it. The caller
    cites the page.
    """
    keys = {"aws:SourceAccount": account_id, "sts:ExternalId": external_id}
    equal = {key: value for key, value in keys.items() if value}
    like = {"ArnLike": {"aws:SourceArn": source_arn}} if source_arn else {}
    conditions = {**({"StringEquals": equal} if equal else {}), **like}
    condition = {"Condition": conditions} if conditions else {}
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
