"""Permissions of roles: requests with the credentials of a role that exists are evaluated against its policies.

- AWS: [IAM User Guide, Policy evaluation logic]
  (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html): an identity policy has to
  allow a request, the permissions boundary too, and neither may deny it.
- Moto 5.2.5 can evaluate policies, without the boundary, most conditions, and resources (`IAM_AUTHENTICATION`). Added:
  an evaluation in front of it. What is not known of a request is described in `iam.partial`, and `iam_resources` says
  of which services the resource is known. iam:PassRole is evaluated for each role among the parameters.
- A bucket's policy can allow what the role's policies do not: [How AWS evaluates requests within a single account]
  (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html).
- Not evaluated: policies of other resources, denials of buckets, service control policies, session policies, and
  requests that AWS's models do not have. Callers without a role, and those of a role that does not exist, may do
  everything.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from iam.evaluation import Statement, listed, statements
from iam.partial import may_be_allowed
from local_aws.iam_actions import action_name
from local_aws.iam_resources import deleted_objects, passed_roles, resource_of
from local_aws.recording import record_of
from local_aws.requests import RecordedRequest, parsed, protocol_of

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

#: The condition keys that a request here has if it would have them in AWS.
KNOWN = frozenset(
    {
        "aws:principalaccount", "aws:principalarn", "aws:requestedregion", "aws:securetransport",
        "iam:awsservicename", "iam:passedtoservice", "iam:permissionsboundary", "iam:policyarn",
        "kms:resourcealiases", "kms:viaservice",
    }
)  # fmt: skip
#: Actions that need no permission: [GetCallerIdentity]
#: (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
FREE = ("sts:GetCallerIdentity",)


#: With it, only a denial in the other statements matters.
_EVERYTHING: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Need:
    """An action on a resource that a request requires."""

    action: str
    resource: str | None
    context: Mapping[str, str | list[str]] = field(default_factory=dict)

    def is_within(self, found: Sequence[Statement], context: Mapping[str, Any]) -> bool:
        """Return whether the statements allow it, in the context of the whole request."""
        return may_be_allowed(found, self.action, self.resource, context, KNOWN)


class Enforcement:
    """The WSGI application, which receives only the requests that the caller's role allows."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one request (PEP 3333)."""
        role = _caller(environ.get("HTTP_AUTHORIZATION", ""))
        if role is None:
            return self._application(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        record = record_of(environ, body)
        request = _request(record)
        missing = next(iter(denied(role, request)), None) if request else None
        if request is None or missing is None:
            return self._application(environ, start_response)
        message = (
            f"{role.arn} is not authorized to perform: {missing.action} on resource: {missing.resource or '*'} because "
            "no policy of the role and its permissions boundary allows the action, or one denies it"
        )
        return _refusal(protocol_of(record, request), message, start_response)


def denied(role: Any, request: RecordedRequest) -> Iterator[Need]:
    """Yield what the request requires and the role does not allow."""
    own = [each for text in _documents(role) for each in _parsed(text)]
    boundary = _boundary(role)
    for need in needs(request):
        context = {
            "aws:principalaccount": role.account_id,
            "aws:principalarn": role.arn,
            "aws:requestedregion": request.region,
            "aws:securetransport": "true",
            **need.context,
        }
        granted = _is_granted_by_bucket(request, need, role.arn) and need.is_within([*own, _EVERYTHING], context)
        within = boundary is None or need.is_within(boundary, context)
        if not within or not (granted or need.is_within(own, context)):
            yield need


def _is_granted_by_bucket(request: RecordedRequest, need: Need, role_arn: str) -> bool:
    """Return whether the policy of the bucket names the role, which in the same account suffices."""
    from moto.s3.models import s3_backends

    if request.service != "s3" or need.resource is None:
        return False
    buckets = s3_backends[request.account]["aws"].buckets
    bucket = buckets.get(str(request.parameters.get("Bucket")))
    if bucket is None or not bucket.policy:
        return False
    # Without the account, a statement for all of the account does not apply: it needs the role's policies too.
    context = {"aws:principalarn": role_arn, "aws:securetransport": "true"}
    return need.is_within(_parsed(_text(bucket.policy)), context)


def _text(document: str | bytes) -> str:
    return document.decode() if isinstance(document, bytes) else document


def needs(request: RecordedRequest) -> Iterator[Need]:
    """Yield the actions that a request requires, each with its resource."""
    action = action_name(request.service, request.operation)
    if action in FREE:
        return
    resource = resource_of(request)
    objects = [Need(*each) for each in deleted_objects(request)]
    yield from objects or [Need(action, resource, _context(request, resource))]
    for arn in sorted(passed_roles(request)):
        services = _trusted_services(arn)
        yield Need("iam:PassRole", arn, {"iam:passedtoservice": services[0]} if services else {})


def _context(request: RecordedRequest, resource: str | None) -> dict[str, str | list[str]]:
    """Return the condition keys of the request's action."""
    given = request.parameters
    if request.service == "kms":
        return {"kms:resourcealiases": _aliases(request, resource)}
    if request.service != "iam":
        return {}
    boundary = given.get("PermissionsBoundary") or getattr(role_of(resource), "permissions_boundary_arn", None)
    found = {
        "iam:permissionsboundary": boundary,
        "iam:awsservicename": given.get("AWSServiceName"),
        "iam:policyarn": given.get("PolicyArn"),
    }
    return {key: str(value) for key, value in found.items() if value}


def _caller(authorization: str) -> Any:
    """Return Moto's role with whose credentials a request is signed, if there is one."""
    from moto.iam.models import iam_backends

    access_key = authorization.partition("Credential=")[2].partition("/")[0]
    if not access_key.startswith("ASIA"):
        return None
    for account in list(iam_backends.values()):
        key = account["aws"].access_keys.get(access_key)
        if key is not None:
            return role_of(getattr(key, "role_arn", None))
    return None


def role_of(arn: str | None) -> Any:
    """Return Moto's role with this ARN, if it exists."""
    from moto.iam.models import iam_backends

    if not arn or ":role/" not in arn:
        return None
    roles = iam_backends[arn.split(":")[4]]["aws"].roles.values()
    return next((each for each in roles if each.arn == arn), None)


def _trusted_services(arn: str) -> list[str]:
    """Return the services that a role trusts; none if it does not exist."""
    role = role_of(arn)
    found = statements(role.assume_role_policy_document) if role else []
    return [each for statement in found for each in _services(statement.get("Principal"))]


def _services(principal: Any) -> list[str]:
    return listed(principal.get("Service", [])) if isinstance(principal, dict) else []


def _aliases(request: RecordedRequest, resource: str | None) -> list[str]:
    from moto.kms.models import kms_backends

    given = request.parameters
    wanted = {(resource or "").rpartition("/")[2], given.get("KeyId"), given.get("AliasName")} - {"", None}
    keys = kms_backends[request.account][request.region].keys.values()
    return sorted(
        name for each in keys if each.id in wanted or not wanted.isdisjoint(each.aliases) for name in each.aliases
    )


def _documents(role: Any) -> Iterator[str]:
    yield from role.policies.values()
    for policy in role.managed_policies.values():
        yield _default_version(policy)


def _default_version(policy: Any) -> str:
    document: str = next(each.document for each in policy.versions if each.is_default)
    return document


def _boundary(role: Any) -> list[Statement] | None:
    """Return the statements of the role's permissions boundary; None if it has none."""
    from moto.iam.models import iam_backends

    arn = role.permissions_boundary_arn
    if not arn:
        return None
    policy = iam_backends[role.account_id]["aws"].managed_policies.get(arn)
    # A boundary that does not exist allows nothing.
    return list(_parsed(_default_version(policy))) if policy else []


@lru_cache(maxsize=512)
def _parsed(document: str) -> tuple[Statement, ...]:
    return tuple(statements(document))


def _request(record: dict[str, Any]) -> RecordedRequest | None:
    try:
        return parsed(record)
    except Exception as error:
        print(f"permissions: not evaluated: {record['method']} {record['path']}: {error!r}")
        return None


def _refusal(protocol: str, message: str, start_response: StartResponse) -> Iterable[bytes]:
    """Return the error in the service's protocol."""
    headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", "denied")]
    status = "403 Forbidden"
    match protocol:
        case "ec2":
            code = "UnauthorizedOperation"
            error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            body = f"<Response><Errors>{error}</Errors><RequestID>denied</RequestID></Response>"
        case "query":
            error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{escape(message)}</Message></Error>"
            body = f"<ErrorResponse>{error}<RequestId>denied</RequestId></ErrorResponse>"
        case "rest-xml":
            body = f"<Error><Code>AccessDenied</Code><Message>{escape(message)}</Message></Error>"
        case _:
            status = "400 Bad Request" if protocol == "json" else status
            headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", "AccessDeniedException")]
            body = json.dumps({"__type": "AccessDeniedException", "message": message})
    start_response(status, headers)
    return [body.encode()]
