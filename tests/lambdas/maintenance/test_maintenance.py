"""The maintenance page, with the requests of a load balancer."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.maintenance.page import body_of, prefers_html
from lambdas.maintenance.settings import Settings
from tests.support.lambdas import Context, started

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


def request(
    accept: str | None = BROWSER, *, method: str = "GET", agent: str = "agora/2.1", multi_value: bool = False
) -> dict[str, Any]:
    sent = {"host": "www.agora.example", "user-agent": agent, **({"accept": accept} if accept else {})}
    arn = "arn:aws:elasticloadbalancing:ap-northeast-2:333333333333:targetgroup/maintenance/6d0ecf831eec9f09"
    return {
        "requestContext": {"elb": {"targetGroupArn": arn}},
        "httpMethod": method,
        "path": "/questions/1",
        **(
            {"multiValueHeaders": {name: [value] for name, value in sent.items()}} if multi_value else {"headers": sent}
        ),
        "body": "",
        "isBase64Encoded": False,
    }


def respond(event: dict[str, Any], **environment: str) -> dict[str, Any]:
    with started("maintenance", environment) as function:
        response: dict[str, Any] = function.handler(event, Context())
        return response


def test_handler_browser_gets_html() -> None:
    response = respond(request())
    assert response["statusCode"] == 503
    assert response["statusDescription"] == "503 Service Unavailable"
    assert response["headers"] == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Vary": "Accept",
        "Retry-After": "600",
    }
    assert "<h1>We will be right back</h1>" in response["body"]


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", None, "application/json, text/html;q=0.5", "text/html;q=0"]
)
def test_handler_program_gets_json(accept: str | None) -> None:
    response = respond(request(accept), RETRY_AFTER_SECONDS="120")
    assert response["headers"]["Content-Type"] == "application/json"
    assert json.loads(response["body"]) == {
        "error": "maintenance",
        "title": "We will be right back",
        "message": "The service is being maintained.",
        "retry_after_seconds": 120,
    }


def test_handler_settings_determine_the_response() -> None:
    environment = {"STATUS": "530", "RETRY_AFTER_SECONDS": "0", "TITLE": "점검", "HEADERS": '{"X-Reason": "database"}'}
    response = respond(request("*/*"), **environment)
    assert (response["statusCode"], response["statusDescription"]) == (530, "530 Status")
    assert response["headers"]["X-Reason"] == "database"
    assert "Retry-After" not in response["headers"]
    assert "점검" in response["body"]


def test_handler_multi_value_request_gets_multi_value_headers() -> None:
    response = respond(request(multi_value=True))
    assert "headers" not in response
    assert response["multiValueHeaders"]["Content-Type"] == ["text/html; charset=utf-8"]


def test_handler_health_check_gets_200() -> None:
    response = respond(request(None, agent="ELB-HealthChecker/2.0"))
    assert (response["statusCode"], response["body"]) == (200, "ready")


def test_handler_head_request_gets_no_body() -> None:
    assert respond(request(method="HEAD"))["body"] == ""


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"STATUS": "5OO"}, "STATUS='5OO' is not a number from 200 to 599"),
        ({"STATUS": "600"}, "STATUS='600' is not a number from 200 to 599"),
        ({"RETRY_AFTER_SECONDS": "-1"}, "RETRY_AFTER_SECONDS='-1' is not a number from 0 to 86400"),
        ({"HEADERS": "[]"}, 'HEADERS=\'[]\' is not a JSON object of strings; write {"X-Maintenance": "database"}'),
        ({"HEADERS": '{"X-A": "a\\r\\nSet-Cookie: b"}'}, "which is not a valid HTTP header"),
        ({"HEADERS": '{"Retry-After": "1"}'}, "HEADERS contains Retry-After, which the function sets itself"),
    ],
)
def test_settings_invalid_variable_fails_at_the_start(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        respond(request(), **environment)


@given(st.text())
def test_prefers_html_any_accept_header_gives_a_result(accept: str) -> None:
    assert prefers_html(accept) in (True, False)


@given(title=st.text(), message=st.text())
def test_body_of_any_text_is_escaped(title: str, message: str) -> None:
    settings = Settings(title=title, message=message)
    assert body_of(settings, html=True).count("<") == body_of(Settings(title="", message=""), html=True).count("<")
    assert json.loads(body_of(settings, html=False))["message"] == message
