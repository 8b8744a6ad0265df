"""Relays a program's output to a stream of this process."""

import fcntl
import os
import pty
import termios
import threading
from contextlib import suppress
from typing import Self

_CHUNK = 65536


class OutputRelay:
    """A relay to a stream of this process that never fails: a closed terminal or a full disk discards the output."""

    def __init__(self, entrance: int, exit: int, stream: int) -> None:
        self.entrance = entrance
        """The file descriptor that the program writes to."""
        self._exit = exit
        self._stream = stream
        self._thread = threading.Thread(target=self._pass, daemon=True)

    @classmethod
    def to(cls, stream: int) -> Self:
        """Return a relay to a file descriptor: through a terminal if the descriptor is one, otherwise a pipe."""
        if not os.isatty(stream):
            exit, entrance = os.pipe()
            return cls(entrance, exit, stream)
        exit, entrance = pty.openpty()
        size = fcntl.ioctl(stream, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(entrance, termios.TIOCSWINSZ, size)
        return cls(entrance, exit, stream)

    def open(self) -> None:
        """Start to relay, after the program has started."""
        os.close(self.entrance)
        self._thread.start()

    def close(self) -> None:
        """Wait until all output of the program and its child processes is relayed."""
        self._thread.join()
        os.close(self._exit)

    def _pass(self) -> None:
        while text := self._read():
            with suppress(OSError):
                while text:
                    text = text[os.write(self._stream, text) :]

    def _read(self) -> bytes:
        try:
            return os.read(self._exit, _CHUNK)
        except OSError:
            # Nobody holds the terminal anymore.
            return b""
