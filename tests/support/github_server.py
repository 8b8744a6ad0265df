"""The parts of GitHub that jobs request, on loopback: ID tokens, protection rules, and comments of pull requests."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.id_tokens import token

#: What GitHub answers for an environment with a required reviewer.
REVIEWED = {"protection_rules": [{"type": "required_reviewers", "reviewers": [{"type": "User"}]}]}


@dataclass
class GithubServer:
    """The server's URL, and what it answers; both may be changed while it runs."""

    url: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    """The claims of the next token."""
    environment: Mapping[str, Any] | None = field(default_factory=lambda: REVIEWED)
    """The protection rules of each environment; None if the job's token may not read them."""
    paths: list[str] = field(default_factory=list)
    """The paths of all requests."""
    comments: list[str] = field(default_factory=list)

    @property
    def token_variables(self) -> dict[str, str]:
        """The variables of a job with the permission `id-token: write`."""
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/token?api=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer"}

    def answer(self, path: str) -> Any:
        """Return the answer to a request, or None for an unknown path."""
        self.paths.append(path)
        if path.startswith("/token?") and path.endswith("&audience=sts.amazonaws.com"):
            return {"value": token(**self.claims)}
        if path.partition("?")[0].endswith("/comments"):
            return []
        return self.environment if "/environments/" in path else None


@contextmanager
def github_server() -> Iterator[GithubServer]:
    """Run the server on a free port."""
    found = GithubServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._respond(found.answer(self.path) if self.headers["Authorization"] else None)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.comments.append(body["body"])
            self._respond({"id": len(found.comments)})

        def _respond(self, answer: Any) -> None:
            self.send_response(200 if answer is not None else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
