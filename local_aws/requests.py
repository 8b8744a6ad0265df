"""Requests to the embedded AWS, parsed into service, operation, and parameters.

Moto's router and its parsers for AWS's five protocols parse them, with botocore's service models.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.model import Shape
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import ServiceOperationRouter, get_service_router
from moto.core.utils import get_service_model

#: botocore's names of services by the name with which they sign requests, if it differs.
SIGNED_AS = {
    "access-analyzer": "accessanalyzer",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "email": "ses",
    "servicequotas": "service-quotas",
}
_CREDENTIAL = re.compile(r"Credential=[^/]+/\d+/([^/]*)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class RecordedRequest:
    """A request."""

    service: str
    """botocore's name of the service."""
    operation: str
    account: str
    region: str
    parameters: dict[str, Any]
    shape: Shape | None
    """The model of the parameters; None for an operation without parameters."""
    agent: str
    """The client's User-Agent header."""
    invocation: str
    """The client's ID of the call, the same in all its attempts; "" if it sent none."""

    @property
    def is_terraforms(self) -> bool:
        """Whether Terraform's AWS provider or its S3 backend sent the request, not a test."""
        return "Terraform" in self.agent


def read(path: Path, offset: int = 0, end: int | None = None) -> Iterator[RecordedRequest]:
    """Yield the signed requests in a file from an offset on, or up to `end`, where a line begins.

    Raises an error for one that AWS's models do not have.
    """
    with path.open("rb") as lines:
        lines.seek(offset)
        while (end is None or lines.tell() < end) and (line := lines.readline()):
            request = parsed(json.loads(line))
            if request:
                yield request


def parsed(recorded: dict[str, Any]) -> RecordedRequest | None:
    """Return a request from its record (see `recording`), or None if it is unsigned.

    Raises an error for one that AWS's models do not have.
    """
    signed = _CREDENTIAL.search(recorded["headers"].get("authorization", ""))
    return _parse(recorded, region=signed[1], service=_service(signed[2], recorded)) if signed else None


def protocol_of(recorded: dict[str, Any], request: RecordedRequest) -> str:
    """Return the protocol of a request, in which the response has to be."""
    return determine_request_protocol(get_service_model(request.service), recorded["headers"].get("content-type"))


def _service(signing_name: str, recorded: dict[str, Any]) -> str:
    if signing_name == "s3" and "x-amz-account-id" in recorded["headers"]:
        return "s3control"
    # The API of OpenSearch Service, and the older one of Elasticsearch, differ in their version.
    if signing_name == "es" and recorded["path"].startswith("/2021-01-01/"):
        return "opensearch"
    return SIGNED_AS.get(signing_name, signing_name)


def _parse(recorded: dict[str, Any], *, region: str, service: str) -> RecordedRequest:
    request = _request(recorded)
    model = get_service_model(service)
    target = request.headers.get("X-Amz-Target")
    uri_parameters: dict[str, Any] = {}
    if target:
        name = target.rpartition(".")[2]
    elif "Action" in request.values:
        name = request.values["Action"]
    else:
        operation, uri_parameters = _router(service).match(request)
        name = operation.name
    operation = model.operation_model(name)
    parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)](operation)
    parameters = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": uri_parameters,
        }
    )
    agent = request.headers.get("User-Agent", "")
    return RecordedRequest(
        service,
        name,
        recorded["account"],
        region,
        parameters,
        operation.input_shape,
        agent,
        request.headers.get("amz-sdk-invocation-id", ""),
    )


def _request(recorded: dict[str, Any]) -> Request:
    path = urlsplit(recorded["path"]).path
    query = f"?{recorded['query']}" if recorded["query"] else ""
    request = Request.from_primitives(
        recorded["method"],
        f"http://localhost{path}{query}",
        recorded["headers"],
        base64.b64decode(recorded["body"]),
    )
    # As in Moto, this keeps both the fields of a form and the body.
    request.get_data(parse_form_data=True)
    return request


@cache
def _router(service: str) -> ServiceOperationRouter:
    return get_service_router(service)
