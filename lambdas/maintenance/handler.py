"""A load balancer target that responds with a maintenance page: HTML for browsers, JSON for programs.

A fixed response of the load balancer has one body for all clients, and no custom headers.

Environment variables, all optional:
- STATUS: status code of the response, 503.
- RETRY_AFTER_SECONDS: when clients and crawlers should retry, 600; 0 omits the header.
- TITLE, MESSAGE: text of the response.
- HEADERS: additional headers, a JSON object: {"X-Maintenance": "database"}.
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
    """Respond to one request."""
    request = ALBEvent(event)
    if _header(request, "user-agent").startswith("ELB-HealthChecker/"):
        # Otherwise the target would become unhealthy, and the load balancer would respond with its own error page.
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
    """Return the header's value; the target group decides whether it is a string or a list."""
    value: str | list[str] = request.resolved_headers_field.get(name) or ""
    return value if isinstance(value, str) else ",".join(value)


def _response(
    request: ALBEvent, status: int, content_type: str, body: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    # No cache may serve the page after maintenance ends, or one client's format to another client.
    all_headers = {"Content-Type": content_type, "Cache-Control": "no-store", "Vary": "Accept", **headers}
    multi_value = "multiValueHeaders" in request
    return {
        "statusCode": int(status),
        "statusDescription": _description(status),
        "isBase64Encoded": False,
        **(
            {"multiValueHeaders": {name: [value] for name, value in all_headers.items()}}
            if multi_value
            else {"headers": all_headers}
        ),
        "body": "" if request.http_method == "HEAD" else body,
    }


def _description(status: int) -> str:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Status"
    return f"{int(status)} {phrase}"
