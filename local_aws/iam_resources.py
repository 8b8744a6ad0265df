"""The resource of a request, as its ARN, where the parameters name it.

[Service Authorization Reference](https://docs.aws.amazon.com/service-authorization/latest/reference/) has the ARN
formats. Only of services whose resources policies here name.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local_aws.requests import RecordedRequest

#: Parameters with the ARN of a role or user that is not passed to a service.
_NOT_PASSED = {"granteeprincipal", "masteruserarn", "principalarn", "retiringprincipal"}
#: Parameters with texts that the caller chooses, for which a service passes no role.
_FREE_TEXTS = {"environment", "tags"}


def resource_of(request: RecordedRequest) -> str | None:
    """Return the ARN of the request's resource; None if it is not known."""
    found = _OF_SERVICE.get(request.service)
    return found(request, request.parameters) if found else None


def passed_roles(request: RecordedRequest) -> set[str]:
    """Return the ARNs of the roles that the request passes to a service, which requires iam:PassRole.

    [IAM User Guide, Grant a user permissions to pass a role to an AWS service]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html).
    """
    if request.service in ("iam", "sts") or request.operation.startswith(("Describe", "Get", "List")):
        return set()
    return {value for key, value in _texts("", request.parameters) if key not in _NOT_PASSED and _is_role(value)}


def _is_role(value: str) -> bool:
    # AWS itself passes service-linked roles.
    return value.startswith("arn:aws:iam::") and ":role/" in value and ":role/aws-service-role/" not in value


def _texts(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts among the parameters, with the key of each in lowercase."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if str(name).lower() not in _FREE_TEXTS:
                yield from _texts(str(name).lower(), each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(key, each)
    elif isinstance(value, str):
        yield key, value


def _s3(_: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    if "Bucket" not in given:
        return None
    return "/".join(filter(None, [f"arn:aws:s3:::{given['Bucket']}", given.get("Key")]))


def deleted_objects(request: RecordedRequest) -> Iterator[tuple[str, str]]:
    """Yield the action and the ARN of each object that DeleteObjects deletes.

    [DeleteObjects](https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html): a version requires
    another permission. AWS refuses objects one by one, the embedded AWS the whole request.
    """
    if (request.service, request.operation) != ("s3", "DeleteObjects"):
        return
    for each in request.parameters.get("Delete", {}).get("Objects", []):
        action = "s3:DeleteObjectVersion" if each.get("VersionId") else "s3:DeleteObject"
        yield action, f"arn:aws:s3:::{request.parameters['Bucket']}/{each['Key']}"


def _distribution(request: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    id = given.get("DistributionId")
    return f"arn:aws:cloudfront::{request.account}:distribution/{id}" if id else None


def _iam(request: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    account = f"arn:aws:iam::{request.account}"
    path = str(given.get("Path") or "/")
    if "OpenIDConnectProviderArn" in given:
        return str(given["OpenIDConnectProviderArn"])
    if request.operation == "CreateOpenIDConnectProvider":
        return f"{account}:oidc-provider/{given['Url'].removeprefix('https://')}"
    if request.operation == "CreateServiceLinkedRole":
        return f"{account}:role/aws-service-role/{given['AWSServiceName']}/*"
    for name, kind in (("InstanceProfileName", "instance-profile"), ("RoleName", "role")):
        if name in given:
            return f"{account}:{kind}{path}{given[name]}"
    if "PolicyArn" in given:
        return str(given["PolicyArn"])
    return f"{account}:policy{path}{given['PolicyName']}" if "PolicyName" in given else None


def _secret(request: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    name = given.get("SecretId") or (given.get("Name") if request.operation == "CreateSecret" else None)
    if not name:
        return None
    # AWS adds a hyphen and six characters to the name.
    arn = f"arn:aws:secretsmanager:{request.region}:{request.account}:secret:{name}-a1B2c3"
    return str(name) if str(name).startswith("arn:") else arn


def _queue(request: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    name = given.get("QueueName") or str(given.get("QueueUrl", "")).rpartition("/")[2]
    return f"arn:aws:sqs:{request.region}:{request.account}:{name}" if name else None


def _topic(request: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    if request.operation == "CreateTopic":
        return f"arn:aws:sns:{request.region}:{request.account}:{given['Name']}"
    found = given.get("TopicArn") or given.get("TargetArn")
    return str(found) if found else None


def _key(request: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    key = str(given.get("KeyId") or given.get("TargetKeyId") or "")
    if not key or key.startswith(("arn:", "alias/")):
        return key if ":key/" in key else None
    return f"arn:aws:kms:{request.region}:{request.account}:key/{key}"


def _function(request: RecordedRequest, given: Mapping[str, Any]) -> str | None:
    name = str(given.get("FunctionName") or "")
    if not name or name.startswith("arn:"):
        return name or None
    qualifier = f":{given['Qualifier']}" if given.get("Qualifier") else ""
    return f"arn:aws:lambda:{request.region}:{request.account}:function:{name}{qualifier}"


_OF_SERVICE: dict[str, Callable[[RecordedRequest, Mapping[str, Any]], str | None]] = {
    "cloudfront": _distribution,
    "iam": _iam,
    "kms": _key,
    "lambda": _function,
    "s3": _s3,
    "secretsmanager": _secret,
    "sns": _topic,
    "sqs": _queue,
}
