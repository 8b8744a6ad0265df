"""A fake Slack on the loopback interface, which gives prepared responses and records what was posted."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/services/T0000/B0000/of-nobody"


@dataclass
class FakeSlack:
    """The posted messages with their paths, and the next responses."""

    url: str = ""
    posted: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: deque[tuple[int, str, dict[str, str]]] = field(default_factory=deque)
    """Status, body and headers of the next answers; `ok` when there are none left."""

    @property
    def texts(self) -> list[str]:
        """The notification text of each accepted message."""
        return [str(each["text"]) for each in self.posted]


@contextmanager
def fake_slack() -> Iterator[FakeSlack]:
    """Yield a fake Slack that listens until the `with` block ends."""
    slack = FakeSlack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            slack.paths.append(self.path)
            status, answer, headers = slack.answers.popleft() if slack.answers else (200, "ok", {})
            if status == 200:
                slack.posted.append(json.loads(body))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    slack.url = f"http://127.0.0.1:{server.server_port}{PATH}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
