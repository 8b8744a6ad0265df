"""Which process runs what, where tests run in several: a file in one, and in one all that shares what is applied."""

from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

LOCAL = "tests/local/"
#: They need nothing of what the others share; together they take about as long.
BESIDE = tuple(f"{LOCAL}test_{name}.py" for name in ("deploy", "interruption", "pipeline"))


def part_of(node: str) -> str:
    """Return the name of what a test belongs to; its tests run one after another, in the order of their files."""
    file = node.split("::")[0]
    if file in BESIDE:
        return "beside"
    return LOCAL if file.startswith(LOCAL) else file


class Processes(LoadScopeScheduling):  # type: ignore[misc]
    """Hands whole parts to the processes, each to the first that is free."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Processes:
    """Divide the tests by their parts, whatever `--dist` says."""
    return Processes(config, log)
