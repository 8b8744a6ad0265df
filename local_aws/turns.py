"""One at a time: whoever touches Moto's backends, which are plain objects without locks, has its turn."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the turn, and give it back."""
    with _turn:
        yield


@contextmanager
def aside() -> Iterator[None]:
    """Let others have their turn meanwhile: a function that runs calls the server that waits for it."""
    _turn.release()
    try:
        yield
    finally:
        _turn.acquire()
