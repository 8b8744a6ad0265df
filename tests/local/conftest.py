"""The embedded AWS with every environment on it, once a session.

The provider's own waits take most of the time, so the environments are applied side by side, and what needs none of
them is tested in a second process (tests/support/processes.py).
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from local_aws.process import LocalAws, start, stop
from modules.environment_files import EnvironmentFile, load
from ops.bootstrap import bootstrap
from ops.local import connected
from ops.synth import synthesize
from ops.target import Target, local
from ops.workspace import Workspace
from tests.conftest import FURTHER, REFERENCE
from tests.local.account import HEADER
from tests.local.applied import Applied, Planned
from tests.support.environments import write

Result = TypeVar("Result")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder, so that `make test-fast` leaves them out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.local)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local")


@pytest.fixture(scope="session")
def record(build: Path) -> Path:
    """The file that holds every request that the embedded AWS was sent."""
    return build / "requests.jsonl"


@pytest.fixture(scope="session")
def local_aws(build: Path, record: Path) -> Iterator[LocalAws]:
    folder = Workspace(REFERENCE, build).local
    yield start(folder, requests=record)
    stop(folder)


@pytest.fixture(scope="session")
def bare_account(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Target:
    """An account with nothing but its bootstrap, for tests that bring environments of their own."""
    folder = tmp_path_factory.mktemp("account")
    target = local(Workspace(write(folder, {"bare": HEADER}), folder / "build"), local_aws)
    synthesize(target.workspace, target.output, target.init_environment, "bare")
    _bootstrap(load(folder)["bare"], target)
    return target


@pytest.fixture(scope="session")
def bootstrapped(local_aws: LocalAws, build: Path) -> Mapping[str, tuple[EnvironmentFile, Target]]:
    """Synthesize every environment and bootstrap every account; return file and target of each by its name."""
    targets: dict[str, tuple[EnvironmentFile, Target]] = {}
    for envs in (REFERENCE, FURTHER):
        workspace = Workspace(envs, build / envs.name)
        target = local(workspace, local_aws)
        synthesize(workspace, target.output, target.init_environment, None)
        targets |= {name: (file, target) for name, file in load(envs).items()}
    by_account = {file.settings.account_id: (file, target) for file, target in targets.values()}
    _side_by_side(_bootstrap, by_account)
    return targets


@pytest.fixture(scope="session")
def bootstrap_end(bootstrapped: object, record: Path) -> int:
    """Where the record of requests stood, in bytes, before the first environment was applied."""
    return record.stat().st_size


@pytest.fixture(scope="session")
def applied(bootstrapped: Mapping[str, tuple[EnvironmentFile, Target]], bootstrap_end: int) -> Mapping[str, Applied]:
    """Apply every environment and plan it again; return them by name."""
    return dict(zip(bootstrapped, _side_by_side(_apply, bootstrapped), strict=True))


def _side_by_side(
    act: Callable[[EnvironmentFile, Target], Result], targets: Mapping[str, tuple[EnvironmentFile, Target]]
) -> list[Result]:
    """Return the results in order. The provider waits more than it works: as many run at once as there are."""
    with ThreadPoolExecutor(max_workers=len(targets)) as pool:
        return list(pool.map(act, *zip(*targets.values(), strict=True)))


def _bootstrap(file: EnvironmentFile, target: Target) -> None:
    bootstrap(target, file.settings.account_id, file.settings.name, agreed=lambda _: True)


def _apply(file: EnvironmentFile, target: Target) -> Applied:
    terraform = connected(target, file)
    if terraform.plan():
        terraform.apply()
    # While others wait for the provider: all that is tested needs it, and most of a plan is the processor's work.
    return Applied(file, target, terraform, Planned.by(terraform))
