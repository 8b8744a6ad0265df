"""A request that makes the embedded AWS send an event of its own, for tests.

`POST` on `PATH` with a JSON object: `account`, `region`, `source`, `detail-type`, `detail`, and `resources` (optional).
AWS has no such operation: PutEvents rejects sources that begin with "aws.".
"""

import json
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local_aws.events import emit
from local_aws.turns import turn

PATH = "/_groundwork/event"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def request_event(endpoint: str, event: Mapping[str, Any]) -> None:
    """Send the request to the embedded AWS at this endpoint."""
    request = urllib.request.Request(endpoint + PATH, data=json.dumps(event).encode(), method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as response:
        response.read()


def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Respond to the request (PEP 3333)."""
    event = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    with turn():
        emit(
            event["account"],
            event["region"],
            source=event["source"],
            detail_type=event["detail-type"],
            detail=event["detail"],
            resources=event.get("resources", ()),
        )
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]
