"""What a program prints, passed on to a stream of ours."""

import fcntl
import os
import pty
import termios
import threading
from contextlib import suppress
from typing import Self

_CHUNK = 65536


class OutputRelay:
    """A way to one of our streams that never breaks: a terminal that is closed or a full disk swallows what comes."""

    def __init__(self, entrance: int, exit: int, stream: int) -> None:
        self.entrance = entrance
        """What the program is given to write to."""
        self._exit = exit
        self._stream = stream
        self._thread = threading.Thread(target=self._pass, daemon=True)

    @classmethod
    def to(cls, stream: int) -> Self:
        """Return the way to a descriptor: a terminal for the program where that is one, a pipe where not."""
        if not os.isatty(stream):
            exit, entrance = os.pipe()
            return cls(entrance, exit, stream)
        exit, entrance = pty.openpty()
        size = fcntl.ioctl(stream, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(entrance, termios.TIOCSWINSZ, size)
        return cls(entrance, exit, stream)

    def open(self) -> None:
        """Begin to pass on, once the program has its entrance."""
        os.close(self.entrance)
        self._thread.start()

    def close(self) -> None:
        """Return when all has been passed on that the program and those it started have printed."""
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
            # A terminal that nobody holds any more.
            return b""
