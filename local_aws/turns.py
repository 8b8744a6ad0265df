"""The lock for Moto's backends, which are plain objects without locks: requests are processed one at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Hold the lock."""
    with _turn:
        yield


@contextmanager
def aside() -> Iterator[None]:
    """Release the lock for a while: a running function calls the server, which waits for the function."""
    _turn.release()
    try:
        yield
    finally:
        _turn.acquire()
