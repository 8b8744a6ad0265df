"""Measurement of a command and its child processes: user CPU time, wall time, peak memory."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

# Short enough for the fastest command (a third of a second), and long enough not to occupy the second core.
SAMPLING_SECONDS = 0.02


@dataclass(frozen=True)
class Cost:
    """The cost of one run, or the medians of several."""

    user_seconds: float
    wall_seconds: float
    #: The largest sampled sum of resident memory over the process tree; shared memory counts for each process.
    peak_megabytes: float

    @staticmethod
    def median(costs: Sequence[Cost]) -> Cost:
        """Return the median of each number."""
        return Cost(
            median(cost.user_seconds for cost in costs),
            median(cost.wall_seconds for cost in costs),
            median(cost.peak_megabytes for cost in costs),
        )


class CommandFailedError(Exception):
    """A measured command failed; the message contains its output."""


def measure(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> Cost:
    """Run a command and return its cost. Raises CommandFailedError."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        sampler = _MemorySampler(process.pid)
        sampler.start()
        output, _ = process.communicate()
        wall = time.perf_counter() - start
        sampler.stop()
    if process.returncode:
        raise CommandFailedError(f"{' '.join(command)} failed in {folder}:\n{output[-2000:]}")
    user = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return Cost(user, wall, sampler.peak / 1e6)


class _MemorySampler(threading.Thread):
    """Records the largest sum of resident memory of a process and its descendants."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._root = root
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SAMPLING_SECONDS):
            self.peak = max(self.peak, self._resident())

    def stop(self) -> None:
        """Stop sampling and join the thread."""
        self._ended.set()
        self.join()

    def _resident(self) -> int:
        try:
            root = psutil.Process(self._root)
            tree = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        return sum(map(_resident_bytes, tree))


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
