"""A plugin on the PATH, and a server that it forwards to."""

import json
import os
import signal
import socketserver
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ops.connect import fake_plugin


class Plugin:
    """The plugin, and what it was given."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "plugin.jsonl"

    @property
    def runs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]


class _Upper(socketserver.StreamRequestHandler):
    """Answers each line in capital letters."""

    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line.upper())


@pytest.fixture(autouse=True)
def signals_arrive() -> Iterator[None]:
    """Ctrl-C arrives, also where the tests run in the background of a shell, which ignores it there."""
    ignored = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) == signal.SIG_IGN]
    for each in ignored:
        signal.signal(each, signal.SIG_DFL)
    yield
    for each in ignored:
        signal.signal(each, signal.SIG_IGN)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugin]:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "session-manager-plugin"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{fake_plugin.__file__}" "$@"\n')
    program.chmod(0o755)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Upper) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("FAKE_PLUGIN_LOG", str(tmp_path / "plugin.jsonl"))
        monkeypatch.setenv("FAKE_PLUGIN_TO", str(server.server_address[1]))
        yield Plugin(tmp_path)
        server.shutdown()
