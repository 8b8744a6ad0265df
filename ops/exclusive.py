"""One command at a time in a folder; who comes second is told who works there."""

import datetime
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ops.errors import ExitCode, OpsError
from ops.steps import warn

_TICK_SECONDS = 0.2


@contextmanager
def exclusive(path: Path, what: str, seconds: int) -> Iterator[None]:
    """Hold this lock file; wait for it so many seconds. The system releases it however the command ends.

    Raises OpsError when another command still holds it then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        if not _taken(file):
            warn(f"{_holder(path)} is at work in {path.parent}; waiting for it, {seconds} seconds at most")
            _wait(file, path, seconds)
        file.truncate(0)
        file.write(f"process {os.getpid()} ({what}, since {datetime.datetime.now(datetime.UTC):%F %T} UTC)")
        file.flush()
        yield


def _wait(file: TextIO, path: Path, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while not _taken(file):
        if time.monotonic() >= deadline:
            raise OpsError(
                f"{_holder(path)} is still at work in {path.parent}; run the same command again when it is done, or "
                "wait longer: --lock-timeout 600",
                ExitCode.STATE_LOCKED,
            )
        time.sleep(_TICK_SECONDS)


def _taken(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> str:
    return path.read_text() or "another command"
