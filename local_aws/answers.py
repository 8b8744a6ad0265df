"""Idempotent retries: a repeated request gets the same response.

A response can be lost when a connection is reset. AWS SDKs then send the request again, with the same invocation ID
([AWS SDKs and Tools, Retry behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)), and
a second creation would fail because the resource exists. AWS itself has idempotency tokens for some operations, and
rarely loses responses; here each response is stored for some time.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Number of responses, of a few kilobytes each: an SDK retries within seconds.
REMEMBERED = 1000
_READS = ("GET", "HEAD")


@dataclass
class _Answer:
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)


class Answers:
    """The WSGI application, and its latest responses."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._given: OrderedDict[str, _Answer] = OrderedDict()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request, or repeat the response to it (PEP 3333)."""
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if not invocation or environ["REQUEST_METHOD"] in _READS:
            return list(self._application(environ, start_response))
        answer = self._given.get(invocation) or self._answer(invocation, environ)
        start_response(answer.status, list(answer.headers))
        return answer.body

    def _answer(self, invocation: str, environ: Environ) -> _Answer:
        answer = _Answer()

        def keep(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            answer.status, answer.headers = status, headers

        answer.body = list(self._application(environ, keep))
        # A request that failed on the server is processed again.
        if not answer.status.startswith("5"):
            self._given[invocation] = answer
            while len(self._given) > REMEMBERED:
                self._given.popitem(last=False)
        return answer
