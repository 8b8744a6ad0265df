"""Runs a program: its whole output into a log, its lines to whoever watches, Ctrl-C passed on once."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.errors import ExitCode, OpsError

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

    It gets a session of its own: Ctrl-C reaches this process alone and is passed on once. Terraform would take
    the terminal's Ctrl-C and ours for two, and stop at once, without saving what it has made.

    Raises OpsError when it was interrupted, once the program has ended.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
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
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    output: list[str] = []
    with log.open("a") as file:
        file.write(f"$ {' '.join(command)}\n")
        _watch(process, lines, output, file.write, on_line, waiting)
    return Finished(process.wait(), "".join(output), log)


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _watch(
    process: "subprocess.Popen[str]",
    lines: "queue.Queue[str | None]",
    output: list[str],
    write: Callable[[str], object],
    on_line: Callable[[str], None],
    waiting: Callable[[], None],
) -> None:
    """Hand the lines on until the program closes its output; pass an interrupt on and keep listening."""
    interrupted = False
    while True:
        try:
            line = lines.get(timeout=TICK_SECONDS)
            if line is None:
                break
            output.append(line)
            write(line)
            on_line(line)
        except queue.Empty:
            waiting()
        except KeyboardInterrupt:
            interrupted = True
            os.killpg(process.pid, signal.SIGINT)
    if interrupted:
        process.wait()
        raise OpsError("interrupted; what was made is in the state: run the same command again", ExitCode.INTERRUPTED)


def run_attached(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> int:
    """Run a program on this terminal, where a person answers it; return its exit code.

    Ctrl-C reaches it by the terminal; here it is only waited out.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), preexec_fn=_interruptible, process_group=None
        )
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def _interruptible() -> None:
    """Undo the ignoring of SIGINT, which a child would inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
