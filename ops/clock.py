"""The clock of commands that wait, which tests replace."""

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True)
class Clock:
    """The time, and how to let some of it pass."""

    now: Callable[[], datetime.datetime] = _now
    sleep: Callable[[float], None] = time.sleep
