"""A session-manager-plugin for tests: reads its arguments as the real one does, and forwards a port on loopback.

It forwards to the port in FAKE_PLUGIN_TO, whatever the host in the request is, and writes what it was given into the
file FAKE_PLUGIN_LOG. With FAKE_PLUGIN_END it ends right after its port was opened, with FAKE_PLUGIN_FAIL before.
"""

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path


def main() -> None:
    """Run as the plugin's `main` in src/sessionmanagerplugin-main and ValidateInputAndStartSession do."""
    if sys.argv[1:] == ["--version"]:
        print(os.environ.get("FAKE_PLUGIN_VERSION", "1.2.707.0"))
        return
    name, region, operation, profile, request, endpoint = sys.argv[1:]
    response = json.loads(os.environ[name])
    with Path(os.environ["FAKE_PLUGIN_LOG"]).open("a") as log:
        given = {"region": region, "operation": operation, "profile": profile, "endpoint": endpoint}
        log.write(json.dumps({**given, "request": json.loads(request), "response": response, "argv": sys.argv}) + "\n")
    print(f"\nStarting session with SessionId: {response['SessionId']}", flush=True)
    if "FAKE_PLUGIN_FAIL" in os.environ:
        print("Cannot perform start session: a test", flush=True)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    local = json.loads(request)["Parameters"].get("localPortNumber", ["0"])[0]
    with socket.create_server(("127.0.0.1", int(local))) as listener:
        print(f"Port {listener.getsockname()[1]} opened for sessionId {response['SessionId']}.", end="", flush=True)
        print("\nWaiting for connections...", flush=True)
        while "FAKE_PLUGIN_END" not in os.environ:
            threading.Thread(target=forward, args=(listener.accept()[0],), daemon=True).start()


def forward(client: socket.socket) -> None:
    """Copy bytes in both directions."""
    server = socket.create_connection(("127.0.0.1", int(os.environ["FAKE_PLUGIN_TO"])))
    threading.Thread(target=copy, args=(client, server), daemon=True).start()
    copy(server, client)


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Copy bytes until the source ends."""
    while data := source.recv(65536):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main()
