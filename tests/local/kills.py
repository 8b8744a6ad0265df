"""Applies that are killed after a number of requests, and what brings the environment back."""

import contextlib
import json
import os
import re
import shlex
import signal
import time
import urllib.request
from dataclasses import dataclass, field

from ops.errors import ExitCode
from ops.local_aws.gate import PATH
from ops.local_aws.process import start
from tests.local.test_interruption import Place, children

#: What an error says to run next.
_NAMED = re.compile(r"python -m ops (terraform .+ force-unlock \S+)")


@dataclass
class Recovered:
    """What came of a kill."""

    killed: bool
    """Whether the command was still at work after so many requests."""
    taken: dict[str, str] = field(default_factory=dict)
    output: str = ""
    converged: bool = False


class Kills(Place):
    """The commands of a place, some of which are killed."""

    def gate(self, method: str, query: str = "") -> dict[str, int]:
        """Set the gate of the embedded AWS, look at it, or take it away."""
        address = f"{start(self.workspace.local).endpoint}{PATH}{query}"
        with urllib.request.urlopen(urllib.request.Request(address, method=method)) as answer:
            told: dict[str, int] = json.load(answer)
            return told

    def killed(self, requests: int, *arguments: str) -> bool:
        """Run the command until the embedded AWS has seen so many requests, and kill it and all below it."""
        self.gate("PUT", f"?after={requests}")
        process = self.start(*arguments)
        while process.poll() is None and not self.gate("GET")["closed"]:
            time.sleep(0.05)
        ended = process.poll() is not None
        for pid in (*children(process.pid), process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()
        self.gate("DELETE")
        return not ended

    def recover(self) -> tuple[int, str]:
        """Recover; where the state is locked, first run the command that the error names."""
        code, output = self.run("recover", "--local", "--lock-timeout", "0")
        if code != ExitCode.STATE_LOCKED:
            return code, output
        named = _NAMED.search(output)
        assert named, output
        unlocked, told = self.run(*shlex.split(named[1].replace("force-unlock", "force-unlock -force")))
        assert unlocked == 0, told
        return self.run("recover", "--local")

    def after_kill(self, requests: int, *arguments: str) -> Recovered:
        """Kill the command, recover, apply, and plan again."""
        result = Recovered(self.killed(requests, *arguments))
        code, result.output = self.recover()
        assert code == 0, result.output
        result.taken = dict(re.findall(r"^taken in: (\S+)  (\S+)$", result.output, re.M))
        code, output = self.run("local")
        assert code == 0, f"{result.output}\n{output}"
        code, output = self.run("local")
        result.converged = code == 0 and ": no changes" in output
        result.output += output
        return result
