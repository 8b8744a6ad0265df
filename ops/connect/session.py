"""Session Manager sessions that forward a local port, run by AWS's session-manager-plugin."""

import json
import os
import queue
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from modules.compute.developers.keys.statements import FORWARD_DOCUMENT
from ops.connect.warned import warned
from ops.errors import ExitCode, OpsError
from ops.interrupts import uninterrupted
from ops.steps import step

PLUGIN = "session-manager-plugin"
#: Where the installers put it, which is not on every PATH: [Install the Session Manager plugin on Linux]
#: (https://docs.aws.amazon.com/systems-manager/latest/userguide/install-plugin-linux.html).
_INSTALLED = Path("/usr/local/sessionmanagerplugin/bin") / PLUGIN
#: The first release that reads the token of a session from an environment variable: RELEASENOTES.md in
#: https://github.com/aws/session-manager-plugin. As an argument, every user of the machine could see it.
_OLDEST = (1, 2, 536)
_RESPONSE = "AWS_SSM_START_SESSION_RESPONSE"
#: What the plugin prints when it listens (muxportforwarding.go and basicportforwarding.go in its source).
_OPENED = re.compile(r"Port (\d+) opened for sessionId")
_OPEN_SECONDS = 60.0
_END_SECONDS = 5.0
_OUTPUT_LIMIT = 300


def plugin_program() -> str:
    """Return the path of the plugin. Raises OpsError if it is missing or too old, with how to get it."""
    found = shutil.which(PLUGIN) or (str(_INSTALLED) if _INSTALLED.exists() else None)
    how = (
        "install it as in https://docs.aws.amazon.com/systems-manager/latest/userguide/"
        "session-manager-working-with-install-plugin.html"
    )
    if not found:
        raise OpsError(f"{PLUGIN} is missing, which forwards the port; {how}", ExitCode.MISSING_TOOL)
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if tuple(map(int, re.findall(r"\d+", version)[:3])) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise OpsError(f"{found} has version {version}, and {oldest} or later is needed; {how}", ExitCode.MISSING_TOOL)
    return found


class Session:
    """A session whose local port is open."""

    def __init__(self, process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
        self._process = process
        self._lines = lines
        self._output: list[str] = []
        self.port = 0

    def open(self) -> None:
        """Wait until the plugin listens on the local port. Raises OpsError if it does not."""
        deadline = time.monotonic() + _OPEN_SECONDS
        while not self.port:
            line = self._next(max(deadline - time.monotonic(), 0))
            if line is None:
                raise OpsError(f"the session did not open a port: {self.output}", ExitCode.UNAVAILABLE)
            if found := _OPENED.search(line):
                self.port = int(found[1])

    def wait(self, seconds: float, show: Callable[[str], None]) -> bool:
        """Pass the plugin's output on for at most so many seconds, and return whether the session still exists."""
        line = self._next(seconds)
        if line and line.strip():
            show(line.strip())
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """The end of what the plugin has printed, in one line."""
        return " ".join("".join(self._output).split())[-_OUTPUT_LIMIT:]

    def _next(self, seconds: float) -> str | None:
        """Return the next line, "" if there is none in time and the plugin runs, None if there will be none."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return "" if self._process.poll() is None and seconds else None
        if line is not None:
            self._output.append(line)
        return line


@contextmanager
def session(
    ssm: Any, target: str, *, host: str, port: int, local_port: int | None, region: str, program: str
) -> Iterator[Session]:
    """Forward a local port to the host and port, through the target; end the session in any case.

    Without `local_port`, a free one is chosen. Raises OpsError if the session cannot be opened.
    """
    parameters = {"host": [host], "portNumber": [str(port)]}
    if local_port:
        parameters["localPortNumber"] = [str(local_port)]
    request = {"Target": target, "DocumentName": FORWARD_DOCUMENT, "Parameters": parameters}
    response = ssm.start_session(**request)
    try:
        process = _started(program, response, request, region, ssm.meta.endpoint_url)
        try:
            opened = Session(process, _lines_of(process))
            with step("open a session") as doing:
                opened.open()
                doing.result = f"127.0.0.1:{opened.port} leads to {host}:{port}"
            yield opened
        finally:
            with uninterrupted():
                _end(process)
    finally:
        with uninterrupted(), warned(f"the session {response['SessionId']} was not ended"):
            ssm.terminate_session(SessionId=response["SessionId"])


def _started(
    program: str, response: Mapping[str, Any], request: Mapping[str, Any], region: str, endpoint: str
) -> "subprocess.Popen[str]":
    """Start the plugin as the AWS CLI does (ValidateInputAndStartSession in its source, session.go).

    It has its own session, so that Ctrl-C reaches it only through this process.
    """
    kept = {key: response[key] for key in ("SessionId", "TokenValue", "StreamUrl")}
    profile = os.environ.get("AWS_PROFILE", "")
    return subprocess.Popen(
        [program, _RESPONSE, region, "StartSession", profile, json.dumps(request), endpoint],
        env={**os.environ, _RESPONSE: json.dumps(kept)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def _lines_of(process: "subprocess.Popen[str]") -> "queue.Queue[str | None]":
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
        return
    process.kill()
    process.wait()
