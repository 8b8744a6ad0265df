"""A lock for one command at a time in a folder. Messages name the holder."""

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
def exclusive(path: Path, command: str, seconds: int) -> Iterator[None]:
    """Hold this lock file, after waiting up to `seconds` for it. The system releases it however the command ends.

    Raises OpsError if another command still holds it then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        if not _taken(file):
            warn(f"{_holder(path)} is using {path.parent}; waiting up to {seconds} seconds for it")
            _wait(file, path, seconds)
        file.truncate(0)
        file.write(f"process {os.getpid()} ({command}, since {datetime.datetime.now(datetime.UTC):%F %T} UTC)")
        file.flush()
        yield


def _wait(file: TextIO, path: Path, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while not _taken(file):
        if time.monotonic() >= deadline:
            raise OpsError(
                f"{_holder(path)} is still using {path.parent}; run the same command again when it is finished, or "
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
