"""The server process of the embedded AWS: `python -m local_aws.server --port 0 --record FILE`.

With `--requests FILE` it records every request that it receives (see `recording`).

Moto's server, threaded, in memory, on 127.0.0.1 only, with our additions. Stops on SIGTERM or SIGINT. Callers use
`local_aws.process`.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from local_aws import ecr, emission
from local_aws.access_analyzer import access_analyzer
from local_aws.answers import Answers
from local_aws.codeconnections import codeconnections
from local_aws.gate import Gate
from local_aws.grafana import grafana
from local_aws.process import HEALTH_PATH, HOST, write_record
from local_aws.recording import Recording
from local_aws.turns import turn

# Moto reads these when it is imported, so they are set before.
MOTO_SETTINGS = {
    # Otherwise no AWS managed policy (AmazonEKSClusterPolicy, ...) can be attached or looked up.
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    # Certificates are issued immediately instead of after a minute.
    "MOTO_ACM_VALIDATION_WAIT": "0",
}

# There is no container engine.
MOTO_CONFIG = {"lambda": {"use_docker": False}, "batch": {"use_docker": False}}

_Environ = dict[str, Any]
_StartResponse = Callable[..., Any]


class RequestHandler:
    """The WSGI application in front of Moto's: responds to health checks, and does not forward HTTPS.

    Clients use the server as their HTTP proxy (see `LocalAws.environment`). Moto also responds to requests for other
    hosts; only CONNECT, with which HTTPS would leave the machine, is rejected.

    Requests are processed one at a time. Moto's backends are plain objects without locks: two concurrent deletions of
    list entries end in HTTP 500, and the provider, which retries, finds half of it done. S3 also checks for an object
    and creates it in one step if a write has If-None-Match, with which Terraform locks a state; Moto uses two steps.
    (Code that calls this server by HTTP while a request is processed releases the lock first, such as an invocation of
    a function: see `turns`.)
    """

    def __init__(self, application: Callable[[_Environ, _StartResponse], Iterable[bytes]]) -> None:
        self._application = Answers(application)
        self._gate = Gate(self._in_turn)

    def __call__(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        """Respond to one request (PEP 3333)."""
        if environ["REQUEST_METHOD"] == "CONNECT":
            return self._text(start_response, "403 Forbidden", "the embedded AWS does not forward HTTPS\n")
        if environ["PATH_INFO"] == HEALTH_PATH:
            return self._text(start_response, "200 OK", json.dumps({"pid": os.getpid()}))
        if environ["PATH_INFO"] == emission.PATH:
            return emission.answer(environ, start_response)
        if environ["PATH_INFO"].startswith(ecr.LAYER_PATH):
            return ecr.download(environ, start_response)
        return self._gate(environ, start_response)

    def _in_turn(self, environ: _Environ, start_response: _StartResponse) -> Iterable[bytes]:
        with turn():
            return self._application(environ, start_response)

    @staticmethod
    def _text(start_response: _StartResponse, status: str, body: str) -> Iterable[bytes]:
        start_response(status, [("Content-Type", "text/plain")])
        return [body.encode()]


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m local_aws.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 selects a free one")
    parser.add_argument("--record", type=Path, help="file to write pid, port and start time to")
    parser.add_argument("--requests", type=Path, help="file to append every request to")
    given = parser.parse_args(arguments)
    os.environ.update(MOTO_SETTINGS)
    _serve(given.port, given.record, given.requests)


def _serve(port: int, record: Path | None, requests: Path | None) -> None:
    # Moto reads its settings when imported, and its import takes seconds that `--help` need not wait for.
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug import serving

    from local_aws import additions
    from local_aws.enforcement import Enforcement

    additions.install()
    _configure_moto()
    moto = DomainDispatcherApplication(create_backend_app)
    services = Enforcement(access_analyzer(grafana(codeconnections(moto))))
    application = RequestHandler(Recording(services, requests) if requests else services)
    # The log is read in editors and on CI pages, which do not display colors.
    serving._log_add_style = False
    server = serving.make_server(HOST, port, application, threaded=True, request_handler=MotoRequestHandler)
    # Running requests must not keep the process alive after it was asked to stop.
    server.daemon_threads = True  # type: ignore[attr-defined]
    # Moto calls itself for a few services and reads its own port here.
    os.environ["MOTO_PORT"] = str(server.server_port)

    def end(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop of this thread, so another thread has to call it.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if record is not None:
        write_record(record, os.getpid(), server.server_port)
    print(f"the embedded AWS listens on http://{HOST}:{server.server_port}", flush=True)
    server.serve_forever()
    print("the embedded AWS has ended", flush=True)
    sys.stdout.flush()
    # Moto's state is only in memory: nothing is lost, and no thread can delay the exit.
    os._exit(0)


def _configure_moto() -> None:
    from moto.core.config import default_user_config

    for service, settings in MOTO_CONFIG.items():
        default_user_config[service].update(settings)  # type: ignore[literal-required]


if __name__ == "__main__":
    main()
