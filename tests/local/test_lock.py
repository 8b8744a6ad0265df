"""Two simultaneous applies: the second waits and continues, or names the lock holder."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ops.backend import Backend
from ops.errors import ExitCode, OpsError
from tests.local.applied import Applied

HOLDER = {
    "ID": "0b7f2c52-6d4e-4f0f-9a3a-5a0e3b0e6a11",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "mina@laptop",
    "Version": "1.11.4",
    "Created": "2026-11-21T03:40:35Z",
    "Path": "",
}


class Lock:
    """The lock of a state, held by somebody else."""

    def __init__(self, environment: Applied) -> None:
        backend = Backend.of(environment.terraform.folder)
        session = environment.target.session(backend.account_id)
        self._s3: Any = session.client("s3", region_name=backend.region)
        self._bucket, self._key = backend.bucket, f"{backend.key}.tflock"
        self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=json.dumps(HOLDER))

    def release(self) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=self._key)


@pytest.fixture
def lock(applied: Mapping[str, Applied]) -> Iterator[Lock]:
    held = Lock(applied["events"])
    yield held
    held.release()


def test_second_command_waits_and_names_the_lock_holder(applied: Mapping[str, Applied], lock: Lock) -> None:
    started = time.monotonic()
    with pytest.raises(OpsError) as caught:
        replace(applied["events"].terraform, lock_timeout=4).plan()
    # A lower bound that holds on any machine: Terraform gives up no earlier than its -lock-timeout.
    assert time.monotonic() - started >= 4
    assert caught.value.code == ExitCode.STATE_LOCKED
    assert "locked by mina@laptop: apply, since 2026-11-21" in str(caught.value)
    assert f"force-unlock {HOLDER['ID']}" in str(caught.value)
    assert lock is not None


def test_second_command_continues_when_the_first_ends(applied: Mapping[str, Applied], lock: Lock) -> None:
    threading.Timer(3, lock.release).start()
    assert replace(applied["events"].terraform, lock_timeout=60).plan() is False
