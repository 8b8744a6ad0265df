"""A service that Moto lacks, with an API in JSON: a WSGI application in front of Moto's."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Body = dict[str, Any]
#: An account and a Region.
Owner = tuple[str, str]


class RefusedError(Exception):
    """An answer of the service that is an error."""

    def __init__(self, kind: str, status: int, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status


class JsonService:
    """The WSGI application: answers requests that are signed for the service, and passes on all others."""

    def __init__(
        self,
        application: Application,
        *,
        signing_name: str,
        routes: Map,
        operations: Mapping[str, Callable[..., Body]],
    ) -> None:
        """`routes` name the operations, which take the owner, the request, its body, and the path's variables."""
        self._application = application
        self._signing_name = signing_name
        self._routes = routes
        self._operations = operations

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Respond to one request (PEP 3333)."""
        scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0].split("/")
        if len(scope) < 4 or scope[3] != self._signing_name:
            return self._application(environ, start_response)
        return self._answer(Request(environ), scope)(environ, start_response)

    def _answer(self, request: Request, scope: list[str]) -> Response:
        from moto.iam.models import get_account_id_from

        owner = (str(get_account_id_from(scope[0])), scope[2])
        try:
            operation, arguments = self._routes.bind_to_environ(request.environ).match()
            body = json.loads(request.get_data() or b"{}")
            return _json(self._operations[operation](owner, request, body, **arguments))
        except RefusedError as refused:
            # Clients of REST read the header, those of the JSON protocol the body.
            body = {"message": str(refused), "__type": refused.kind}
            return _json(body, refused.status, {"x-amzn-ErrorType": refused.kind})
        except HTTPException:
            message = f"the embedded AWS does not implement {request.method} {request.path} of {self._signing_name}"
            return _json({"message": message}, 501, {"x-amzn-ErrorType": "NotImplementedException"})


def _json(body: Body, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")
