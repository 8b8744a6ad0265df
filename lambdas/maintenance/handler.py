"""A load balancer's target that says that the service is being maintained: to people in HTML, to programs in JSON.

A fixed response of the load balancer itself has one body for all, and no headers of ours.

Environment variables, all optional:
- STATUS: of the answer, 503.
- RETRY_AFTER_SECONDS: when clients and crawlers shall come back, 600; 0 leaves the header out.
- TITLE, MESSAGE: what the answer says.
- HEADERS: further headers, a JSON object: {"X-Maintenance": "database"}.
"""

import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import ALBEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from .page import body_of, prefers_html
from .settings import Settings

logger = Logger(service="maintenance")
settings = Settings.read(os.environ)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    request = ALBEvent(event)
    if _header(request, "user-agent").startswith("ELB-HealthChecker/"):
        # Else the load balancer would take the target out, and answer with a page of its own.
        return _response(request, HTTPStatus.OK, "text/plain", "ready", {})
    html = prefers_html(_header(request, "accept"))
    logger.info("answered", path=request.path, method=request.http_method, html=html)
    return _response(
        request,
        settings.status,
        "text/html; charset=utf-8" if html else "application/json",
        body_of(settings, html=html),
        {
            **settings.headers,
            **({"Retry-After": str(settings.retry_after_seconds)} if settings.retry_after_seconds else {}),
        },
    )


def _header(request: ALBEvent, name: str) -> str:
    """Return the header; the target group decides whether each comes once or as a list."""
    value: str | list[str] = request.resolved_headers_field.get(name) or ""
    return value if isinstance(value, str) else ",".join(value)


def _response(
    request: ALBEvent, status: int, content_type: str, body: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    # No cache may show the page once the service is back, nor one client's kind of answer to another.
    all_headers = {"Content-Type": content_type, "Cache-Control": "no-store", "Vary": "Accept", **headers}
    many = "multiValueHeaders" in request
    return {
        "statusCode": int(status),
        "statusDescription": _description(status),
        "isBase64Encoded": False,
        **(
            {"multiValueHeaders": {name: [value] for name, value in all_headers.items()}}
            if many
            else {"headers": all_headers}
        ),
        "body": "" if request.http_method == "HEAD" else body,
    }


def _description(status: int) -> str:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Status"
    return f"{int(status)} {phrase}"
