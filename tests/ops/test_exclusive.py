"""Two commands in one folder: the second names the first, and waits or fails."""

import os
import threading
from pathlib import Path

import pytest

from ops.errors import ExitCode, OpsError
from ops.exclusive import exclusive


def test_second_command_names_the_first_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = tmp_path / "local" / "lock"
    with exclusive(lock, "make local ENV=dev", 0):
        with pytest.raises(OpsError) as caught, exclusive(lock, "make local ENV=prod", 0):
            pytest.fail("both are at work")
        assert caught.value.code == ExitCode.STATE_LOCKED
        assert f"process {os.getpid()} (make local ENV=dev, since 2" in str(caught.value)
        assert "make local ENV=dev, since 2" in capsys.readouterr().err
    with exclusive(lock, "make local ENV=prod", 0):
        assert "ENV=prod" in lock.read_text()


def test_second_command_continues_when_the_first_ends(tmp_path: Path) -> None:
    at_work, done = threading.Event(), threading.Event()

    def first() -> None:
        with exclusive(tmp_path / "lock", "the first", 0):
            at_work.set()
            done.wait()

    thread = threading.Thread(target=first)
    thread.start()
    at_work.wait()
    threading.Timer(0.1, done.set).start()
    with exclusive(tmp_path / "lock", "the second", 60):
        assert done.is_set()
    thread.join()
