"""What a command is doing, on stderr: each step with its time, a long wait with its progress."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.status import Status

#: Seconds after which a step that runs without a terminal says that it is still there.
REMINDER_SECONDS = 15

console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


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
