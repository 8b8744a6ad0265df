"""An answer that was lost on its way is given again, and nothing is made twice."""

from collections.abc import Iterable
from typing import Any

from local_aws.answers import REMEMBERED, Answers


class Counting:
    """An application that makes something at each request."""

    def __init__(self, status: str = "200 OK") -> None:
        self.made = 0
        self.status = status

    def __call__(self, _: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.made += 1
        start_response(self.status, [("Content-Type", "text/plain")])
        return [str(self.made).encode()]


def ask(application: Answers, invocation: str | None, method: str = "POST") -> tuple[str, bytes]:
    told: list[str] = []
    environ = {"REQUEST_METHOD": method, **({"HTTP_AMZ_SDK_INVOCATION_ID": invocation} if invocation else {})}
    body = application(environ, lambda status, *_: told.append(status))
    return told[0], b"".join(body)


def test_the_same_request_gets_the_same_answer_and_is_done_once() -> None:
    counting = Counting()
    application = Answers(counting)
    assert [ask(application, "a"), ask(application, "a"), ask(application, "b")] == [
        ("200 OK", b"1"),
        ("200 OK", b"1"),
        ("200 OK", b"2"),
    ]
    assert counting.made == 2


def test_reads_and_what_bears_no_id_are_done_each_time() -> None:
    counting = Counting()
    application = Answers(counting)
    for invocation, method in (("a", "GET"), ("a", "GET"), (None, "POST"), (None, "POST")):
        ask(application, invocation, method)
    assert counting.made == 4


def test_what_failed_on_the_servers_side_is_tried_in_earnest() -> None:
    counting = Counting("500 INTERNAL SERVER ERROR")
    application = Answers(counting)
    ask(application, "a")
    ask(application, "a")
    assert counting.made == 2


def test_old_answers_are_forgotten() -> None:
    counting = Counting()
    application = Answers(counting)
    for number in range(REMEMBERED + 1):
        ask(application, str(number))
    ask(application, "0")
    assert counting.made == REMEMBERED + 2
