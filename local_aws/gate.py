"""A gate that closes after the n-th request, for tests of what a killed apply leaves behind.

The n-th request takes effect, but its response is held back, and so is every later request until the gate is removed.
A client that is killed in the meantime has made exactly n requests, however fast the machine is. `PUT` on `PATH` with
the query `after=N` sets the gate, `GET` returns the number of requests and whether the gate is closed, `DELETE` removes
it; the requests that were held back are then rejected without effect.
"""

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

PATH = "/_groundwork/gate"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Gate:
    """The WSGI application behind a gate, which is open until it is set."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._changed = threading.Condition()
        self._seen = 0
        self._after: int | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one request (PEP 3333)."""
        if environ["PATH_INFO"] == PATH:
            return self._set(environ, start_response)
        with self._changed:
            self._seen += 1
            last, late = self._seen == self._after, self._after is not None and self._seen > self._after
        if not late:
            answer = self._application(environ, start_response)
            if not last:
                return answer
        with self._changed:
            self._changed.wait_for(lambda: self._after is None)
        return _text(start_response, "503 Service Unavailable", "held back\n")

    def _set(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self._changed:
            if environ["REQUEST_METHOD"] != "GET":
                after = parse_qs(environ.get("QUERY_STRING", "")).get("after")
                self._seen, self._after = 0, int(after[0]) if after else None
                self._changed.notify_all()
            closed = self._after is not None and self._seen >= self._after
            return _text(start_response, "200 OK", json.dumps({"seen": self._seen, "closed": closed}))


def _text(start_response: StartResponse, status: str, body: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain")])
    return [body.encode()]
