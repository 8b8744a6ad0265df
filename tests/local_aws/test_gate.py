"""The gate of the embedded AWS."""

import json
import threading
from collections.abc import Iterable
from typing import Any

from local_aws.gate import PATH, Gate


class Client:
    """Sends requests through a gate to an application that counts them."""

    def __init__(self) -> None:
        self.executed: list[str] = []
        self._gate = Gate(self._application)

    def send(self, path: str, method: str = "POST", query: str = "") -> tuple[str, str]:
        statuses: list[str] = []
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "QUERY_STRING": query}
        body = b"".join(self._gate(environ, lambda status, _: statuses.append(status)))
        return statuses[-1], body.decode()

    def looked_at(self) -> Any:
        return json.loads(self.send(PATH, "GET")[1])

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.executed.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"done"]


def test_gate_that_is_not_set_passes_every_request() -> None:
    client = Client()
    assert [client.send("/a"), client.send("/b")] == [("200 OK", "done")] * 2
    assert client.looked_at() == {"seen": 2, "closed": False}


def test_gate_last_request_takes_effect_and_later_ones_do_not() -> None:
    client = Client()
    client.send("/before")
    client.send(PATH, "PUT", "after=2")
    assert client.send("/1") == ("200 OK", "done")
    answers: list[tuple[str, str]] = []
    for number in (2, 3):
        thread = threading.Thread(target=lambda path: answers.append(client.send(path)), args=(f"/{number}",))
        thread.start()
        while client.looked_at()["seen"] < number:
            pass
    assert client.looked_at() == {"seen": 3, "closed": True}
    while len(client.executed) < 3:
        pass
    assert answers == []
    client.send(PATH, "DELETE")
    while len(answers) < 2:
        pass
    assert client.executed == ["/before", "/1", "/2"]
    assert answers == [("503 Service Unavailable", "held back\n")] * 2
