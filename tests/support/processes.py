"""The distribution of tests over processes: one file, or all tests that share an applied stack, run in one process."""

import os
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

LOCAL = "tests/local/"
#: They share no applied stack with other local tests, and mostly wait for the provider.
BESIDE = tuple(
    f"{LOCAL}test_{name}.py"
    for name in (
        *("removal", "changes", "interruption", "first_replica", "pipeline", "recovery"),
        *("deploy", "state", "alarm_changes"),
    )
)
#: Files that take a minute or more, whose tests share only synthesized stacks.
MOCKED = "tests/stack/test_mocked_provider.py"
#: The tests that run first, in this order.
SLOW = (
    *(MOCKED, "tests/ops/application/test_jobs.py", "tests/ops/scan/test_checkov.py"),
    "tests/bindings/test_same_bytes.py",
    *(f"{LOCAL}test_apply.py", *BESIDE),
)


def part_of(node: str) -> str:
    """Return the name of the part that a test belongs to. Tests of a part run in sequence, file by file."""
    file = node.split("::")[0]
    if file == MOCKED:
        return node
    return LOCAL if file.startswith(LOCAL) and file not in BESIDE else file


class Processes(LoadScopeScheduling):  # type: ignore[misc]
    """Assigns whole parts to processes, each to the first free one."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run slow tests first, so that all processes end at about the same time."""
    items.sort(key=lambda item: next((at for at, slow in enumerate(SLOW) if item.nodeid.startswith(slow)), len(SLOW)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give way to the tests of all environments, which take longest."""
    if item.nodeid.startswith(BESIDE):
        os.setpriority(os.PRIO_PROCESS, 0, 5)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Processes:
    """Distribute the tests by their parts, in the order in which they were collected, regardless of the options."""
    config.option.loadscopereorder = False
    return Processes(config, log)
