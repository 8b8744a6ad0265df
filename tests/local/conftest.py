"""The embedded AWS with every environment on it, once a session.

The provider's own waits take most of the time, so the environments are applied side by side, and what needs none of
them is tested in a second process (tests/support/processes.py).
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from modules.settings import EnvironmentFile, load
from ops.bootstrap import bootstrap
from ops.local import connected
from ops.local_aws.process import LocalAws, start, stop
from ops.synth import synthesize
from ops.target import Target, local
from ops.terraform import Terraform
from ops.workspace import Workspace
from tests.conftest import FURTHER, REFERENCE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder, so that `make test-fast` leaves them out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.local)


@dataclass(frozen=True)
class Applied:
    """An environment that was put on the embedded AWS."""

    file: EnvironmentFile
    target: Target
    terraform: Terraform
    account: Terraform


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local")


@pytest.fixture(scope="session")
def local_aws(build: Path) -> Iterator[LocalAws]:
    folder = Workspace(REFERENCE, build).local
    yield start(folder)
    stop(folder)


@pytest.fixture(scope="session")
def applied(local_aws: LocalAws, build: Path) -> Mapping[str, Applied]:
    """Bootstrap every account and apply every environment; return them by name."""
    targets: dict[str, tuple[EnvironmentFile, Target]] = {}
    for envs in (REFERENCE, FURTHER):
        workspace = Workspace(envs, build / envs.name)
        target = local(workspace, local_aws)
        synthesize(workspace, target.output, target.init_environment, None)
        targets |= {name: (file, target) for name, file in load(envs).items()}
    by_account = {file.settings.account_id: (file, target) for file, target in targets.values()}
    # They wait more than they work: as many at once as there are.
    with ThreadPoolExecutor(max_workers=len(targets)) as pool:
        list(pool.map(_bootstrap, *zip(*by_account.values(), strict=True)))
        done = pool.map(_apply, *zip(*targets.values(), strict=True))
        return dict(zip(targets, done, strict=True))


def _bootstrap(file: EnvironmentFile, target: Target) -> None:
    bootstrap(target, file.settings.account_id, file.settings.name, agreed=lambda _: True)


def _apply(file: EnvironmentFile, target: Target) -> Applied:
    terraform = connected(target, file)
    if terraform.plan():
        terraform.apply()
    account = target.terraform(f"account-{file.settings.account_id}", file.settings.name)
    return Applied(file, target, terraform, account)
