"""Kills commands after a number of requests, and recovers the environment.

`python -m tests.local.kills --seed 7` kills creates, updates of a tag of everything, and destroys of dev on an
embedded AWS of its own, and prints which objects were imported each time and whether it converged. It takes an hour.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shlex
import shutil
import signal
import tempfile
import time
import urllib.request
from pathlib import Path

from local_aws.gate import PATH
from local_aws.process import start, stop
from modules.environment_files import EnvironmentFile, load
from ops.errors import ExitCode
from ops.workspace import PROJECT
from tests.local.test_interruption import Place, children

APPLY, DESTROY = (("terraform", "--local", "--", act, "-auto-approve", "-no-color") for act in ("apply", "destroy"))
#: The next command in an error message.
_NAMED = re.compile(r"python -m ops (terraform .+ force-unlock \S+)")


class Kills(Place):
    """Runs commands in a folder, and kills some of them."""

    @property
    def file(self) -> EnvironmentFile:
        """The current environment file."""
        return load(self.workspace.envs)["dev"]

    def gate(self, method: str, query: str = "") -> dict[str, int]:
        """Set, read, or delete the gate of the embedded AWS."""
        address = f"{start(self.workspace.local).endpoint}{PATH}{query}"
        with urllib.request.urlopen(urllib.request.Request(address, method=method)) as answer:
            answered: dict[str, int] = json.load(answer)
            return answered

    def counted(self, *arguments: str) -> int:
        """Run the command to its end, and return how many requests it sent."""
        self.gate("DELETE")
        code, output = self.run(*arguments)
        assert code == 0, output
        return self.gate("GET")["seen"]

    def killed(self, requests: int, *arguments: str) -> bool:
        """Run the command until it has sent this many requests, then kill it and its child processes.

        Return whether it was still at work.
        """
        self.gate("PUT", f"?after={requests}")
        process = self.start(*arguments)
        while process.poll() is None and not self.gate("GET")["closed"]:
            time.sleep(0.05)
        at_work = process.poll() is None
        for pid in (process.pid, *children(process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()
        self.gate("DELETE")
        return at_work

    def recover(self) -> str:
        """Recover, and return the output. If the state is locked, first run the command in the error message."""
        code, output = self.run("recover", "--local", "--lock-timeout", "0")
        named = _NAMED.search(output)
        if code == ExitCode.STATE_LOCKED and named:
            unlocked, unlock_output = self.run(*shlex.split(named[1].replace("force-unlock", "force-unlock -force")))
            assert unlocked == 0, unlock_output
            code, output = self.run("recover", "--local")
        assert code == 0, output
        return output

    def converges(self) -> bool:
        """Apply, and return whether nothing is left to change."""
        for _ in range(2):
            code, output = self.run("local")
            assert code == 0, output
        return ": no changes" in output


def sweep(kills: Kills, seed: int) -> None:
    """Kill three creates, two updates, and two destroys, and print the result of each."""
    random_ = random.Random(seed)

    def after_kill(act: str, most: int, *command: str) -> None:
        requests = random_.randint(1, most)
        print(f"{act}, seed {seed}: killed after {requests} of about {most} requests", flush=True)
        if not kills.killed(requests, *command):
            print("  it had ended before", flush=True)
        taken = re.findall(r"^imported: (\S+)", kills.recover(), re.M)
        print(f"  {len(taken)} imported: {', '.join(sorted(taken))}", flush=True)
        print(f"  {'converged' if kills.converges() else 'DID NOT CONVERGE'}", flush=True)

    requests = kills.counted("local")
    for owner in ("lee", "kim"):
        (path,) = kills.workspace.envs.glob("dev.hcl")
        path.write_text(re.sub(r'owner = ".*"', f'owner = "{owner}"', path.read_text()))
        after_kill("update", requests, "local")
    for _ in range(2):
        # A destroy sends more than half as many.
        after_kill("destroy", requests // 2, *DESTROY)
    for _ in range(3):
        kills.counted(*DESTROY)
        after_kill("create", requests, "local")


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.local.kills")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    seed = parser.parse_args().seed
    with tempfile.TemporaryDirectory() as folder:
        envs = Path(shutil.copytree(PROJECT / "envs", Path(folder, "envs")))
        kills = Kills(envs, Path(folder, "build"))
        try:
            sweep(kills, seed)
        finally:
            stop(kills.workspace.local)


if __name__ == "__main__":
    _main()
