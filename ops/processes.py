"""Runs a program: logs its output, passes each line to a callback, and forwards an interrupt once."""

import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ops.errors import ExitCode, OpsError
from ops.interrupts import Relay, handled
from ops.output_relay import OutputRelay
from ops.steps import warn

#: Seconds between two calls of `waiting` while the program prints nothing.
TICK_SECONDS = 1.0


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    code: int
    output: str
    log: Path


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    on_line: Callable[[str], None] = lambda _: None,
    waiting: Callable[[], None] = lambda: None,
) -> Finished:
    """Run the program and return its exit code and output, stdout and stderr combined.

    The program gets its own session, so that no signal of the terminal reaches it, and an interrupt is forwarded once
    (see `Relay`). Terraform would count the terminal's Ctrl-C and the forwarded one as two, and stop at once without
    saving the resources it created.

    Raises OpsError after the program has ended if it was interrupted.
    """
    relay = Relay()
    output: list[str] = []
    with handled(relay.take), _Log(log) as written:
        written.write(f"$ {' '.join(command)}\n")
        process = _started(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        relay.attach(process)
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_read, args=(process, lines), daemon=True).start()

        def take(line: str) -> None:
            output.append(line)
            written.write(line)
            on_line(line)

        _watch(lines, take, waiting, relay)
        code = process.wait()
    if relay.received:
        raise _interrupted(relay)
    return Finished(code, "".join(output), log)


class _Log:
    """A program's log. If it cannot be written (a full disk), the program continues after one warning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> "_Log":
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Line-buffered, for people who follow the log.
            self._file = self._path.open("a", buffering=1)
        except OSError as error:
            self._give_up(error)
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def write(self, text: str) -> None:
        """Write, unless the log has failed before."""
        try:
            if self._file:
                self._file.write(text)
        except OSError as error:
            self._close()
            self._give_up(error)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file:
            try:
                file.close()
            except OSError:
                # The rest of its buffer fails again.
                return

    def _give_up(self, error: OSError) -> None:
        warn(f"the log {self._path} cannot be written ({error.strerror}); continuing without it")


def _started(command: Sequence[str], **arguments: Any) -> "subprocess.Popen[Any]":
    """Start the program. Raises OpsError if it is missing."""
    try:
        return subprocess.Popen(command, **arguments)
    except (FileNotFoundError, PermissionError) as error:
        if error.filename != command[0]:
            raise
        raise missing(command[0], str(error.strerror)) from None


def missing(program: str, reason: str) -> OpsError:
    """Return the error for a program that cannot be run."""
    message = f"{program} cannot be run ({reason}); `make setup` reports what is missing and how to install it"
    return OpsError(message, ExitCode.MISSING_TOOL)


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _watch(
    lines: "queue.Queue[str | None]", take: Callable[[str], None], waiting: Callable[[], None], relay: Relay
) -> None:
    """Pass the lines on until the program closes its output. Warn once about an interrupt."""
    is_warned = False
    while True:
        if relay.received and not is_warned:
            is_warned = True
            warn("interrupted: waiting until running operations finish and the state is saved")
        try:
            line = lines.get(timeout=TICK_SECONDS)
        except queue.Empty:
            waiting()
            continue
        if line is None:
            return
        take(line)


def _interrupted(relay: Relay) -> OpsError:
    if relay.twice:
        message = (
            "interrupted twice: the program stopped at once, and the state may lack resources that were being created "
            "(docs/runbooks/state.md, Interrupted); run the same command again"
        )
    else:
        message = "interrupted; the state contains everything that was created: run the same command again"
    return OpsError(message, relay.code)


def run_attached(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], wait: Callable[[], None] = lambda: None
) -> int:
    """Run an interactive program, call `wait` for any process that it left running, and return its exit code.

    The program reads this terminal but has its own session and prints through this process, so that no signal of the
    terminal reaches it, and a closed terminal does not break its output. An interrupt is forwarded once.

    Raises OpsError after the program has ended if it was interrupted.
    """
    relay = Relay()
    with handled(relay.take):
        out, errors = OutputRelay.to(1), OutputRelay.to(2)
        process = _started(
            command,
            cwd=folder,
            env=dict(environment),
            stdout=out.entrance,
            stderr=errors.entrance,
            start_new_session=True,
        )
        relay.attach(process)
        for each in (out, errors):
            each.open()
        code = process.wait()
        wait()
        for each in (out, errors):
            each.close()
    if relay.received:
        raise _interrupted(relay)
    return int(code)
