"""Applies that are interrupted, killed, or find existing resources, and their recovery with the printed commands.

All tests use one environment, in this order. Each test continues from the previous one.
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
    """A separate build folder, and commands in it."""

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
            # A shell makes a background pytest ignore Ctrl-C, which its child processes would inherit.
            preexec_fn=interruptible,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        output, _ = process.communicate()
        return process.returncode, output

    def wait_for(self, process: "subprocess.Popen[str]", event: str, address: str) -> None:
        """Wait until this apply reaches the event (`apply_start` or `apply_complete`) of an address."""
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
    """Return all descendants of this process."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    direct = [child for child, parent in pairs if parent == pid]
    return [process for child in direct for process in (child, *children(child))]


def test_ctrl_c_saves_the_state(place: Place) -> None:
    process = place.start("local")
    place.wait_for(process, "apply_complete", "aws_vpc.network_vpc")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate()
    assert process.returncode == ExitCode.INTERRUPTED, output
    assert "interrupted; the state contains everything that was created: run the same command again" in output
    assert "aws_vpc.network_vpc" in place.state()
    assert not place.lock_is_held()


def test_killed_apply_leaves_a_lock(place: Place) -> None:
    process = place.start("local")
    place.wait_for(process, "apply_start", "aws_route_table.network_data")
    below = children(process.pid)
    process.kill()
    for pid in below:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate()
    assert place.lock_is_held()


def test_stale_lock_is_released_by_the_printed_command(place: Place) -> None:
    code, output = place.run("local", "--lock-timeout", "3")
    assert code == ExitCode.STATE_LOCKED, output
    assert re.search(r"the state is locked by \S+@\S+: apply, since 2", output), output
    named = re.search(r"python -m ops (terraform --local --env dev -- force-unlock) (\S+)", output)
    assert named, output
    code, output = place.run(*named[1].split(), "-force", named[2])
    assert code == 0, output
    assert not place.lock_is_held()


def test_recover_after_kill_imports_existing_resources(place: Place) -> None:
    """If an interrupted creation left an object twice, a person chooses one."""
    code, output = place.run("recover", "--local")
    for first, command in re.findall(
        r" matches several resources: ([^,\s]+), .* -m ops (terraform .+ import \S+) ID$", output, re.M
    ):
        imported, output = place.run(*command.split(), first)
        assert imported == 0, output
        code, output = place.run("recover", "--local")
    assert code == 0, output
    code, output = place.run("local")
    assert code == 0, output
    code, output = place.run("local")
    assert code == 0, output
    assert "dev: no changes" in output


def test_existing_resource_is_named_with_the_import_command(place: Place) -> None:
    """Simulate a kill between the creation of an object and the update of the state."""
    code, output = place.run("terraform", "--local", "--", "state", "rm", "aws_s3_bucket.foundation_logs")
    assert code == 0, output
    code, output = place.run("local")
    assert code == ExitCode.TERRAFORM_FAILED
    assert "It exists in AWS but not in the state" in output
    named = re.search(r"^    .venv/bin/python -m ops (recover --local --env dev)$", output, re.M)
    assert named, output
    code, output = place.run(*named[1].split())
    assert code == 0, output
    assert "imported: aws_s3_bucket.foundation_logs  agora-dev-logs-" in output
    code, output = place.run("local")
    assert code == 0, output
