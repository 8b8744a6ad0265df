"""An apply that is interrupted, killed, or meets what exists already: the same command again, or what it says.

One environment goes through all of it, in this order; each step begins where the one before has left it.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.process import find, stop
from ops.backend import Backend
from ops.errors import ExitCode
from ops.target import local
from ops.workspace import PROJECT, Workspace, stack_folder
from tests.support.environments import DEV, write


def interruptible() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Place:
    """A build folder of its own, and the commands in it."""

    def __init__(self, envs: Path, build: Path) -> None:
        self.workspace = Workspace(envs, build)
        self._environment = {**os.environ, "GROUNDWORK_BUILD": str(build), "ENVS": str(envs), "ENV": "dev"}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "ops", *arguments],
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A shell that starts pytest in the background has it ignore Ctrl-C, and so would its children.
            preexec_fn=interruptible,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        output, _ = process.communicate()
        return process.returncode, output

    def wait_for(self, process: "subprocess.Popen[str]", event: str, address: str) -> None:
        """Return once this apply has reached the event: `apply_start` or `apply_complete` of an address."""
        log = self.workspace.logs / "dev-apply.log"
        seen = log.stat().st_size if log.exists() else 0
        while process.poll() is None:
            text = log.read_text()[seen:] if log.exists() else ""
            if any(f'"type":"{event}"' in line and f'"addr":"{address}"' in line for line in text.splitlines()):
                return
            time.sleep(0.1)
        pytest.fail(f"{address} did not come to {event}:\n{process.communicate()[0]}")

    def state(self) -> set[str]:
        """Return the addresses in the remote state."""
        code, output = self.run("terraform", "--local", "--", "state", "list")
        assert code == 0, output
        return {line for line in output.split() if line.startswith("aws_")}

    def lock_is_held(self) -> bool:
        local_aws = find(self.workspace.local)
        assert local_aws is not None
        target = local(self.workspace, local_aws)
        backend = Backend.of(stack_folder(target.output, "dev"))
        s3 = target.session(backend.account_id).client("s3", region_name=backend.region)
        keys = {each["Key"] for each in s3.list_objects_v2(Bucket=backend.bucket).get("Contents", [])}
        return f"{backend.key}.tflock" in keys


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(write(tmp_path_factory.mktemp("envs"), {"dev": DEV}), tmp_path_factory.mktemp("build"))
    yield place
    stop(place.workspace.local)


def children(pid: int) -> list[int]:
    """Return all processes below this one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    direct = [child for child, parent in pairs if parent == pid]
    return [process for child in direct for process in (child, *children(child))]


def test_ctrl_c_loses_nothing(place: Place) -> None:
    process = place.start("local")
    place.wait_for(process, "apply_complete", "aws_vpc.network_vpc")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate()
    assert process.returncode == ExitCode.INTERRUPTED, output
    assert "interrupted; the state contains everything that was created: run the same command again" in output
    assert "aws_vpc.network_vpc" in place.state()
    assert not place.lock_is_held()


def test_kill_leaves_a_lock(place: Place) -> None:
    process = place.start("local")
    place.wait_for(process, "apply_start", "aws_route_table.network_data")
    below = children(process.pid)
    process.kill()
    for pid in below:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate()
    assert place.lock_is_held()


def test_the_stale_lock_is_explained_and_released_by_the_named_command(place: Place) -> None:
    code, output = place.run("local", "--lock-timeout", "3")
    assert code == ExitCode.STATE_LOCKED, output
    assert re.search(r"the state is locked by \S+@\S+: apply, since 2", output), output
    named = re.search(r"python -m ops (terraform --local --env dev -- force-unlock) (\S+)", output)
    assert named, output
    code, output = place.run(*named[1].split(), "-force", named[2])
    assert code == 0, output
    assert not place.lock_is_held()


def test_after_a_kill_one_command_takes_in_what_exists(place: Place) -> None:
    code, output = place.run("recover", "--local")
    assert code == 0, output
    code, output = place.run("local")
    assert code == 0, output
    code, output = place.run("local")
    assert code == 0, output
    assert "dev: no changes" in output


def test_what_exists_already_is_named_with_the_command_that_takes_it_in(place: Place) -> None:
    """As after a kill between an object's creation and the writing of the state."""
    code, output = place.run("terraform", "--local", "--", "state", "rm", "aws_s3_bucket.foundation_logs")
    assert code == 0, output
    code, output = place.run("local")
    assert code == ExitCode.TERRAFORM_FAILED
    assert "It exists in AWS and not in the state" in output
    named = re.search(r"^    .venv/bin/python -m ops (recover --local --env dev)$", output, re.M)
    assert named, output
    code, output = place.run(*named[1].split())
    assert code == 0, output
    assert "imported: aws_s3_bucket.foundation_logs  agora-dev-logs-" in output
    code, output = place.run("local")
    assert code == 0, output
