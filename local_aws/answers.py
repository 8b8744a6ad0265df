"""Answers that are given again when a client asks again.

An answer can be lost on its way, by a connection that was reset. AWS SDKs then send the same request once more, under
the same invocation id ("AWS SDKs and Tools, Retry behavior"), and what has been made already would be refused as made
twice. AWS itself has idempotency tokens for some calls, and loses few answers; here each answer is remembered a while.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Answers, of some kilobytes each: an SDK asks again within seconds.
REMEMBERED = 1000
_READS = ("GET", "HEAD")


@dataclass
class _Answer:
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)


class Answers:
    """The WSGI application, and the answers that it gave last."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._given: OrderedDict[str, _Answer] = OrderedDict()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, or give its answer again (PEP 3333)."""
        asked = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if not asked or environ["REQUEST_METHOD"] in _READS:
            return list(self._application(environ, start_response))
        answer = self._given.get(asked) or self._answer(asked, environ)
        start_response(answer.status, list(answer.headers))
        return answer.body

    def _answer(self, asked: str, environ: Environ) -> _Answer:
        answer = _Answer()

        def keep(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            answer.status, answer.headers = status, headers

        answer.body = list(self._application(environ, keep))
        # What failed on this side is tried again in earnest.
        if not answer.status.startswith("5"):
            self._given[asked] = answer
            while len(self._given) > REMEMBERED:
                self._given.popitem(last=False)
        return answer
