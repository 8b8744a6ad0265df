"""The maintenance page, asked as a load balancer asks."""

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
    accept: str | None = BROWSER, *, method: str = "GET", agent: str = "agora/2.1", many: bool = False
) -> dict[str, Any]:
    sent = {"host": "www.agora.example", "user-agent": agent, **({"accept": accept} if accept else {})}
    arn = "arn:aws:elasticloadbalancing:ap-northeast-2:333333333333:targetgroup/maintenance/6d0ecf831eec9f09"
    return {
        "requestContext": {"elb": {"targetGroupArn": arn}},
        "httpMethod": method,
        "path": "/questions/1",
        **({"multiValueHeaders": {name: [value] for name, value in sent.items()}} if many else {"headers": sent}),
        "body": "",
        "isBase64Encoded": False,
    }


def answer(event: dict[str, Any], **environment: str) -> dict[str, Any]:
    with started("maintenance", environment) as function:
        answered: dict[str, Any] = function.handler(event, Context())
        return answered


def test_a_browser_gets_a_page() -> None:
    answered = answer(request())
    assert answered["statusCode"] == 503
    assert answered["statusDescription"] == "503 Service Unavailable"
    assert answered["headers"] == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Vary": "Accept",
        "Retry-After": "600",
    }
    assert "<h1>We will be right back</h1>" in answered["body"]


@pytest.mark.parametrize(
    "accept", ["application/json", "*/*", None, "application/json, text/html;q=0.5", "text/html;q=0"]
)
def test_a_program_gets_json(accept: str | None) -> None:
    answered = answer(request(accept), RETRY_AFTER_SECONDS="120")
    assert answered["headers"]["Content-Type"] == "application/json"
    assert json.loads(answered["body"]) == {
        "error": "maintenance",
        "title": "We will be right back",
        "message": "The service is being maintained.",
        "retry_after_seconds": 120,
    }


def test_the_answer_is_ours_to_choose() -> None:
    environment = {"STATUS": "530", "RETRY_AFTER_SECONDS": "0", "TITLE": "점검", "HEADERS": '{"X-Reason": "database"}'}
    answered = answer(request("*/*"), **environment)
    assert (answered["statusCode"], answered["statusDescription"]) == (530, "530 Status")
    assert answered["headers"]["X-Reason"] == "database"
    assert "Retry-After" not in answered["headers"]
    assert "점검" in answered["body"]


def test_headers_as_lists_where_the_target_group_has_them_so() -> None:
    answered = answer(request(many=True))
    assert "headers" not in answered
    assert answered["multiValueHeaders"]["Content-Type"] == ["text/html; charset=utf-8"]


def test_the_load_balancer_finds_it_healthy() -> None:
    answered = answer(request(None, agent="ELB-HealthChecker/2.0"))
    assert (answered["statusCode"], answered["body"]) == (200, "ready")


def test_head_has_no_body() -> None:
    assert answer(request(method="HEAD"))["body"] == ""


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"STATUS": "5OO"}, "STATUS='5OO' is not a number from 200 to 599"),
        ({"STATUS": "600"}, "STATUS='600' is not a number from 200 to 599"),
        ({"RETRY_AFTER_SECONDS": "-1"}, "RETRY_AFTER_SECONDS='-1' is not a number from 0 to 86400"),
        ({"HEADERS": "[]"}, 'HEADERS=\'[]\' is not a JSON object of texts; write {"X-Maintenance": "database"}'),
        ({"HEADERS": '{"X-A": "a\\r\\nSet-Cookie: b"}'}, "which HTTP does not take as a header"),
        ({"HEADERS": '{"Retry-After": "1"}'}, "HEADERS names Retry-After, which the page sets itself"),
    ],
)
def test_wrong_settings_are_told_at_the_start(environment: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        answer(request(), **environment)


@given(st.text())
def test_any_accept_header_is_answered(accept: str) -> None:
    assert prefers_html(accept) in (True, False)


@given(title=st.text(), message=st.text())
def test_no_text_becomes_markup(title: str, message: str) -> None:
    settings = Settings(title=title, message=message)
    assert body_of(settings, html=True).count("<") == body_of(Settings(title="", message=""), html=True).count("<")
    assert json.loads(body_of(settings, html=False))["message"] == message
