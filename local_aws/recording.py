"""A record of every request that the embedded AWS receives, for tests that check them against AWS's published models.

One JSON object per line: `method`, `path` (as received), `query`, `headers` (lowercase names), `body` (base64), and
`account`, the account of the credentials that signed the request. It contains values of secrets, so tests keep it in a
temporary folder.
"""

import base64
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Recording:
    """The WSGI application, with a line written for each request before the response."""

    def __init__(self, application: Application, path: Path) -> None:
        self._application = application
        # Closed with the process: each line is written immediately.
        self._file = path.open("a", buffering=1)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Record one request and respond to it (PEP 3333)."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        self._file.write(json.dumps(record_of(environ, body)) + "\n")
        return self._application(environ, start_response)


def record_of(environ: Environ, body: bytes) -> dict[str, Any]:
    """Return the record of a request."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return {
        "method": environ["REQUEST_METHOD"],
        "path": (environ.get("RAW_URI") or environ["PATH_INFO"]).partition("?")[0],
        "query": environ.get("QUERY_STRING", ""),
        "headers": headers,
        "body": base64.b64encode(body).decode(),
        "account": _account(headers.get("authorization", "")),
    }


def _account(authorization: str) -> str:
    """Return the account whose credentials signed a request; "" if it is unsigned."""
    from moto.iam.models import get_account_id_from

    access_key = authorization.partition("Credential=")[2].partition("/")[0]
    return str(get_account_id_from(access_key)) if access_key else ""
