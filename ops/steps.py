"""Progress of a command on stderr: each step with its duration, and the progress of long steps."""

import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO, cast

from rich.console import Console
from rich.markup import escape
from rich.status import Status

#: Seconds after which a step without a terminal reports that it is still running.
REMINDER_SECONDS = 15


class _Stderr(io.TextIOBase):
    """The current standard error. A closed terminal or a full disk does not end the command."""

    @property
    def _stream(self) -> TextIO:
        # A spinner replaces sys.stderr with a proxy, which writes to this object again.
        return cast("TextIO", getattr(sys.stderr, "rich_proxied_file", sys.stderr))

    def write(self, text: str) -> int:
        """Write, and ignore errors."""
        try:
            self._stream.write(text)
        except OSError:
            give_up(self._stream)
        return len(text)

    def flush(self) -> None:
        """Flush, and ignore errors."""
        give_up_if_broken(self._stream)

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the file descriptor, from which Rich gets the terminal's width."""
        return self._stream.fileno()


def give_up(stream: TextIO) -> None:
    """Redirect a broken stream to the null device: its buffer would fail again at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def give_up_if_broken(stream: TextIO) -> None:
    """Redirect a stream to the null device if its buffer cannot be written."""
    try:
        stream.flush()
    except OSError:
        give_up(stream)


console = Console(file=cast("TextIO", _Stderr()), highlight=False, soft_wrap=True, emoji=False)


class Step:
    """A step that is running."""

    def __init__(self, name: str, status: Status | None) -> None:
        self.name = name
        self.result = ""
        self._status = status
        self._started = self._reminded = time.monotonic()

    @property
    def seconds(self) -> float:
        """The duration of the step so far."""
        return time.monotonic() - self._started

    def progress(self, text: str) -> None:
        """Report the progress: at once on a terminal, periodically in a log."""
        if self._status:
            self._status.update(f"{escape(self.name)} [dim]{escape(text)}[/]")
        elif time.monotonic() - self._reminded >= REMINDER_SECONDS:
            self._reminded = time.monotonic()
            console.print(f"  ... {self.name}, {self.seconds:.0f} s: {text}", markup=False)


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Print the step's name, its progress, its outcome, and its duration.

    Set `result` on the step to print a result.
    """
    # A terminal has one spinner. Steps of other threads are printed above it.
    foreground = threading.current_thread() is threading.main_thread()
    status = console.status(escape(name)) if console.is_terminal and foreground else None
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
