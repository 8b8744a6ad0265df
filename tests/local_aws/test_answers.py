"""Idempotent retries: a repeated request gets the same response, and nothing is created twice."""

from collections.abc import Iterable
from typing import Any

from local_aws.answers import REMEMBERED, Answers


class Counting:
    """An application that creates something for each request."""

    def __init__(self, status: str = "200 OK") -> None:
        self.created = 0
        self.status = status

    def __call__(self, _: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.created += 1
        start_response(self.status, [("Content-Type", "text/plain")])
        return [str(self.created).encode()]


def ask(application: Answers, invocation: str | None, method: str = "POST") -> tuple[str, bytes]:
    statuses: list[str] = []
    environ = {"REQUEST_METHOD": method, **({"HTTP_AMZ_SDK_INVOCATION_ID": invocation} if invocation else {})}
    body = application(environ, lambda status, *_: statuses.append(status))
    return statuses[0], b"".join(body)


def test_repeated_request_gets_the_same_response_and_is_processed_once() -> None:
    counting = Counting()
    application = Answers(counting)
    assert [ask(application, "a"), ask(application, "a"), ask(application, "b")] == [
        ("200 OK", b"1"),
        ("200 OK", b"1"),
        ("200 OK", b"2"),
    ]
    assert counting.created == 2


def test_repeated_read_or_request_without_an_id_is_processed_each_time() -> None:
    counting = Counting()
    application = Answers(counting)
    for invocation, method in (("a", "GET"), ("a", "GET"), (None, "POST"), (None, "POST")):
        ask(application, invocation, method)
    assert counting.created == 4


def test_repeated_request_that_failed_on_the_server_is_processed_again() -> None:
    counting = Counting("500 INTERNAL SERVER ERROR")
    application = Answers(counting)
    ask(application, "a")
    ask(application, "a")
    assert counting.created == 2


def test_old_responses_are_deleted() -> None:
    counting = Counting()
    application = Answers(counting)
    for number in range(REMEMBERED + 1):
        ask(application, str(number))
    ask(application, "0")
    assert counting.created == REMEMBERED + 2
