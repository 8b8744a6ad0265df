"""Fake APIs of GitLab and GitHub on loopback: they keep notes, and record every request."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-token-of-the-test"


@dataclass
class Recorded:
    """A request that the server received."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FakeServer:
    """What the server received, keeps, and responds."""

    url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    failures: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    """Status, headers, and text of the next responses, before the server works."""
    fails_after_create: int = 0
    """How many creations succeed although the response is a failure."""

    def changes(self) -> list[tuple[str, str]]:
        """Return the methods and paths of the requests that change something."""
        return [(each.method, each.path) for each in self.requests if each.method != "GET"]

    def respond(self, request: Recorded) -> tuple[int, dict[str, str], Any]:
        self.requests.append(request)
        if self.failures:
            status, headers, text = self.failures.pop(0)
            return status, headers, text
        url = urlsplit(request.path)
        if request.method == "GET" and url.path.endswith("/user"):
            return 200, {}, {"id": 7}
        if request.method == "GET":
            query = {name: int(value[0]) for name, value in parse_qs(url.query).items() if value[0].isdecimal()}
            first = (query["page"] - 1) * query["per_page"]
            return 200, {}, self.notes[first : first + query["per_page"]]
        return self._write(request, url.path)

    def _write(self, request: Recorded, path: str) -> tuple[int, dict[str, str], Any]:
        body = request.body["body"]
        if request.method == "POST":
            self.notes.append(note(len(self.notes) + 1, body))
            if self.fails_after_create:
                self.fails_after_create -= 1
                return 502, {}, "Bad gateway"
            return 201, {}, self.notes[-1]
        found = next(each for each in self.notes if each["id"] == int(path.rpartition("/")[2]))
        found["body"] = body
        return 200, {}, found


def note(number: int, body: str, *, ours: bool = True) -> dict[str, Any]:
    """Return a note with the fields of both servers, of the token's user or of a person."""
    kind = "Bot" if ours else "User"
    return {"id": number, "body": body, "author": {"id": 7 if ours else 8}, "user": {"type": kind}}


@contextmanager
def running() -> Iterator[FakeServer]:
    """Run a fake server on a free port."""
    fake = FakeServer()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, extra, answer = fake.respond(Recorded(self.command, self.path, headers, body))
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = do_PATCH = _respond  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
