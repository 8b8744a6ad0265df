"""Waiting for asynchronous results."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def awaited(look: Callable[[], Found], seconds: float = 60) -> Found:
    """Call `look` until it returns a result, and return that."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    assert found, f"nothing came within {seconds:.0f} s"
    return found
