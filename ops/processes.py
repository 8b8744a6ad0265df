"""Runs a program: its whole output into a log, its lines to whoever watches, an interrupt passed on once."""

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
    """Run the program to its end and return its exit code and output, stdout and stderr together.

    It gets a session of its own: no signal of the terminal reaches it, and an interrupt is passed on once (see
    `Relay`). Terraform would take the terminal's Ctrl-C and ours for two, and stop at once, without saving what it
    has made.

    Raises OpsError when it was interrupted, once the program has ended.
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
    """A program's log. One that cannot be written to (a full disk) ends no program: it is told once, and left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> "_Log":
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # By the line: a person follows it.
            self._file = self._path.open("a", buffering=1)
        except OSError as error:
            self._leave(error)
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def write(self, text: str) -> None:
        """Write, unless it was left."""
        try:
            if self._file:
                self._file.write(text)
        except OSError as error:
            self._close()
            self._leave(error)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file:
            try:
                file.close()
            except OSError:
                # What is left in its buffer fails again.
                return

    def _leave(self, error: OSError) -> None:
        warn(f"the log {self._path} cannot be written ({error.strerror}); going on without it")


def _started(command: Sequence[str], **arguments: Any) -> "subprocess.Popen[Any]":
    """Start the program. Raises OpsError when it is missing."""
    try:
        return subprocess.Popen(command, **arguments)
    except (FileNotFoundError, PermissionError) as error:
        if error.filename != command[0]:
            raise
        raise missing(command[0], str(error.strerror)) from None


def missing(program: str, reason: str) -> OpsError:
    """Return what to say of a program that cannot be run."""
    told = f"{program} cannot be run ({reason}); `make setup` says what is missing and how to get it"
    return OpsError(told, ExitCode.MISSING_TOOL)


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _watch(
    lines: "queue.Queue[str | None]", take: Callable[[str], None], waiting: Callable[[], None], relay: Relay
) -> None:
    """Hand the lines on until the program closes its output; tell of an interrupt once."""
    told = False
    while True:
        if relay.received and not told:
            told = True
            warn("interrupted: waiting until what has begun is done and the state is saved")
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
        told = (
            "interrupted twice: it stopped at once, and the state may lack what was being made "
            "(docs/runbooks/state.md, Interrupted); run the same command again"
        )
    else:
        told = "interrupted; what was made is in the state: run the same command again"
    return OpsError(told, relay.code)


def run_attached(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], wait: Callable[[], None] = lambda: None
) -> int:
    """Run a program that a person answers; return its exit code, once `wait` has waited for what it left running.

    It reads this terminal, but belongs to a session of its own and prints through this process: no signal of the
    terminal reaches it, and one that is closed does not take its output away. An interrupt is passed on once.

    Raises OpsError when it was interrupted, once the program has ended.
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
