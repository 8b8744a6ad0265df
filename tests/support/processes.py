"""Which process runs what, where tests run in several: a file in one, and in one all that shares what is applied."""

from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

LOCAL = "tests/local/"
#: They have an embedded AWS, or accounts on one, of their own.
ALONE = ("tests/local/test_interruption.py", "tests/local/test_pipeline.py")


def part_of(node: str) -> str:
    """Return the name of what a test belongs to; its tests run one after another, in the order of their files."""
    file = node.split("::")[0]
    return LOCAL if file.startswith(LOCAL) and file not in ALONE else file


class Processes(LoadScopeScheduling):  # type: ignore[misc]
    """Hands whole parts to the processes, each to the first that is free."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Processes:
    """Divide the tests by their parts, whatever `--dist` says."""
    return Processes(config, log)
