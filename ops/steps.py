"""What a command is doing, on stderr: each step with its time, a long wait with its progress."""

import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO, cast

from rich.console import Console
from rich.markup import escape
from rich.status import Status

#: Seconds after which a step that runs without a terminal says that it is still there.
REMINDER_SECONDS = 15


class _Stderr(io.TextIOBase):
    """Standard error as it is at the time; when it is gone (a closed terminal, a full disk), nothing ends for that."""

    @property
    def _stream(self) -> TextIO:
        # A spinner puts a proxy in its place, which writes to this again.
        return cast("TextIO", getattr(sys.stderr, "rich_proxied_file", sys.stderr))

    def write(self, text: str) -> int:
        """Write, or leave it."""
        try:
            self._stream.write(text)
        except OSError:
            give_up(self._stream)
        return len(text)

    def flush(self) -> None:
        """Flush, or leave it."""
        give_up_if_broken(self._stream)

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return its descriptor, by which rich finds the terminal's width."""
        return self._stream.fileno()


def give_up(stream: TextIO) -> None:
    """Let a stream that cannot be written to lead nowhere: what it still buffers would fail again at the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def give_up_if_broken(stream: TextIO) -> None:
    """Let a stream lead nowhere when what it buffers cannot be written."""
    try:
        stream.flush()
    except OSError:
        give_up(stream)


console = Console(file=cast("TextIO", _Stderr()), highlight=False, soft_wrap=True, emoji=False)


class Step:
    """One step that is being done."""

    def __init__(self, name: str, status: Status | None) -> None:
        self.name = name
        self.result = ""
        self._status = status
        self._started = self._reminded = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long the step has taken so far."""
        return time.monotonic() - self._started

    def progress(self, text: str) -> None:
        """Say how far it is: at once on a terminal, now and then in a log."""
        if self._status:
            self._status.update(f"{escape(self.name)} [dim]{escape(text)}[/]")
        elif time.monotonic() - self._reminded >= REMINDER_SECONDS:
            self._reminded = time.monotonic()
            console.print(f"  ... {self.name}, {self.seconds:.0f} s: {text}", markup=False)


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Print the step's name, its progress, and how it ended after how many seconds.

    Set `result` on the step to say what came of it.
    """
    status = console.status(escape(name)) if console.is_terminal else None
    doing = Step(name, status)
    if status:
        status.start()
    try:
        yield doing
    except BaseException:
        _end(status, f"[red]failed[/] {escape(name)} [dim]({doing.seconds:.1f} s)[/]")
        raise
    result = f": {doing.result}" if doing.result else ""
    _end(status, f"[green]ok[/] {escape(name + result)} [dim]({doing.seconds:.1f} s)[/]")


def warn(message: str) -> None:
    """Print a warning."""
    console.print(f"[yellow]warning[/] {escape(message)}")


def _end(status: Status | None, line: str) -> None:
    if status:
        status.stop()
    console.print(line)
