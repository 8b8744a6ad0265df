"""Which process runs what, where tests run in several: a file in one, and in one all that shares what is applied."""

from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

LOCAL = "tests/local/"
#: They need nothing of what the others share; together they take about as long.
BESIDE = tuple(f"{LOCAL}test_{name}.py" for name in ("changes", "deploy", "interruption", "pipeline", "removal"))
#: A minute or more a file; its tests share nothing but what is synthesized.
MOCKED = "tests/stack/test_mocked_provider.py"
SLOW = (MOCKED, "tests/ops/scan/test_checkov.py", "tests/bindings/test_same_bytes.py")


def part_of(node: str) -> str:
    """Return the name of what a test belongs to; its tests run one after another, in the order of their files."""
    file = node.split("::")[0]
    if file in BESIDE:
        return "beside"
    if file == MOCKED:
        return node
    return LOCAL if file.startswith(LOCAL) else file


class Processes(LoadScopeScheduling):  # type: ignore[misc]
    """Hands whole parts to the processes, each to the first that is free."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the slow ones begin: what is left at the end is short, and all processes end at once."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Processes:
    """Divide the tests by their parts, in the order in which they were collected, whatever the options say."""
    config.option.loadscopereorder = False
    return Processes(config, log)
