"""Node.js process of the jsii kernel, started directly and without generic conversion of the frequent messages.

jsii starts a Node.js process that starts a second one with the kernel, and copies every message between the two. The
kernel communicates by file descriptor 3, so Python can start it without the first process. jsii also converts each
message with cattrs; the frequent ones consist of plain values.

Imported by `importing.py` after `jsii._kernel`.
"""

from __future__ import annotations

import atexit
import json
import os
import platform
import socket
import subprocess
from pathlib import Path
from typing import Any

from jsii._kernel import types
from jsii._kernel.providers import process as jsii_process

stock: Any = jsii_process

#: Less memory for the same CPU time: a small young generation, and no background threads.
NODE_OPTIONS = ("--max-old-space-size=4069", "--max-semi-space-size=2", "--single-threaded")

#: The frequent requests: their names in the API, and their fields.
_REQUESTS: dict[type, tuple[str, tuple[str, ...]]] = {
    types.CreateRequest: ("create", ("fqn", "args", "overrides", "interfaces")),
    types.GetRequest: ("get", ("objref", "property")),
    types.SetRequest: ("set", ("objref", "property", "value")),
    types.InvokeRequest: ("invoke", ("objref", "method", "args")),
    types.StaticInvokeRequest: ("sinvoke", ("fqn", "method", "args")),
}


class DirectProcess(jsii_process._NodeProcess):
    """Replaces jsii's class."""

    def start(self) -> None:
        """Start the kernel, and read its first message."""
        program = Path(self._jsii_runtime()).parents[1] / "lib" / "program.js"
        self._process, channel = _start(program)
        self._process.stdin, self._process.stdout = channel.makefile("wb"), channel.makefile("rb")
        # The files hold the socket open until both are closed.
        channel.close()
        atexit.register(self.stop)
        self.handshake()

    def stop(self) -> None:
        """End the kernel."""
        atexit.unregister(self.stop)
        process: Any = self._process
        if not process.stdin.closed:
            process.stdin.write(b'{"exit":0}\n')
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.terminate()
        process.stdout.close()
        self._ctx_stack.close()

    def send(self, request: Any, response_type: Any) -> Any:
        """Return the kernel's response, or its callback; raise its error."""
        api, fields = _REQUESTS.get(type(request), ("", ()))
        if not api or stock._stack_traces_enabled():
            return super().send(request, response_type)
        process: Any = self._process
        message = {name: getattr(request, name) for name in fields}
        process.stdin.write(_encode({**message, "api": api}).encode() + b"\n")
        process.stdin.flush()
        response = _decode(process.stdout.readline().decode())
        return _result(response["ok"], response_type) if "ok" in response else self._no_result(response)

    def _no_result(self, response: dict[str, Any]) -> Any:
        if "callback" in response:
            return self._serializer.structure(response["callback"], types.Callback)
        error = stock.JSIIError if response["name"] == stock.ErrorType.JSII_FAULT.value else RuntimeError
        raise error(response["error"]) from stock.JavaScriptError(response["stack"])


def _start(program: Path) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the kernel; return its process, and the socket that is its file descriptor 3."""
    ours, theirs = socket.socketpair()

    def connect() -> None:
        os.dup2(theirs.fileno(), 3)
        os.set_inheritable(3, True)

    process = subprocess.Popen(
        [os.environ.get("JSII_NODE", "node"), *NODE_OPTIONS, "--preserve-symlinks", str(program)],
        stdin=subprocess.DEVNULL,
        env={**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"},
        # No other file descriptor of Python can be inherited (PEP 446).
        close_fds=False,
        preexec_fn=connect,
    )
    theirs.close()
    return process, ours


def _as_json(value: Any) -> Any:
    if isinstance(value, types.ObjRef):
        return stock._unstructure_ref(value)
    if isinstance(value, types.Override):
        return {"method": value.method, "property": value.property, "cookie": value.cookie}
    return stock.jdefault(value)


def _result(ok: Any, response_type: Any) -> Any:
    """Return the response as jsii's own conversion does."""
    if response_type is types.CreateResponse:
        return types.CreateResponse(ref=ok.ref)
    if response_type is types.SetResponse:
        return types.SetResponse()
    return response_type(*ok.values())


_encode = json.JSONEncoder(default=_as_json).encode
_decode = json.JSONDecoder(object_hook=stock.ohook).decode
