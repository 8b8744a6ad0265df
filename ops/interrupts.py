"""Interrupts: Ctrl-C, the SIGTERM of a canceled job, and the SIGHUP of a closed terminal."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ops.errors import ExitCode

#: A command exits with 128 plus the signal's number, as in a shell ("Bash Reference Manual, Exit Status",
#: https://www.gnu.org/software/bash/manual/html_node/Exit-Status.html).
SIGNALS = {
    signal.SIGINT: ExitCode.INTERRUPTED,
    signal.SIGTERM: ExitCode.TERMINATED,
    signal.SIGHUP: ExitCode.HUNG_UP,
}


class Interrupted(BaseException):
    """A command was interrupted while no program of its own was running."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = SIGNALS[signal.Signals(number)]


def interrupt(number: int) -> None:
    """Raise Interrupted."""
    raise Interrupted(number)


@contextmanager
def handled(handler: Callable[[int], None]) -> Iterator[None]:
    """Handle the signals, except those that this process ignores (`nohup`, a shell's background job).

    Only the main thread can handle signals; in any other thread, nothing changes.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, lambda received, _: handler(received))
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore the signals meanwhile, for the short requests with which a command ends what it started."""
    with handled(lambda _: None):
        yield


class Relay:
    """Forwards interrupts to a program's process group, as Ctrl-C.

    The first interrupt of any kind is forwarded, so that Terraform saves its state and exits. After that, only Ctrl-C
    is forwarded, with which a person asks to stop at once: a runner, `make`, and a terminal may repeat the other two.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._passed_on = False
        self._process: subprocess.Popen[str] | subprocess.Popen[bytes] | None = None

    @property
    def code(self) -> ExitCode:
        """The command's exit code, according to the first interrupt."""
        return SIGNALS[signal.Signals(self.received[0])]

    @property
    def twice(self) -> bool:
        """Whether the program was asked to stop at once."""
        return signal.SIGINT in self.received[1:]

    def attach(self, process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
        """Forward to this process, including an interrupt that came before it started."""
        self._process = process
        # A signal may arrive between these two lines.
        if self.received and not self._passed_on:
            self._pass_on()

    def take(self, number: int) -> None:
        """Receive a signal, as a handler for `handled`."""
        first = not self.received
        self.received.append(number)
        if first or number == signal.SIGINT:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._process and self._process.returncode is None:
            self._passed_on = True
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGINT)
